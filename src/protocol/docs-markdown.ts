import { z } from "zod";
import { CLIENT_MESSAGES } from "./client-messages.ts";
import { CLOSE_CODES, TRANSPORT_CLOSE_CODES } from "./close-codes.ts";
import { ERRORS } from "./errors.ts";
import { CLIENT_EXAMPLES, SERVER_EXAMPLES } from "./examples.ts";
import { SERVER_EVENTS } from "./server-events.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The whole of docs/protocol.md, made from the schemas, so that it cannot say anything else than they do. */
export function protocolMarkdown(): string {
  return [
    INTRODUCTION,
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
    "| code | type | ends the session | meaning |\n|---|---|---|---|",
    ...Object.entries(ERRORS).map(
      ([code, info]) =>
        `| \`${code}\` | \`${info.type}\` | ${info.fatal ? "yes" : "no"} | ${info.description} |`,
    ),
    "\n## Close codes\n",
    "| code | reason | meaning |\n|---|---|---|",
    ...Object.entries(CLOSE_CODES).map(
      ([reason, info]) => `| ${info.code} | \`${reason}\` | ${info.description} |`,
    ),
    ...TRANSPORT_CLOSE_CODES.map((info) => `| ${info.code} | (none) | ${info.description} |`),
    UPGRADE,
  ].join("\n");
}

function message(type: string, schema: z.ZodType, example: unknown): string {
  return [
    `### \`${type}\`\n`,
    `${schema.description ?? ""}\n`,
    "| field | type | |",
    "|---|---|---|",
    ...rows(z.toJSONSchema(schema, { io: "input" }), ""),
    "",
    "```json",
    JSON.stringify(example, null, 2),
    "```\n",
  ].join("\n");
}

function rows(schema: JsonSchema, prefix: string): string[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    if (typeof property === "boolean") return [];
    const path = `${prefix}${name}`;
    const optional = required.has(name) ? "" : ", optional";
    const nested = property.type === "array" ? property.items : property;
    const below = property.type === "array" ? `${path}[].` : `${path}.`;
    return [
      `| \`${path}\` | ${typeName(property)}${optional} | ${property.description ?? ""} |`,
      ...(isSchema(nested) ? rows(firstObject(nested), below) : []),
    ];
  });
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A nullable object is written as one of two: its fields are those of the object. */
function firstObject(schema: JsonSchema): JsonSchema {
  return schema.anyOf?.filter(isSchema).find((option) => option.type === "object") ?? schema;
}

function typeName(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`"${schema.const}"\``;
  if (schema.enum) return schema.enum.map((value) => `\`"${value}"\``).join(", ");
  if (schema.anyOf) return schema.anyOf.filter(isSchema).map(typeName).join(" or ");
  if (schema.type === "array") return isSchema(schema.items) ? `array of ${typeName(schema.items)}` : "array";
  return [schema.type ?? "any"].flat().join(" or ");
}

const INTRODUCTION = `# The protocol

> Generated from src/protocol by \`npm run docs\`; do not edit.

One WebSocket, \`/v1/stream\`: pictures go in, reasoning comes out while the video plays, and a question is answered
at any moment. Events are JSON texts with a dotted \`type\` and an \`event_id\`, in the manner of OpenAI's Realtime API;
pictures are **binary** messages, one encoded JPEG, PNG or WebP each. Times are in milliseconds. \`media_time_ms\` is in
the stream's own time (when a picture was captured); every latency is from arrival at the server.

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

Rules that hold throughout:

- Fields that the server does not know are ignored; a \`type\` that it does not know is an \`error\` event. Clients
  should ignore fields and events that they do not know.
- An \`error\` ends nothing unless its \`fatal\` is true; then \`session.closed\` and a close code follow.
- Nothing is dropped silently: a frame that was not looked at has its \`input_video_frame.dropped\`. Events are never
  dropped: a client that does not read them is closed (4410).
- A session is gone when its socket is. There is no resumption: connect again.
`;

const BINARY_FRAME = `### Binary messages

One encoded JPEG, PNG or WebP picture each, at most \`limits.max_frame_bytes\` bytes. Before the picture there may stand
a header of 20 bytes, little endian:

| offset | bytes | type | field |
|---|---|---|---|
| 0 | 4 | bytes | magic \`F5 54 41 46\` (\`F5\`, then \`TAF\`). No picture and no UTF-8 text begins with the byte F5. |
| 4 | 1 | uint8 | version: 1 |
| 5 | 1 | uint8 | length of this header in bytes: 20 or more; the picture begins there |
| 6 | 2 | uint16 | flags: bit 0: \`seq\` is given; bit 1: the capture time is given; the others are 0 and ignored |
| 8 | 4 | uint32 | \`seq\`, the client's number of the frame |
| 12 | 8 | float64 | capture time (ms), in the stream's own time, from 0 up and never backwards |

Without the header a frame is numbered by the server, from 0 up, and its media time is the time of its arrival since the
first frame. Use one of the two ways for a whole session.

Example: frame 7, captured at 3500 ms: \`F5 54 41 46 01 14 03 00 07 00 00 00 00 00 00 00 00 58 AB 40\`, then the
picture's first byte (\`FF\` of a JPEG).
`;

const UPGRADE = `
## Refused upgrades

| HTTP status | why |
|---|---|
| 403 | The \`Origin\` is neither the server's own nor on its allow list, or the \`Host\` is not one of the server's names. |
| 404 | The path is not \`/v1/stream\`. |
| 503 | The server is shutting down. |
`;
