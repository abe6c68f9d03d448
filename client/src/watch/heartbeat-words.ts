import type { ConnectionState } from "../../lib/mod.ts";
import type { Story } from "../story/story.ts";
import { counted, span } from "../ui/format.ts";
import type { FlowTrouble } from "./picture-flow.ts";
import type { Phase } from "./playback.ts";

/** What a heartbeat goes by. */
export interface Pulse {
  readonly connection: ConnectionState["phase"];
  /** `own`: this page plays and sends it; null: nothing was chosen. */
  readonly source: "own" | "stream" | null;
  /** What the video of the page does. */
  readonly video: Phase;
  readonly flow: FlowTrouble | null;
  readonly story: Pick<Story, "units" | "nowMs" | "quiet" | "totals" | "source">;
}

/** What is going on, in a sentence. */
export interface Heartbeat {
  readonly text: string;
  /** `lost`: nothing is seen now, although it should be. */
  readonly tone: "well" | "rests" | "lost";
}

/** Says what is going on, so that silence is not taken for a fault, nor a fault for silence. */
export function heartbeat({ connection, source, video, flow, story }: Pulse): Heartbeat {
  // Why a stream of the server is not there is said in place of its picture.
  if (connection === "closed" && source === "stream") return { text: "nothing is seen now", tone: "rests" };
  if (connection === "waiting" || connection === "closed")
    return { text: "not connected · nothing is seen now", tone: "lost" };
  if (source === null) return { text: "nothing is watched yet", tone: "rests" };
  const camera = story.source.value;
  if (camera !== null && camera.state !== "live")
    return { text: camera.message, tone: camera.state === "ended" ? "rests" : "lost" };
  if (source === "own" && flow !== null) return { text: flowWords(flow), tone: "lost" };
  if (source === "own" && video === "ended") return { text: "the video has ended", tone: "rests" };
  if (source === "own" && video === "paused") return { text: "the video is paused", tone: "rests" };
  if (story.nowMs.value === null) return { text: "waiting for the first picture", tone: "rests" };
  const newest = story.units.value.at(-1);
  const { ms, units } = story.quiet.value;
  const seen = `${counted(units, "unit")} seen`;
  if (newest?.skipReason === "unavailable")
    return { text: `seeing · the model cannot be reached · ${seen}`, tone: "lost" };
  if (units > 0 && ms >= 1000) return { text: `watching · quiet for ${span(ms)} · ${seen}`, tone: "well" };
  const { totals } = story;
  const sum = `${counted(totals.value.units, "unit")} seen · ${counted(totals.value.thoughts, "thought")}`;
  return { text: `watching · ${sum}`, tone: "well" };
}

function flowWords(flow: FlowTrouble): string {
  if (flow.kind === "behind")
    return `the network is too slow · ${counted(flow.pictures, "picture")} not sent`;
  const how = flow.isOver ? "showed this page no pictures for" : "has shown this page no pictures for";
  return `the browser ${how} ${span(flow.ms)}, so nothing was seen`;
}
