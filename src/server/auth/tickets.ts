import { randomBytes } from "node:crypto";
import { ProtocolError } from "../../protocol/mod.ts";
import type { Client } from "./client.ts";
import { digestOf } from "./token-file.ts";

/** Most unused tickets of one token. */
const MOST_UNUSED = 100;

interface Ticket {
  readonly client: Client;
  readonly expiresAtMs: number;
}

/** Tickets that were given and not used yet. Each is taken once, for a short time. */
export class Tickets {
  /** By digest, so that how long the search takes says nothing about tickets. The oldest is first. */
  private readonly unused = new Map<string, Ticket>();

  /** @param lifeMs how long a ticket can be used */
  constructor(private readonly lifeMs: number) {}

  /**
   * Gives a ticket with which a client can be let in.
   *
   * @param latestMs when it ends at the latest (ms since 1970)
   * @throws {ProtocolError} `too_many_tickets`
   */
  give(client: Client, latestMs: number | null): { readonly ticket: string; readonly expiresInMs: number } {
    const nowMs = Date.now();
    let own = 0;
    for (const [digest, { client: other, expiresAtMs }] of this.unused) {
      if (expiresAtMs <= nowMs) this.unused.delete(digest);
      else if (other.allowance === client.allowance) own++;
    }
    if (own >= MOST_UNUSED)
      throw new ProtocolError(
        "too_many_tickets",
        `The token ${client.grant.name} has ${own} unused tickets. Use them, or wait until they expire.`,
      );
    const ticket = `tkt_${randomBytes(32).toString("base64url")}`;
    const expiresAtMs = Math.min(nowMs + this.lifeMs, latestMs ?? Number.POSITIVE_INFINITY);
    this.unused.set(keyOf(ticket), { client, expiresAtMs });
    return { ticket, expiresInMs: expiresAtMs - nowMs };
  }

  /** Takes a ticket, which cannot be used again. Null when there is none such, or it has expired. */
  take(ticket: string): Client | null {
    const key = keyOf(ticket);
    const found = this.unused.get(key);
    this.unused.delete(key);
    return found !== undefined && found.expiresAtMs > Date.now() ? found.client : null;
  }
}

function keyOf(ticket: string): string {
  return digestOf(ticket).toString("base64");
}
