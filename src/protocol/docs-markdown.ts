import type { z } from "zod";
import { CLIENT_MESSAGES } from "./client-messages.ts";
import { CLOSE_CODES, TRANSPORT_CLOSE_CODES } from "./close-codes.ts";
import { RESUMING } from "./docs-resuming.ts";
import { ERRORS } from "./errors.ts";
import { CLIENT_EXAMPLES, SERVER_EXAMPLES } from "./examples.ts";
import { schemaFields } from "./schema-fields.ts";
import { SERVER_EVENTS } from "./server-events.ts";
import { TICKET_EXAMPLES, ticketAnswer, ticketRequest } from "./tickets.ts";

/** The whole text of docs/protocol.md. It is made from the schemas, so that the two always agree. */
export function protocolMarkdown(): string {
  return [
    INTRODUCTION,
    RESUMING,
    "## From the client\n",
    ...Object.entries(CLIENT_MESSAGES).map(([type, schema]) =>
      message(type, schema, CLIENT_EXAMPLES[type as keyof typeof CLIENT_EXAMPLES]),
    ),
    BINARY_FRAME,
    "## From the server\n",
    ...Object.entries(SERVER_EVENTS).map(([type, schema]) =>
      message(type, schema, SERVER_EXAMPLES[type as keyof typeof SERVER_EXAMPLES]),
    ),
    "## Error codes\n",
    "| code | type | over HTTP | ends the session | meaning |\n|---|---|---|---|---|",
    ...Object.entries(ERRORS).map(
      ([code, info]) =>
        `| \`${code}\` | \`${info.type}\` | ${info.status} | ${info.fatal ? "yes" : "no"} | ${info.description} |`,
    ),
    "\n## Close codes\n",
    "| code | reason | meaning |\n|---|---|---|",
    ...Object.entries(CLOSE_CODES).map(
      ([reason, info]) => `| ${info.code} | \`${reason}\` | ${info.description} |`,
    ),
    ...TRANSPORT_CLOSE_CODES.map((info) => `| ${info.code} | (none) | ${info.description} |`),
    UPGRADE,
    TICKETS,
    message("POST /v1/tickets", ticketRequest, TICKET_EXAMPLES.request),
    message("201 of POST /v1/tickets", ticketAnswer, TICKET_EXAMPLES.answer).trimEnd(),
    "",
  ].join("\n");
}

function message(type: string, schema: z.ZodType, example: unknown): string {
  return [
    `### \`${type}\`\n`,
    `${schema.description ?? ""}\n`,
    "| field | type | |",
    "|---|---|---|",
    ...schemaFields(schema).map(
      ({ path, type, required, description }) =>
        `| \`${path}\` | ${type}${required ? "" : ", optional"} | ${description} |`,
    ),
    "",
    "```json",
    JSON.stringify(example, null, 2),
    "```\n",
  ].join("\n");
}

