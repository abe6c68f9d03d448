import type { ListenedStream } from "../../streams/mod.ts";

/** What all sessions are counted under together: there may be any number of them. */
export const SESSIONS = "session";

/** The label under which a stream is counted. A camera may have the name that sessions are counted under. */
export function streamLabel({ id, kind }: Pick<ListenedStream, "id" | "kind">): string {
  if (kind === "session") return SESSIONS;
  return id === SESSIONS ? `${id} (camera)` : id;
}
