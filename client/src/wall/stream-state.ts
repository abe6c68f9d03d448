import type { StreamObject } from "../../lib/mod.ts";

/** How a stream is, for people. */
export interface StreamStateShown {
  /** A word or two. */
  readonly word: string;
  /** `good`: pictures come; `waiting`: they are to come; `trouble`: they should come, and do not; `off`: none are to come. */
  readonly tone: "good" | "waiting" | "trouble" | "off";
  /** Why, and what is done about it; null: there is nothing to say. */
  readonly message: string | null;
}

export function shownState(stream: StreamObject): StreamStateShown {
  return stream.kind === "camera"
    ? { ...CAMERA[stream.state], message: MESSAGES.has(stream.state) ? stream.message : null }
    : { ...SESSION[stream.state], message: null };
}

/** Those whose message says more than their word. */
const MESSAGES: ReadonlySet<string> = new Set(["stalled", "reconnecting", "refused"]);

type Shown = Omit<StreamStateShown, "message">;

const CAMERA: Readonly<Record<Extract<StreamObject, { kind: "camera" }>["state"], Shown>> = {
  connecting: { word: "Connecting …", tone: "waiting" },
  live: { word: "Live", tone: "good" },
  stalled: { word: "Stalled", tone: "trouble" },
  reconnecting: { word: "Lost", tone: "trouble" },
  ended: { word: "Ended", tone: "off" },
  disabled: { word: "Paused", tone: "off" },
  refused: { word: "Refused", tone: "trouble" },
};

const SESSION: Readonly<Record<Extract<StreamObject, { kind: "session" }>["state"], Shown>> = {
  created: { word: "No picture yet", tone: "waiting" },
  open: { word: "Live", tone: "good" },
  ending: { word: "Ending …", tone: "waiting" },
  closed: { word: "Ended", tone: "off" },
};
