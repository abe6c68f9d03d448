import type { ListenedStream } from "../streams/mod.ts";

/** The ids that every line of the log about a stream has. */
export interface StreamIds {
  readonly stream: string;
  /** Where the stream is a camera: its name, which is the stream's id. */
  readonly camera?: string;
  /** Where the stream is a client's session: its id, which is the stream's, too. */
  readonly session?: string;
}

/**
 * The ids of a stream for the log.
 *
 * @example log.child(idsOf(stream)).info("stream opened")
 */
export function idsOf({ id, kind }: Pick<ListenedStream, "id" | "kind">): StreamIds {
  return kind === "camera" ? { stream: id, camera: id } : { stream: id, session: id };
}
