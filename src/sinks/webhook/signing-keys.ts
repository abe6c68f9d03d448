import { SinkError } from "../errors.ts";
import { LEAST_SECRET_BYTES, signingKey } from "./signature.ts";
import type { WebhookEntry } from "./webhook-schema.ts";

/**
 * The keys with which a webhook signs, one for each of its secrets; none where it has no secret.
 *
 * @param env where secrets are read from that the entry names
 * @throws {SinkError} for a secret that is not there, or too short
 */
export function signingKeys(
  { secret = [], secret_env }: WebhookEntry,
  env: Readonly<Record<string, string | undefined>>,
): readonly Uint8Array[] {
  if (secret_env === undefined) return [secret].flat().map((each) => keyOf(each, "secret", "It"));
  return [secret_env].flat().map((name) => {
    const given = env[name];
    if (given) return keyOf(given, "secret_env", `What is in ${name}`);
    throw new SinkError(`The environment variable ${name} is not set. Set it to the secret.`, "secret_env");
  });
}

/** @throws {SinkError} */
function keyOf(secret: string, where: keyof WebhookEntry, what: string): Uint8Array {
  const key = signingKey(secret);
  if (key !== null) return key;
  throw new SinkError(
    `${what} must have at least ${LEAST_SECRET_BYTES} bytes, and be base64 behind whsec_.`,
    where,
  );
}
