import { z } from "zod";
import { DURATION_WORDS, parseDuration } from "../protocol/mod.ts";
import { DAYTIME_WORDS, isTimeZone, parseDaytime } from "./daytime.ts";

/** Most characters of the words of a rule. */
const MAX_WHEN_CHARS = 300;
/** Longest duration that a rule may say (ms): a week. */
const MAX_DURATION_MS = 7 * 86_400_000;

const duration = z.string().refine(
  (text) => {
    const ms = parseDuration(text);
    return ms !== null && ms <= MAX_DURATION_MS;
  },
  { error: `${DURATION_WORDS} At most 7d.` },
);

/** The name of an alert. */
export const alertName = z
  .string()
  .regex(/^[a-z0-9][\w.-]{0,63}$/i, {
    error:
      "It is not a name that an alert may have: a letter or digit, then up to 63 letters, digits, -, _ and dots.",
  })
  .describe("Its name.");

/** One rule. The config file, the HTTP API and the file of rules that were made over it take the same. */
export const alertRuleSchema = z
  .strictObject({
    when: z
      .string()
      .trim()
      .min(1)
      .max(MAX_WHEN_CHARS)
      .describe(
        "What must happen, in English: `a person enters from the left`. A rule that the model can never say is refused.",
      ),
    for: duration
      .optional()
      .describe(
        "How long it must hold until the alert is raised, such as `30s`, where it is something that can hold: `a car is parked`.",
      ),
    between: z
      .string()
      .refine((text) => parseDaytime(text) !== null, { error: DAYTIME_WORDS })
      .optional()
      .describe("Times of the day between which it counts, such as `22:00-06:00`. Default: always."),
    time_zone: z
      .string()
      .max(64)
      .refine(isTimeZone, { error: "There is no such time zone. Give one such as Europe/Berlin or UTC." })
      .optional()
      .describe("Time zone of `between`, such as `Europe/Berlin`. Default: that of the server."),
    cooldown: duration
      .optional()
      .describe("How long it is not raised again on the same stream, such as `1m`. Default: 0s."),
    streams: z
      .array(z.string().min(1).max(64))
      .min(1)
      .max(256)
      .optional()
      .describe("Names of the streams that it watches. Default: every stream, sessions of clients too."),
    zone: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe(
        "Zone of the camera in which it must happen. A model that takes instructions is asked about it; others cannot tell zones, and the rule is refused.",
      ),
    enabled: z.boolean().optional().describe("Whether it counts. Default: true."),
  })
  .refine(({ between, time_zone }) => time_zone === undefined || between !== undefined, {
    error: "A time zone goes with times of the day. Give between, too, or leave out time_zone.",
    path: ["time_zone"],
  });

/** A rule, as the config file, the API and the state file say it. */
export type AlertRule = z.infer<typeof alertRuleSchema>;

/** Rules by name. */
export const alertRulesSchema = z.record(alertName, alertRuleSchema);

/** What an alert is raised for, and when it may be: a rule whose texts have been read. */
export interface RuleTimes {
  /** How long it must hold (ms); null: nothing is said of that. */
  readonly forMs: number | null;
  /** How long it is not raised again on a stream (ms). */
  readonly cooldownMs: number;
}

/** The durations of a rule that the schema has taken. */
export function timesOf(rule: AlertRule): RuleTimes {
  const read = (text: string | undefined) => (text === undefined ? null : parseDuration(text));
  return { forMs: read(rule.for), cooldownMs: read(rule.cooldown) ?? 0 };
}
