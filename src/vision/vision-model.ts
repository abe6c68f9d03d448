import type { UnitSeenReport } from "../engine/mod.ts";
import type { PublishedUnit, SeeingOptions, UnitFrames } from "./messages.ts";

/** The vision side of one stream. */
export interface SeeingStream {
  /** Gives its memory back. */
  release(): void;
}

/** When a unit was worked on (ms, of the main thread). */
export interface SeenTimes {
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}

/** A unit that is ready to be published. */
export interface SeenUnit {
  readonly unit: PublishedUnit["unit"];
  /** Buffers that are transferred with it. */
  readonly transfer: readonly ArrayBuffer[];
  /** Called once it has been published; null when the reasoner reports that it has been seen. */
  readonly report: ((times: SeenTimes) => UnitSeenReport) | null;
}

/** A model as the vision worker runs it. */
export interface VisionModel<Stream extends SeeingStream = SeeingStream> {
  /**
   * Opens a stream that has seen no unit yet.
   * @throws {RangeError} when the memory for caches is full
   */
  openStream(options: SeeingOptions): Stream;
  /** Looks at one unit each of different streams. */
  run(
    requests: readonly { readonly vision: Stream; readonly unit: UnitFrames }[],
    now: () => number,
  ): Promise<SeenUnit[]>;
  /** Bytes that its visual caches hold. */
  readonly cacheBytes: number;
  /** Makes a memory that has become large anew, when no stream is open; returns whether it did. */
  trim(): boolean;
}
