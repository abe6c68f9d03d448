import { z } from "zod";
import { deliveryFields } from "../delivery-schema.ts";
import { duration } from "../duration.ts";
import type { EventName } from "../event-filter.ts";

/** What there are topics for. */
export const MQTT_EVENTS = [
  "alerts",
  "thoughts",
  "questions",
  "answers",
  "states",
  "session.stats",
] as const satisfies readonly EventName[];

const topicPart = z
  .string()
  .max(256)
  .regex(/^[^/+#\p{Cc}\s$][^+#\p{Cc}]*(?<![/\s])$/u, {
    error: "It must be a topic without + and #, that neither begins nor ends with a slash, a space or $.",
  });

/** A URL of a broker. A password may not stand in it, so that the URL can be shown. */
function isBrokerUrl(url: string): boolean {
  if (!URL.canParse(url) || !/^mqtts?:\/\//i.test(url)) return false;
  const { hostname, username, password, pathname, search, hash } = new URL(url);
  return hostname !== "" && username + password + search + hash === "" && /^\/?$/.test(pathname);
}

/** An MQTT broker: the streams have topics there, and cameras become devices of Home Assistant. */
export const mqttSchema = z
  .strictObject({
    type: z.literal("mqtt").describe("`mqtt`: topics of an MQTT broker, and devices of Home Assistant."),
    url: z
      .string()
      .refine(isBrokerUrl, {
        error:
          "It must be mqtt://HOST or mqtts://HOST (TLS), with :PORT if need be, and nothing else. Name and password are keys of their own.",
      })
      .describe("The broker: `mqtt://HOST`, or `mqtts://HOST` with TLS. Port: 1883, with TLS 8883."),
    username: z.string().min(1).max(256).optional().describe("Name of the broker's user for this server."),
    password: z.string().min(1).max(1024).optional().describe("Password of that user. It is never shown."),
    password_env: z
      .string()
      .regex(/^[A-Za-z_]\w*$/, { error: "It must be the name of an environment variable." })
      .optional()
      .describe("Environment variable that holds the password, in place of `password`."),
    ca: z
      .string()
      .min(1)
      .optional()
      .describe(
        "File with the certificate (PEM) that has signed the broker's, where no public authority has.",
      ),
    client_id: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe(
        "The broker ends the connection of another client of the same id. Default: from `base_topic`.",
      ),
    base_topic: topicPart
      .optional()
      .describe(
        "Where all topics begin. Two servers with one broker need two of them. Default: `thinkalong`.",
      ),
    discovery: z
      .boolean()
      .optional()
      .describe("Whether cameras become devices of Home Assistant (2024.11 or later). Default: true."),
    discovery_prefix: topicPart
      .optional()
      .describe("Where Home Assistant listens for devices. Default: `homeassistant`."),
    alert_off_after: duration("1d")
      .optional()
      .describe(
        "How long the topic of an alert says ON: seconds, or a text such as `30s`. What is delivered later than that is told, and does not switch it on. Default: 30 seconds.",
      ),
    snapshots: z
      .boolean()
      .optional()
      .describe(
        "Whether the picture of each alert is sent to the broker, which keeps the last one of each camera. Default: true.",
      ),
    ask: z
      .boolean()
      .optional()
      .describe("Whether those who may write to the broker may ask cameras. Default: true."),
    ...deliveryFields,
    events: deliveryFields.events
      .unwrap()
      .default([...MQTT_EVENTS])
      .describe(
        "What there are topics for: `alerts`, `thoughts`, `questions` (those in an answer), `answers`, `states`, and `session.stats` for the counts. Default: all of these.",
      ),
  })
  .refine(({ password, password_env }) => password === undefined || password_env === undefined, {
    error: "There is a password already. Leave out password, or password_env.",
    path: ["password_env"],
  })
  .refine((entry) => entry.username !== undefined || (entry.password ?? entry.password_env) === undefined, {
    error: "A password needs the name of its user. Give username, too.",
    path: ["username"],
  })
  .refine(({ url, ca }) => ca === undefined || /^mqtts:/i.test(url), {
    error: "A certificate is of use with TLS only. Leave out ca, or let the URL begin with mqtts://.",
    path: ["ca"],
  });

/** A broker, as the config file says it. */
export type MqttEntry = z.infer<typeof mqttSchema>;
