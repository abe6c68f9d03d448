import type { IncomingMessage } from "node:http";
import type { Logger } from "pino";
import type { TicketAnswer, TicketRequest } from "../../protocol/mod.ts";
import type { AccessRules } from "../access.ts";
import { clientAddress } from "../client-address.ts";
import type { Limits } from "../limits.ts";
import type { Refusal } from "../refusal.ts";
import { ANYBODY, type Client } from "./client.ts";
import { FailedLogins } from "./failed-logins.ts";
import { narrowed } from "./grant.ts";
import { Tickets } from "./tickets.ts";
import type { Token, TokenStore } from "./token-store.ts";

export interface AuthenticatorOptions {
  /** Null: everybody is let in. */
  readonly tokens: TokenStore | null;
  readonly access: AccessRules;
  readonly limits: Pick<Limits, "ticketMs" | "maxFailedLoginsPerMinute">;
  readonly log: Logger;
}

/**
 * Says who has made a request: by the bearer token in its `Authorization`, or by a ticket in its URL where a web page can
 * send no header. Tokens are never taken from a URL, because URLs end up in logs and histories.
 */
export class Authenticator {
  private readonly tickets: Tickets;
  private readonly failures: FailedLogins;

  constructor(private readonly options: AuthenticatorOptions) {
    this.tickets = new Tickets(options.limits.ticketMs);
    this.failures = new FailedLogins(options.limits.maxFailedLoginsPerMinute);
  }

  /** Whether clients need a token. */
  get isGuarded(): boolean {
    return this.options.tokens !== null;
  }

  /**
   * Who has made a request, or why it is refused. A ticket is used up by this, so ask for nothing else afterwards that
   * may refuse the request without a need.
   *
   * @param takesTickets whether the request may have `?ticket=` in place of a token
   */
  letIn(request: IncomingMessage, takesTickets: boolean): Client | Refusal {
    const { tokens } = this.options;
    if (tokens === null) return ANYBODY;
    const { authorization } = request.headers;
    const secret = /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
    if (secret !== undefined) return this.ofToken(tokens, secret, request);
    // A header of another kind may be for a proxy.
    const ticket = takesTickets ? ticketOf(request) : null;
    if (ticket === null)
      return unauthorized(
        "This server wants a token. Send the header Authorization: Bearer <secret>. A web page gets a ticket with POST /v1/tickets, and connects with ?ticket=<ticket>.",
      );
    const client = this.tickets.take(ticket);
    if (client !== null) return client.lost() ?? client;
    // Nobody can guess one, so this does not count as a guess.
    return unauthorized(
      "The ticket is wrong, has expired or was used. Get another one with POST /v1/tickets.",
    );
  }

  /**
   * Gives a ticket to a client.
   *
   * @throws {ProtocolError} `forbidden` when it would allow more than the client may; `too_many_tickets`
   */
  giveTicket(client: Client, wishes: TicketRequest): TicketAnswer {
    const { ticket, expiresInMs } = this.tickets.give(
      { ...client, grant: narrowed(client.grant, wishes) },
      client.expiresAtMs,
    );
    return { ticket, expires_in_ms: expiresInMs };
  }

  private ofToken(tokens: TokenStore, secret: string, request: IncomingMessage): Client | Refusal {
    const address = clientAddress(request, this.options.access);
    const nowMs = performance.now();
    const waitMs = this.failures.waitMs(address, nowMs);
    if (waitMs > 0)
      return {
        code: "too_many_attempts",
        message: `Too many wrong tokens came from this address. Wait ${Math.ceil(waitMs / 1000)} s.`,
        retryAfterMs: waitMs,
      };
    const token = tokens.find(secret);
    if (token !== null) {
      const client = clientOf(token, tokens);
      return client.lost() ?? client;
    }
    if (this.failures.failed(address, secret, nowMs))
      this.options.log.warn({ address }, "a wrong token was sent");
    return unauthorized(
      "The token is wrong, or was withdrawn. Ask the operator of the server for another one.",
    );
  }
}

function clientOf(token: Token, tokens: TokenStore): Client {
  const { name, grant, allowance, expiresAtMs } = token;
  const lost = (): Refusal | null => {
    switch (tokens.standing(token)) {
      case "good":
        return null;
      case "expired":
        return unauthorized(`The token ${name} has expired. Ask the operator of the server for another one.`);
      case "withdrawn":
        return unauthorized(
          `The token ${name} was withdrawn. Ask the operator of the server for another one.`,
        );
      case "changed":
        return { code: "forbidden", message: `What the token ${name} allows has changed. Connect again.` };
    }
  };
  return { grant, allowance, expiresAtMs, lost };
}

function unauthorized(message: string): Refusal {
  return { code: "unauthorized", message };
}

function ticketOf({ url = "" }: IncomingMessage): string | null {
  const query = url.indexOf("?");
  return query < 0 ? null : new URLSearchParams(url.slice(query)).get("ticket");
}
