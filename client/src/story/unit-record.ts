import type { ServerEventOf } from "../../../src/protocol/server-events.ts";

export type SkipReason = NonNullable<ServerEventOf<"response.reasoning_text.done">["skip_reason"]>;

/** A unit of the stream: half a second of video or so, and what became of it. */
export interface UnitRecord {
  readonly unit: number;
  /** Media time of its last frame (ms). */
  readonly mediaTimeMs: number;
  /** `thinking` until the model has decided; `said`: a thought; `quiet`: nothing, and `skipReason` says why. */
  readonly state: "thinking" | "said" | "quiet";
  readonly skipReason: SkipReason | null;
  /** Nothing had changed, so what was seen before counts on. */
  readonly still: boolean;
  /** The scene was unfamiliar. */
  readonly unfamiliar: boolean;
  /** From the arrival of its last frame to the end of vision's work on it (ms); null: not known. */
  readonly seenMs: number | null;
  /** Id of the event that ended its thought, under which the server keeps its picture; null: there is none. */
  readonly eventId: string | null;
}