const INTRODUCTION = `# The protocol

> Generated from src/protocol by \`npm run docs\`; do not edit.

A client opens one WebSocket, \`/v1/stream\`, and sends pictures, or a video as a container. Thoughts come back while the video plays, and a question
can be asked at any moment. Events are JSON texts with a dotted \`type\` and an \`event_id\`, as in OpenAI's Realtime
API. Pictures are **binary** messages, one encoded JPEG, PNG or WebP each. So are the chunks of a container
([how to send one](pushed-video.md)).

A **session** is one client with its settings, on one such connection after the other. The frames are taken in **units** of \`frames_per_unit\`. About
each unit the model has one **thought**, or decides that there is nothing to say (a **skip**). Thoughts and answers are
both called responses. Further words are in the [glossary](glossary.md).

All times are in milliseconds. \`media_time_ms\` is when a picture was captured, in the stream's own time. Every latency
counts from the arrival at the server.

\`\`\`mermaid
sequenceDiagram
    participant C as Client
    participant S as Server
    C->>S: WebSocket upgrade /v1/stream
    S-->>C: session.created
    C->>S: session.update (optional)
    S-->>C: session.updated
    loop while the video plays
        C->>S: picture (binary)
        S-->>C: unit.seen
        S-->>C: response.created, response.reasoning_text.delta …
        S-->>C: response.reasoning_text.done, response.done
        S-->>C: input_video_frame.dropped (when it cannot keep up)
        S-->>C: session.stats (every second)
    end
    C->>S: conversation.item.create (a question, at any time)
    S-->>C: response.created, response.output_text.delta …
    S-->>C: response.output_text.done, response.done
    C->>S: session.close
    S-->>C: what is still to be thought and answered
    S-->>C: session.closed, close code 1000
\`\`\`

These rules hold everywhere:

- The server ignores fields that it does not know, and answers a \`type\` that it does not know with an \`error\` event.
  Clients should ignore fields and events that they do not know.
- After an \`error\` the session goes on, unless \`fatal\` is true. Then \`session.closed\` and a close code follow.
- Every frame that is dropped is reported with \`input_video_frame.dropped\`. Events are never dropped: when a client does
  not read them, its socket is closed (4410).
- What a client sends has a budget of messages and of bytes a second (\`maxMessagesPerSecond\`, \`maxBytesPerSecond\`). Over
  it, the server reads more slowly: nothing is lost, but it comes late. So a client should watch how much waits to be
  sent. One that goes on for long is closed (4420).
- Frames are looked at no faster than they arrive, whatever their capture times say. After a stall, a little may come at
  once (\`maxCatchUpMs\`); what is more is dropped as \`rate\`.
- A server with tokens wants one for everything but the page and the health checks: \`Authorization: Bearer <secret>\`, on
  the upgrade too. What its scopes do not allow is refused with \`forbidden\`, and the session goes on: pictures need
  \`push\`, questions \`ask\`. Without \`watch\`, the events about thoughts are left out. [Security](security.md)
- A session outlives a connection that is lost, see [below](#coming-back-after-a-loss).
`;

const BINARY_FRAME = `### Binary messages

From \`input_video.start\` to \`input_video.stop\` every binary message is a chunk of the container, of any size up to
\`limits.max_frame_bytes\` bytes, and nothing is added to it. While more of it waits than the decoder takes
(\`maxDecoderBacklogBytes\`), the server does not read the socket.

Else a binary message is one encoded JPEG, PNG or WebP picture of at most \`limits.max_frame_bytes\` bytes. A header of
20 bytes may come before the picture. It is little endian:

| offset | bytes | type | field |
|---|---|---|---|
| 0 | 4 | bytes | magic \`F5 54 41 46\` (\`F5\`, then \`TAF\`). No picture and no UTF-8 text begins with the byte F5. |
| 4 | 1 | uint8 | version: 1 |
| 5 | 1 | uint8 | length of this header in bytes: 20 or more; the picture begins after it |
| 6 | 2 | uint16 | flags: bit 0: \`seq\` is given; bit 1: the capture time is given; all others are 0 and ignored |
| 8 | 4 | uint32 | \`seq\`, the client's number of the frame |
| 12 | 8 | float64 | capture time (ms), in the stream's own time: 0 or more, and never backwards |

Without a header the server numbers the frames from 0, and the media time of a frame is the time since the arrival of the
first one. Send either all frames of a session with a header, or none.

Example: frame 7, captured at 3500 ms: \`F5 54 41 46 01 14 03 00 07 00 00 00 00 00 00 00 00 58 AB 40\`, then the
picture's first byte (\`FF\` of a JPEG).
`;

const UPGRADE = `
## Refused upgrades

| HTTP status | meaning |
|---|---|
| 401 | The server wants a token or a ticket, and there was none, or it is wrong, has expired or was used. |
| 403 | The \`Origin\` is neither the server's own nor an allowed one, or the \`Host\` is not a name of the server. Or the token allows neither to watch nor to push here. |
| 404 | The path is not \`/v1/stream\`. |
| 429 | Too many wrong tokens came from this address. \`Retry-After\` says how long to wait (s). |
| 503 | The server is shutting down. |

A web page learns none of these: its socket is closed with 1006. When it gets its ticket first, the answer to that request
says what is wrong.
`;

const TICKETS = `## Tickets
`;
