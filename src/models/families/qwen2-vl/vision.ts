import type { UnitToLayOut } from "../family.ts";
import { OneVideoVision } from "../one-video.ts";

/** Qwen2-VL: time counts units, whatever the frame rate. */
export class Qwen2Vision extends OneVideoVision {
  protected time({ unit }: UnitToLayOut): number {
    return unit;
  }
}
