import { parseDuration } from "../../../src/protocol/duration.ts";
import type { AlertObject, AlertRule } from "../../lib/mod.ts";

/** A duration as it stands in two fields; without an amount, nothing is said. */
export interface DurationFields {
  readonly amount: string;
  readonly unit: DurationUnit;
}

/** Units in which durations are said, the longest first, and their milliseconds. */
export const DURATION_UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const;

export type DurationUnit = keyof typeof DURATION_UNITS;

/** An alert as it stands in the form. */
export interface RuleFields {
  readonly name: string;
  readonly when: string;
  /** Null: every stream. */
  readonly streams: readonly string[] | null;
  readonly for: DurationFields;
  readonly cooldown: DurationFields;
  /** Null: at any time. */
  readonly between: { readonly from: string; readonly to: string } | null;
  /** By whose clocks `between` goes. */
  readonly timeZone: string;
  /** "": anywhere. */
  readonly zone: string;
  readonly enabled: boolean;
}

/**
 * An alert as fields.
 *
 * @param alert null: a new one
 * @param ownZone the visitor's time zone
 */
export function fieldsOf(alert: AlertObject | null, ownZone: string): RuleFields {
  const [from, to] = alert?.between?.split(/\s*[-–]\s*/) ?? [];
  return {
    name: alert?.name ?? "",
    when: alert?.when ?? "",
    streams: alert?.streams ?? null,
    for: durationFields(alert?.for),
    cooldown: durationFields(alert === null ? "1m" : alert.cooldown),
    between: from === undefined || to === undefined ? null : { from: twoDigits(from), to: twoDigits(to) },
    // Without one, the server's clocks count; that stays so.
    timeZone: alert?.between === undefined ? ownZone : (alert.time_zone ?? ""),
    zone: alert?.zone ?? "",
    enabled: alert?.enabled ?? true,
  };
}

/** The rule that fields say. */
export function ruleOf(fields: RuleFields): AlertRule {
  const { when, streams, between, timeZone, zone, enabled } = fields;
  const [forText, cooldown] = [durationText(fields.for), durationText(fields.cooldown)];
  return {
    when: when.trim(),
    ...(forText !== null && { for: forText }),
    ...(between !== null && { between: `${between.from}-${between.to}` }),
    ...(between !== null && timeZone !== "" && { time_zone: timeZone }),
    ...(cooldown !== null && { cooldown }),
    ...(streams !== null && { streams: [...streams] }),
    ...(zone !== "" && { zone }),
    ...(!enabled && { enabled }),
  };
}

/** A name for a rule in these words, other than those that are taken. */
export function suggestedName(when: string, taken: ReadonlySet<string>): string {
  const words = when.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const plain = words.filter((word) => !["a", "an", "the", "is"].includes(word)).join("-");
  const name = plain.slice(0, 40).replace(/-+$/, "") || "alert";
  for (let count = 1; ; count++) {
    const numbered = count === 1 ? name : `${name}-${count}`;
    if (!taken.has(numbered)) return numbered;
  }
}

/** The sentences that a refusal gives as examples: those in quotes, behind its last colon. */
export function examplesIn(message: string): string[] {
  const list = /:\s*((?:"[^"]+"(?:,\s*)?)+)\.?\s*$/.exec(message)?.[1] ?? "";
  return [...list.matchAll(/"([^"]+)"/g)].map(([, example]) => example!);
}

function durationFields(text: string | undefined): DurationFields {
  const ms = text === undefined ? 0 : (parseDuration(text) ?? 0);
  if (ms === 0) return { amount: "", unit: "m" };
  const units = Object.keys(DURATION_UNITS) as DurationUnit[];
  const unit = units.find((each) => ms % DURATION_UNITS[each] === 0) ?? "s";
  return { amount: String(ms / DURATION_UNITS[unit]), unit };
}

function durationText({ amount, unit }: DurationFields): string | null {
  return amount.trim() === "" ? null : `${amount.trim()}${unit}`;
}

function twoDigits(time: string): string {
  return time.trim().padStart(5, "0");
}
