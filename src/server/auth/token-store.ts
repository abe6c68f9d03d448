import { timingSafeEqual } from "node:crypto";
import { Allowance } from "./allowance.ts";
import type { Grant } from "./grant.ts";
import { digestOf, readTokenFile, type TokenEntry } from "./token-file.ts";

/** A token that the server knows. Reading the file again makes another one where what it allows has changed. */
export interface Token {
  readonly name: string;
  readonly grant: Grant;
  /** Kept when the file is read again. */
  readonly allowance: Allowance;
  /** When it ends (ms since 1970); null: never. */
  readonly expiresAtMs: number | null;
}

interface Known {
  readonly entry: TokenEntry;
  readonly token: Token;
}

/** `changed`: a token of its name allows other things now. `withdrawn`: there is none, or it has another secret. */
export type Standing = "good" | "expired" | "changed" | "withdrawn";

/**
 * The tokens of a file. It holds digests of secrets, never the secrets.
 *
 * @example
 * const tokens = await TokenStore.read("tokens.yaml");
 * const token = tokens.find(secret);
 * if (token !== null && may(token.grant, "watch")) await tokens.reload();
 */
export class TokenStore {
  /** Whether other users of this machine may read or write the file. */
  isOpenToOthers = false;
  private known = new Map<string, Known>();

  private constructor(readonly path: string) {}

  /**
   * Reads a token file.
   *
   * @throws {ServerError} `tokens_unreadable` or `tokens_invalid`
   */
  static async read(path: string): Promise<TokenStore> {
    const store = new TokenStore(path);
    await store.reload();
    return store;
  }

  /** Number of tokens. */
  get size(): number {
    return this.known.size;
  }

  /**
   * Reads the file again. When it cannot be read, all tokens stay as they are.
   *
   * @throws {ServerError} as `read` does
   */
  async reload(): Promise<void> {
    const { tokens, isOpenToOthers } = await readTokenFile(this.path);
    this.isOpenToOthers = isOpenToOthers;
    this.known = new Map(tokens.map((entry) => [entry.name, this.renewed(entry)]));
  }

  /** The token with this secret, or null. It takes the same time whichever digest differs, and wherever. */
  find(secret: string): Token | null {
    const digest = digestOf(secret);
    let found: Token | null = null;
    for (const { entry, token } of this.known.values())
      if (timingSafeEqual(entry.digest, digest)) found = token;
    return found;
  }

  /** Whether a token that was found earlier still holds. */
  standing(token: Token): Standing {
    if (token.expiresAtMs !== null && token.expiresAtMs <= Date.now()) return "expired";
    const now = this.known.get(token.name)?.token;
    if (now === token) return "good";
    return now !== undefined && now.allowance === token.allowance ? "changed" : "withdrawn";
  }

  /** The token of an entry: the one that stands, unless what it allows has changed. */
  private renewed(entry: TokenEntry): Known {
    const before = this.known.get(entry.name);
    const limits = {
      sessions: entry.limits.sessions,
      framesPerSecond: entry.limits.frames_per_second,
      bytesPerSecond: entry.limits.bytes_per_second,
      questionsPerMinute: entry.limits.questions_per_minute,
    };
    const isSameSecret = before?.entry.digest.equals(entry.digest) ?? false;
    const allowance = before && isSameSecret ? before.token.allowance : new Allowance();
    if (!isSameSecret || !isSame(before!.entry.limits, entry.limits)) allowance.change(limits);
    if (before && isSameSecret && isSame(rights(before.entry), rights(entry)))
      return { entry, token: before.token };
    const grant: Grant = {
      name: entry.name,
      scopes: new Set(entry.scopes),
      streams: entry.streams && new Set(entry.streams),
    };
    return { entry, token: { name: entry.name, grant, allowance, expiresAtMs: entry.expiresAtMs } };
  }
}

/** What of an entry ends the sessions of a token when it changes. */
function rights({ scopes, streams, expiresAtMs }: TokenEntry): unknown {
  return [[...scopes].sort(), streams && [...streams].sort(), expiresAtMs];
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
