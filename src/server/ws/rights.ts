import { ProtocolError, type Scope, type ServerEvent } from "../../protocol/mod.ts";
import { type Grant, may } from "../auth/grant.ts";
import type { Refusal } from "../refusal.ts";

/**
 * Why a socket would be of no use to a client, or null: it may neither watch nor push there.
 *
 * @param stream the stream that it names; null: a session of its own, which no token for named streams may open
 */
export function socketRefusal(grant: Grant, stream: string | null): Refusal | null {
  if (stream === null && grant.streams !== null)
    return {
      code: "forbidden",
      message: `The token ${grant.name} is for the streams ${[...grant.streams].join(", ")}. It may not open a session of its own.`,
    };
  const id = stream ?? undefined;
  if (may(grant, "watch", id) || may(grant, "push", id)) return null;
  return {
    code: "forbidden",
    message: `The token ${grant.name} may neither watch nor push here. Use one with the scope watch or push.`,
  };
}

/**
 * Refuses what a client may not do.
 *
 * @throws {ProtocolError} `forbidden`
 */
export function requireScope(grant: Grant, scope: Scope, stream: string): void {
  if (may(grant, scope, stream)) return;
  throw new ProtocolError(
    "forbidden",
    `The token ${grant.name} may not do this on ${stream}. It needs the scope ${scope}.`,
  );
}

/** Whether a client may see an event: thoughts are for those who watch, answers also for those who ask. */
export function maySee(grant: Grant, event: ServerEvent, stream: string): boolean {
  switch (event.type) {
    case "response.reasoning_text.delta":
    case "response.reasoning_text.done":
      return may(grant, "watch", stream);
    case "response.output_text.delta":
    case "response.output_text.done":
      return may(grant, "watch", stream) || may(grant, "ask", stream);
    case "response.created":
    case "response.done":
      return may(grant, "watch", stream) || (event.response.kind === "answer" && may(grant, "ask", stream));
    default:
      return true;
  }
}
