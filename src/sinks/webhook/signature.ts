import { createHmac } from "node:crypto";

/** How a secret begins that is base64, as Standard Webhooks has it. */
const BASE64_SECRET = "whsec_";

/** Fewest bytes of a secret. */
export const LEAST_SECRET_BYTES = 16;

/**
 * The key of a secret: what stands behind `whsec_`, decoded from base64; else its own bytes.
 *
 * @returns null for a secret that is too short, or not base64 behind `whsec_`
 */
export function signingKey(secret: string): Uint8Array | null {
  const key = secret.startsWith(BASE64_SECRET)
    ? fromBase64(secret.slice(BASE64_SECRET.length))
    : Buffer.from(secret);
  return key !== null && key.length >= LEAST_SECRET_BYTES ? key : null;
}

/**
 * Signs a message as Standard Webhooks does, with each key: HMAC-SHA256 of its id, its time and its body, with points
 * between them.
 *
 * @param timestamp seconds since 1970
 * @returns the header `webhook-signature`: a signature for each key, with spaces between them
 */
export function sign(keys: readonly Uint8Array[], id: string, timestamp: number, body: string): string {
  const signed = `${id}.${timestamp}.${body}`;
  return keys.map((key) => `v1,${createHmac("sha256", key).update(signed).digest("base64")}`).join(" ");
}

function fromBase64(text: string): Uint8Array | null {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : null;
}
