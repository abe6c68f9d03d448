import type { ConnectionState } from "../../lib/mod.ts";
import type { Source } from "../sources/source.ts";

/** Why nothing can be asked, and what to do; null: one can ask. Without a connection one can: the question waits. */
export function whyNotAsk(source: Source | null, connection: ConnectionState): string | null {
  if (source === null) return "Choose a video first. Then ask about it at any time.";
  if (connection.phase !== "closed") return null;
  if (source.kind === "stream" && connection.error === null)
    return "Nothing can be asked until this stream is there again.";
  if (connection.error?.code === "idle_timeout")
    return "The session has ended, because it was not used. Choose a video to go on.";
  return "There is no connection. Choose a video to try again.";
}
