import { z } from "zod";
import { limitedText } from "./fields.ts";

/** What a token or a ticket may allow. `admin` includes all others, on every stream. */
export const SCOPES = ["watch", "ask", "push", "admin"] as const;

/** `watch`: see events, snapshots and history. `ask`: ask questions. `push`: send video. `admin`: open, change and close cameras. */
export type Scope = (typeof SCOPES)[number];

/** Most streams that a ticket can name. */
const MAX_STREAMS = 64;

/** Most characters of the id of a stream. */
const MAX_STREAM_CHARS = 64;

/** The body of `POST /v1/tickets`. Unknown fields are refused, because a wrong name would make a ticket that allows more. */
export const ticketRequest = z
  .strictObject({
    scopes: z
      .array(z.enum(SCOPES))
      .min(1)
      .optional()
      .describe("What the ticket allows. Default: all that the token allows."),
    streams: z
      .array(limitedText(MAX_STREAM_CHARS))
      .min(1)
      .max(MAX_STREAMS)
      .optional()
      .describe("Ids of the streams that the ticket is for. Default: those of the token."),
  })
  .describe(
    "Gives a ticket for one connection of a web page, which can send no `Authorization` header there. The request has the header `Authorization: Bearer <secret>`; its body may be empty. The ticket is taken once, in `?ticket=` of a WebSocket or of an `EventSource`. It allows no more than its token, costs what that may cost, and ends with it.",
  );

/** The answer to `POST /v1/tickets`. */
export const ticketAnswer = z
  .object({
    ticket: z.string().describe("The ticket. It has no characters that a URL would have to escape."),
    expires_in_ms: z.number().describe("How long it can be used (ms)."),
  })
  .describe("The answer: 201 with the ticket.");

export type TicketRequest = z.infer<typeof ticketRequest>;
export type TicketAnswer = z.infer<typeof ticketAnswer>;

export const TICKET_EXAMPLES: { readonly request: TicketRequest; readonly answer: TicketAnswer } = {
  request: { scopes: ["watch", "ask"], streams: ["door"] },
  answer: { ticket: "tkt_Wb0cY6Zr6q2dUO1B4Vq3Ck0mJgkF5nDq1b3u8wXvP7E", expires_in_ms: 60_000 },
};
