import type { ConnectionState, StreamObject } from "../../../lib/mod.ts";

/** Why nothing is to be seen of a stream of the server, for people. */
export interface Standing {
  readonly text: string;
  /** `resume`: it can be opened again; `leave`: one can only go elsewhere. */
  readonly way: "resume" | "leave";
}

/**
 * @param listed the stream as the server lists it; null: it does not; undefined: there is no list yet
 * @param wasSeen it was watched before
 * @returns null: it can be watched, or the connection is on its way
 */
export function standingOf(
  id: string,
  listed: StreamObject | null | undefined,
  connection: ConnectionState,
  wasSeen: boolean,
): Standing | null {
  if (listed?.kind === "camera" && listed.state === "disabled") {
    const text = `The camera ${id} is paused. Nothing is seen or thought.`;
    return listed.origin === "api"
      ? { text, way: "resume" }
      : { text: `${text} It stands in the config file of the server, and is changed there.`, way: "leave" };
  }
  if (listed?.kind === "camera" && listed.state === "refused")
    return { text: `The camera ${id} is not opened. ${listed.message ?? ""}`.trim(), way: "leave" };
  if (listed?.kind === "camera" && listed.state === "ended")
    return { text: `The video of ${id} has ended.`, way: "leave" };
  const isMissing = connection.error?.code === "stream_not_found" && connection.phase === "closed";
  if (listed === null || (listed === undefined && isMissing))
    return wasSeen
      ? { text: `The stream ${id} has ended, or was removed.`, way: "leave" }
      : {
          text: `There is no stream ${id}. It has ended, it was removed, or its name is another one.`,
          way: "leave",
        };
  // A camera that is opened anew is watched again by itself.
  if (listed?.kind !== "camera" && connection.phase === "closed" && connection.error === null)
    return { text: `The stream ${id} has ended.`, way: "leave" };
  return null;
}

/** Whether a stream goes on that is no longer watched, because a camera was opened anew meanwhile. */
export function goesOn(listed: StreamObject | null | undefined, { phase, error }: ConnectionState): boolean {
  const isOver = phase === "closed" && (error === null || error.code === "stream_not_found");
  const isOpen =
    listed?.kind === "camera"
      ? ["connecting", "live", "stalled"].includes(listed.state)
      : listed?.state === "open";
  return isOver && isOpen;
}
