import type { PictureSize, TowerInput, UnitToLayOut } from "../family.ts";
import { OneVideoVision, type VideoExtent } from "../one-video.ts";
import type { VisionManifest } from "../qwen-vision.ts";
import { windowsOf } from "./windows.ts";

/** Media times are whole milliseconds in places. So a time may lie this much before the one that is meant (s). */
const TOLERANCE_S = 0.001;

/** Qwen2.5-VL: time goes by the seconds of a unit's first frame, `tokens_per_second` positions each, rounded down. */
export class Qwen25Vision extends OneVideoVision {
  private readonly tokensPerSecond: number;
  /** Side of a window (visual tokens). */
  private readonly window: number;

  constructor(manifest: VisionManifest, extent?: VideoExtent) {
    super(manifest, extent);
    this.tokensPerSecond = manifest.vision!.tokens_per_second!;
    this.window = manifest.vision!.window!;
  }

  /** Besides those of all Qwen families `window_gather`, `window_hidden` and `window_scatter` ({@link windowsOf}). */
  override towerInputs(frames: Uint8Array, size: PictureSize): Readonly<Record<string, TowerInput>> {
    const { rows, columns } = this.mergedGrid(size);
    const windows = windowsOf(rows, columns, this.window, this.spec.merge ** 2);
    return {
      ...super.towerInputs(frames, size),
      window_gather: { type: "int64", data: windows.gather, dims: [windows.gather.length] },
      window_hidden: { type: "float32", data: windows.hidden, dims: [windows.count, windows.size] },
      window_scatter: { type: "int64", data: windows.scatter, dims: [windows.scatter.length] },
    };
  }

  protected time({ seconds }: UnitToLayOut): number {
    return Math.floor((seconds + TOLERANCE_S) * this.tokensPerSecond);
  }
}
