import { EngineError } from "../../engine/mod.ts";
import type { Refusal } from "../refusal.ts";
import { Allowance } from "./allowance.ts";
import { EVERYBODY, type Grant, NOBODY } from "./grant.ts";

/** Whoever has been let in. */
export interface Client {
  /** What it may do. */
  readonly grant: Grant;
  /** What it may still cost, together with all others that came with the same token. */
  readonly allowance: Allowance;
  /** When its token ends (ms since 1970); null: never. */
  readonly expiresAtMs: number | null;
  /** Why it must go, because its token has expired or was changed; null while all is well. */
  lost(): Refusal | null;
}

/** All clients of a server without tokens. */
export const ANYBODY: Client = unlimited(EVERYBODY);

/** Requests that need no token and have none. */
export const STRANGER: Client = unlimited(NOBODY);

/**
 * Takes a question out of what all clients with the same token may ask.
 *
 * @throws {EngineError} `too_many_questions`
 */
export function requireQuestion({ grant, allowance }: Client): void {
  if (allowance.takeQuestion(performance.now())) return;
  throw new EngineError(
    "too_many_questions",
    `The token ${grant.name} has asked as many questions a minute as it may. Ask more slowly.`,
  );
}

function unlimited(grant: Grant): Client {
  return { grant, allowance: new Allowance(), expiresAtMs: null, lost: () => null };
}
