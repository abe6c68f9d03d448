import type { z } from "zod";
import { CLIENT_MESSAGES, type ClientMessage, type ClientMessageType } from "./client-messages.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { ServerEvent } from "./server-events.ts";
import { MAX_ID_CHARS } from "./sizes.ts";
import { requireTextSize } from "./text-size.ts";

/** Encodes an event as the text of a WebSocket message. `replay --json` prints the same. */
export function encodeServerEvent(event: ServerEvent): string {
  return JSON.stringify(event);
}

/**
 * Reads a text message of a client. Unknown fields are ignored, so that newer clients work too.
 *
 * @throws {ProtocolError} `message_too_large`, `invalid_json`, `invalid_message`, `unknown_type` or `invalid_value`, with the path of
 *   the field and the `event_id` of the message where there are such
 * @example parseClientMessage('{"type":"session.close"}').type // "session.close"
 */
export function parseClientMessage(text: string): ClientMessage {
  requireTextSize(text);
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ProtocolError(
      "invalid_message",
      'A message must be a JSON object, such as {"type":"session.close"}.',
    );
  }
  const { type, event_id } = value as { type?: unknown; event_id?: unknown };
  // One that is too long is not repeated: the answer to a message must not be as large as the message.
  const clientEventId = typeof event_id === "string" && event_id.length <= MAX_ID_CHARS ? event_id : null;
  if (typeof type !== "string") {
    throw new ProtocolError(
      "invalid_message",
      `A message must have a "type". It must be one of ${typeNames}.`,
      {
        param: "type",
        clientEventId,
      },
    );
  }
  if (!isClientMessageType(type)) {
    const shown = JSON.stringify(type.slice(0, 64));
    throw new ProtocolError(
      "unknown_type",
      `There is no message type ${shown}. It must be one of ${typeNames}.`,
      {
        param: "type",
        clientEventId,
      },
    );
  }
  const parsed = CLIENT_MESSAGES[type].safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const param = issue ? pathOf(issue) : null;
  const where = param === null ? `The message ${type} is wrong.` : `The field ${param} of ${type} is wrong.`;
  throw new ProtocolError("invalid_value", `${where} ${sentence(issue?.message ?? "")}`.trimEnd(), {
    param,
    clientEventId,
  });
}

const typeNames = Object.keys(CLIENT_MESSAGES).join(", ");

function isClientMessageType(type: string): type is ClientMessageType {
  return Object.hasOwn(CLIENT_MESSAGES, type);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError(
      "invalid_json",
      "This text message is not JSON. Send pictures as binary messages.",
      {
        cause,
      },
    );
  }
}

/** Zod's messages have no full stop: "Invalid input: expected number, received string". */
function sentence(message: string): string {
  return message === "" || message.endsWith(".") ? message : `${message}.`;
}

/** Path of the field that an issue is about, such as `item.content[0].text`; null for the whole message. */
function pathOf(issue: z.core.$ZodIssue): string | null {
  const path = issue.path.reduce<string>(
    (before, key) =>
      typeof key === "number" ? `${before}[${key}]` : `${before}${before ? "." : ""}${String(key)}`,
    "",
  );
  return path || null;
}
