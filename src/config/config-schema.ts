import { z } from "zod";
import { alertName, alertRuleSchema } from "../alerts/mod.ts";
import { cameraName, cameraSchema } from "../cameras/mod.ts";
import { historySchema } from "../history/mod.ts";
import { type Limits, limitsSchema } from "../server/mod.ts";
import { sinksSchema } from "../sinks/mod.ts";

/** A name as the file has it: `max_sessions` for `maxSessions`. */
export function inSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const filePath = z.string().min(1).optional();

const serverKeys = z.strictObject({
  host: z.string().min(1).optional().describe("Address to listen on (`--host`)."),
  port: z.int().min(0).max(65_535).optional().describe("Port to listen on; 0: any free one (`--port`)."),
  allow_origins: z
    .array(z.string().min(1))
    .optional()
    .describe("Web origins that may connect, in addition to the server's own page (`--allow-origin`)."),
  allow_hosts: z
    .array(z.string().min(1))
    .optional()
    .describe("Host names under which a reverse proxy is reached (`--allow-host`)."),
  tokens: filePath.describe("File of the tokens that clients need (`--tokens`). SIGHUP: it is read again."),
  insecure: z
    .boolean()
    .optional()
    .describe("Whether to start without tokens although others can reach the server (`--insecure`)."),
  tls_cert: filePath.describe(
    "Certificate with which the server speaks TLS, in PEM (`--tls-cert`). SIGHUP: it is read again.",
  ),
  tls_key: filePath.describe("Key of the certificate, in PEM (`--tls-key`). SIGHUP: it is read again."),
  tls_self_signed: z
    .boolean()
    .optional()
    .describe("Whether to speak TLS with a certificate of its own (`--tls-self-signed`)."),
  allow_private_cameras: z
    .boolean()
    .optional()
    .describe(
      "Whether cameras that are made over the API may have private addresses (`--allow-private-cameras`).",
    ),
  allow_camera_hosts: z
    .array(z.string().min(1))
    .optional()
    .describe(
      "Names, addresses and networks that such cameras may have besides public ones (`--allow-camera-host`).",
    ),
  metrics: z
    .boolean()
    .optional()
    .describe(
      "Whether there are metrics for Prometheus at `/metrics` ([metrics](metrics.md)). They are there unless this is false.",
    ),
  log_level: z
    .enum(["silent", "error", "warn", "info", "debug", "trace"])
    .optional()
    .describe("Least severe messages to log (`--log-level`)."),
  state: z
    .string()
    .min(1)
    .optional()
    .describe("Folder for the cameras and alerts that are made over the API (`--state`)."),
});

const serverSection = serverKeys
  .refine(({ tls_cert, tls_key }) => (tls_cert === undefined) === (tls_key === undefined), {
    error: "A certificate and its key belong together. Name both: tls_cert and tls_key.",
    path: ["tls_cert"],
  })
  .refine(({ tls_cert, tls_self_signed }) => tls_cert === undefined || !tls_self_signed, {
    error: "There is a certificate already. Leave out tls_self_signed, or tls_cert and tls_key.",
    path: ["tls_self_signed"],
  });

/** The limits of the server, under the names that they have in the file. */
const limitsSection = z.strictObject(
  Object.fromEntries(Object.entries(limitsSchema.shape).map(([name, schema]) => [inSnakeCase(name), schema])),
);

/** The whole file. Each section may be left out. */
export const configSchema = z.strictObject({
  cameras: z
    .record(cameraName, cameraSchema)
    .nullable()
    .optional()
    .describe("The cameras that the server watches by itself, by name."),
  alerts: z.record(alertName, alertRuleSchema).nullable().optional().describe("Alerts in words, by name."),
  server: serverSection.nullable().optional().describe("What the flags of `serve` say, too. A flag wins."),
  history: historySchema
    .nullable()
    .optional()
    .describe("What is kept of what cameras see, and for how long."),
  sinks: sinksSchema.nullable().optional().describe("Where events are sent, by name."),
  limits: limitsSection.nullable().optional().describe("How much the server takes."),
});

/** What a config file says. */
export type Config = z.infer<typeof configSchema>;

/** The limits that a file gives, under the names that the server has for them. */
export function limitsOf({ limits }: Config): Partial<Limits> {
  const given = limits ?? {};
  return Object.fromEntries(
    Object.keys(limitsSchema.shape)
      .filter((name) => inSnakeCase(name) in given)
      .map((name) => [name, given[inSnakeCase(name)]]),
  );
}
