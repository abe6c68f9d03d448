import { ProtocolError, type Scope, type ServerEvent } from "../../protocol/mod.ts";
import { type Grant, may } from "../auth/grant.ts";
import type { Refusal } from "../refusal.ts";
import type { Subject } from "./wish.ts";

/**
 * Why a socket would be of no use to a client, or null. Who opens a session under a name must be allowed to push there.
 * Who resumes one has shown before that it may open it.
 */
export function socketRefusal(grant: Grant, { kind, stream }: Subject): Refusal | null {
  const refused = (message: string): Refusal => ({ code: "forbidden", message });
  if (kind === "open" && stream !== null) {
    if (may(grant, "push", stream)) return null;
    return refused(
      `The token ${grant.name} may not send video as ${stream}. It needs the scope push for this stream.`,
    );
  }
  if (kind === "open" && grant.streams !== null) {
    const streams = [...grant.streams];
    return refused(
      `The token ${grant.name} is for the streams ${streams.join(", ")}. It may open a session under such a name only: ?name=${streams[0]}.`,
    );
  }
  const id = stream ?? undefined;
  if (may(grant, "watch", id) || may(grant, "push", id)) return null;
  return refused(
    `The token ${grant.name} may neither watch nor push here. Use one with the scope watch or push.`,
  );
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
