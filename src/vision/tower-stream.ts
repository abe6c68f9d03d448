import type { PictureSize } from "../models/mod.ts";
import type { SeeingOptions, UnitFrames } from "./messages.ts";
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
  /** Media time of the unit that was shown last (ms). */
  private shownMs = 0;

  constructor(private readonly options: Pick<SeeingOptions, "stillLevels" | "windowUnits" | "unitMs">) {}

  /**
   * Whether a unit shows nothing new, and the unit that it repeats will not leave the window before the next one. Must be
   * called for every unit, in order.
   */
  isStill({ frames, mediaTimeMs }: Pick<UnitFrames, "frames" | "mediaTimeMs">, size: PictureSize): boolean {
    const { stillLevels: levels, windowUnits, unitMs } = this.options;
    if (levels === null) return false;
    const isTooOld = mediaTimeMs - this.shownMs > (windowUnits - 1) * (unitMs ?? Number.POSITIVE_INFINITY);
    if (isTooOld || this.size?.width !== size.width || this.size.height !== size.height) {
      this.size = size;
      const mostUnits = Math.min(MOST_STILL_UNITS, windowUnits - 1);
      this.detector = new StillDetector({ ...size, levels, mostUnits });
    }
    const isStill = this.detector!.judge(frames);
    if (!isStill) this.shownMs = mediaTimeMs;
    return isStill;
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
