import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import { SinkError } from "../errors.ts";
import type { MqttEntry } from "./mqtt-schema.ts";
import { MqttSink, type MqttSinkOptions } from "./mqtt-sink.ts";
import { objectId } from "./topics.ts";

/** What a broker is opened with, besides its entry. */
export interface OpenMqttOptions extends Omit<MqttSinkOptions, "address"> {
  /** Where the password is read from, when the entry names a variable. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Opens a broker as a sink. It need not be there: it is connected to as soon as it is.
 *
 * @throws {SinkError} for a password that is not set, or a certificate that cannot be read
 * @example
 * const sink = await openMqttSink("home", entry, { env: process.env, log, version });
 * const server = await createServer({ engine, listeners: [sink.listen] });
 */
export async function openMqttSink(
  name: string,
  entry: MqttEntry,
  options: OpenMqttOptions,
): Promise<MqttSink> {
  const { env, ...rest } = options;
  const { url, username, client_id, base_topic = "thinkalong" } = entry;
  const address = {
    ...{ url, username },
    // The same after a restart: then the broker ends what is left of the connection before.
    clientId: client_id ?? `thinkalong_${objectId(base_topic)}`.slice(0, 128),
    password: passwordOf(entry, env),
    ca: await readCertificate(entry),
  };
  return MqttSink.open(name, entry, { ...rest, address });
}

/** @throws {SinkError} */
function passwordOf({ password, password_env }: MqttEntry, env: OpenMqttOptions["env"]): string | undefined {
  if (password_env === undefined) return password;
  const given = env[password_env];
  if (given) return given;
  throw new SinkError(
    `The environment variable ${password_env} is not set. Set it to the broker's password.`,
    "password_env",
  );
}

/** @throws {SinkError} */
async function readCertificate({ ca }: MqttEntry): Promise<string | undefined> {
  if (ca === undefined) return undefined;
  try {
    const pem = await readFile(ca, "utf8");
    createSecureContext({ ca: pem });
    if (!pem.includes("-----BEGIN CERTIFICATE-----")) throw new Error("there is no certificate in it");
    return pem;
  } catch (error) {
    throw new SinkError(
      `${ca} cannot be used as a certificate (${(error as Error).message}). Name a file in PEM.`,
      "ca",
    );
  }
}
