import type { Unit } from "../../engine/mod.ts";
import type { Frame } from "../../ingest/mod.ts";
import { mediaTimeText, type PromptPart, VisualWindow } from "../../prompting/mod.ts";
import { StillDetector } from "../../vision/mod.ts";
import type { RemoteError } from "./client/mod.ts";

/** A unit that has been looked at, with all that a prompt about it may show. */
export interface SeenUnit {
  readonly unit: number;
  /** Media time of its last frame (ms). */
  readonly mediaTimeMs: number;
  /** Nothing had changed since the last picture in the window, so this one was not added. */
  readonly still: boolean;
  /** The window as it was then: pictures with their times, the oldest first. Later units are not in it. */
  readonly visual: readonly PromptPart[];
  /** Pictures in the window then, and the most that it held then. */
  readonly heldUnits: number;
  readonly windowUnits: number;
  /** Pictures that have left the window since the start of the stream. */
  readonly evictedUnits: number;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}

/** Changes are looked for at this size (px). It is that of the model with which their thresholds were chosen. */
const STILL_SIDE_PX = 128;

export interface SightOptions {
  /** Most pictures in the window. */
  readonly windowUnits: number;
  /** A change of up to this many levels (0..255) counts as none; null: every picture is added. */
  readonly stillLevels: number | null;
  /** Longest side of a picture (px). */
  readonly largestSide: number;
}

/** The eyes of one stream: turns units into pictures with their times, in order, and keeps the window of them. */
export class Sight {
  private readonly window: VisualWindow;
  private readonly stillDetector: StillDetector | null;
  private looking: Promise<void> = Promise.resolve();

  /**
   * @param onSeen called with each unit, in order
   * @param onBroken called when the picture of a frame cannot be had; no unit follows
   */
  constructor(
    private readonly options: SightOptions,
    private readonly onSeen: (unit: SeenUnit) => void,
    private readonly onBroken: (error: Error) => void,
  ) {
    const { windowUnits, stillLevels: levels } = options;
    const size = { width: STILL_SIDE_PX, height: STILL_SIDE_PX };
    this.window = new VisualWindow(windowUnits);
    this.stillDetector =
      levels === null ? null : new StillDetector({ ...size, levels, mostUnits: Number.POSITIVE_INFINITY });
  }

  /** Takes the next unit. */
  see(unit: Unit): void {
    this.looking = this.looking.then(async () => this.onSeen(await this.look(unit)));
    this.looking.catch((error: Error) => this.onBroken(error));
  }

  /**
   * A prompt was refused: goes on without what is in the window, and with a smaller one where that helps.
   *
   * @param visual what the prompt showed; the window may have been emptied since
   */
  refused({ code }: RemoteError, visual: readonly PromptPart[]): void {
    if (this.window.parts[0] !== visual[0]) return;
    const isTooMuch = code === "remote_context_too_short" || code === "remote_too_many_images";
    this.window.restart(isTooMuch ? Math.floor(this.window.limit / 2) : this.window.limit);
  }

  private async look({ unit, frames, mediaTimeMs }: Unit): Promise<SeenUnit> {
    const startedAtMs = performance.now();
    const frame = frames.at(-1)!;
    // A window that was emptied shows nothing, so there is no picture that this one could be like.
    const still = (await this.isStill(frame)) && this.window.size > 0;
    if (!still) {
      const jpeg = await frame.jpeg(this.options.largestSide);
      this.window.add([
        { type: "text", text: mediaTimeText(mediaTimeMs) },
        { type: "picture", jpeg },
      ]);
    }
    const { parts: visual, size: heldUnits, limit: windowUnits, evicted: evictedUnits } = this.window;
    return {
      ...{ unit, mediaTimeMs, still, startedAtMs, finishedAtMs: performance.now() },
      ...{ visual, heldUnits, windowUnits, evictedUnits },
    };
  }

  private async isStill(frame: Frame): Promise<boolean> {
    if (this.stillDetector === null) return false;
    return this.stillDetector.judge(await frame.rgb(STILL_SIDE_PX, STILL_SIDE_PX));
  }
}
