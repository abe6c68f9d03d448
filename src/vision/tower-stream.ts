import type { PictureSize } from "../models/mod.ts";
import type { UnitFrames } from "./messages.ts";
import { StillDetector } from "./still-detector.ts";
import type { SeeingStream } from "./vision-model.ts";

/** Units in a row that may be left out as still. Then one is shown again, so that the window always holds one. */
const MOST_STILL_UNITS = 8;

/** Media times of a unit's first and last frame since the first frame of its stream (s). */
export interface UnitSeconds {
  readonly firstSeconds: number;
  readonly lastSeconds: number;
}

/** The vision side of one stream of a published checkpoint: what has changed, and when that was. */
export class TowerStream implements SeeingStream {
  private detector: StillDetector | null = null;
  private size: PictureSize | null = null;
  private originMs: number | null = null;

  /** @param levels changes of up to so many levels (of 0..255) count as none; null: every unit is shown */
  constructor(private readonly levels: number | null) {}

  /** Whether a unit shows nothing new. Must be called for every unit, in order. */
  isStill(frames: Uint8Array, size: PictureSize, mostUnits: number): boolean {
    if (this.levels === null) return false;
    if (this.size?.width !== size.width || this.size.height !== size.height) {
      this.size = size;
      const limit = Math.min(MOST_STILL_UNITS, mostUnits);
      this.detector = new StillDetector({ ...size, levels: this.levels, mostUnits: limit });
    }
    return this.detector!.judge(frames);
  }

  secondsOf({ mediaTimeMs, seconds }: UnitFrames): UnitSeconds {
    const duration = seconds.slice(1).reduce((sum, each) => sum + each, 0);
    this.originMs ??= mediaTimeMs - 1000 * duration;
    const lastSeconds = (mediaTimeMs - this.originMs) / 1000;
    return { firstSeconds: lastSeconds - duration, lastSeconds };
  }

  release(): void {
    this.detector = null;
  }
}
