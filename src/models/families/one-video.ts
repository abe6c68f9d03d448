import { axesOf } from "../../cache/mod.ts";
import type { CheckpointManifest } from "../checkpoint-schema.ts";
import type { FamilyVision, UnitLayout, UnitToLayOut } from "./family.ts";
import { QwenVision, type VisionManifest } from "./qwen-vision.ts";

/** What of a stream is one video: all of it, or each of its units by itself. */
export type VideoExtent = "stream" | "unit";

/** All of a stream, unless its frames look at the text between them (`cache.mask` of bundle.json). */
export function videoExtent({ cache }: Pick<CheckpointManifest, "cache">): VideoExtent {
  return cache.mask === "interleaved" ? "unit" : "stream";
}

/**
 * Qwen2-VL and Qwen2.5-VL. Usually all units of a stream are one video, between one `<|vision_start|>` at the end of the
 * prefix and one `<|vision_end|>` in front of what follows. A unit is nothing but its visual tokens.
 *
 * M-RoPE positions (Qwen2-VL, section 2.1): the video begins at the position `v` on all axes. The visual token in row r
 * and column c of a unit is at `[v + t, v + r, v + c]`; `t` grows with the stream. So:
 *
 * - A stream whose units all fit equals `get_rope_index` for one video of the same frames.
 * - Rows and columns never move. Without its oldest units, a stream equals a video that begins later if the times of
 *   the units that remain are shifted by one number, and those of text that follows by one on all axes. Relative to a
 *   query of that text, this is one vector for the whole segment of visual keys.
 *
 * `end` is `[first position of text, v, v]`: the next unit needs to know where the video began. Text begins behind the
 * largest position on any axis, as in the checkpoints' own code and in transformers 4. (transformers 5.19 looks at rows
 * and columns only, so text would stand among the frames of a long video.)
 *
 * With the extent `unit`, each unit is a video of its own: `<|vision_start|>` visual tokens `<|vision_end|>`, as a chat
 * has it in which each of the user's turns brings a short video. Text counts on all axes at once. The visual token in row
 * r and column c is at `[p, p + r, p + c]`, where p is the position behind `<|vision_start|>`: a unit is one step of time,
 * and time begins anew with each video. What follows begins at `p + max(rows, columns)`, and `end` is one number. This
 * equals `get_rope_index` for the same sequence of videos and text.
 */
export abstract class OneVideoVision extends QwenVision {
  readonly placeholder: FamilyVision["placeholder"];

  constructor(
    manifest: VisionManifest,
    private readonly extent: VideoExtent = "stream",
  ) {
    super(manifest);
    const pad = "<|video_pad|>";
    const rendered = extent === "unit" ? `<|vision_start|>${pad}<|vision_end|>` : pad;
    this.placeholder = { content: { type: "video" }, rendered };
  }

  layOut(unit: UnitToLayOut, encode: (text: string) => readonly number[]): UnitLayout {
    if (this.extent === "stream") return this.partOfVideo(unit);
    return this.block(unit, encode("<|vision_start|>"), encode("<|vision_end|>"));
  }

  private partOfVideo(unit: UnitToLayOut): UnitLayout {
    const [before, top, left] = axesOf(unit.start);
    const { rows, columns } = this.mergedGrid(unit.size);
    const time = top + this.time(unit);
    const positions = this.gridPositions(unit.size, [time, top, left]);
    const end = Math.max(before, time + 1, top + rows, left + columns);
    return { tokens: positions.map(() => null), positions, end: [end, top, left] };
  }

  /** Position of a unit on the time axis, from the video's beginning. */
  protected abstract time(unit: UnitToLayOut): number;
}
