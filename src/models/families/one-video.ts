import { axesOf } from "../../cache/mod.ts";
import type { UnitLayout, UnitToLayOut } from "./family.ts";
import { QwenVision } from "./qwen-vision.ts";

/**
 * Qwen2-VL and Qwen2.5-VL: all units of a stream are one video, between one `<|vision_start|>` at the end of the prefix
 * and one `<|vision_end|>` in front of what follows. A unit is nothing but its visual tokens.
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
 */
export abstract class OneVideoVision extends QwenVision {
  readonly placeholder = { content: { type: "video" }, rendered: "<|video_pad|>" };

  layOut(unit: UnitToLayOut): UnitLayout {
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
