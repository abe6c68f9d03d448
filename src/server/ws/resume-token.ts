import { createHash, randomBytes } from "node:crypto";

/** Length of a token (bytes): 128 bits, which nobody can guess. */
const BYTES = 16;

/** A new random token, fit for a URL. */
export function newResumeToken(): string {
  return randomBytes(BYTES).toString("base64url");
}

/** Whether a text could be a token. */
export function isResumeToken(text: string): boolean {
  return /^[\w-]{22}$/.test(text);
}

/**
 * The key under which the session of a token is kept. It is a hash, so how long it takes to look for it tells nothing of
 * the tokens that there are.
 */
export function keyOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
