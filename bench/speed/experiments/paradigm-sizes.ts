import type { Paradigm } from "../../../src/engine/mod.ts";

/** In the order in which they are run, round after round. */
export const PARADIGMS: readonly Paradigm[] = ["streamed", "interleaved", "batch"];

/** How much is measured. */
export interface ParadigmSizes {
  /** Frame rates at real pace. */
  readonly fps: readonly number[];
  /** Of stream, for each of them (s). */
  readonly fpsSeconds: number;
  readonly fpsRounds: number;
  /** Arrivals under load, as shares of what the interleaved order can take, when all frames wait their turn. */
  readonly loads: readonly number[];
  /** … and when the oldest frame is dropped, as for any live stream. */
  readonly dropLoads: readonly number[];
  /** Units of a stream under load. */
  readonly units: number;
  readonly loadRounds: number;
}

export const PARADIGM_SIZES: ParadigmSizes = {
  fps: [1, 2, 3, 4, 5],
  fpsSeconds: 8,
  fpsRounds: 2,
  loads: [0.6, 1, 1.25, 1.6],
  dropLoads: [1, 1.25, 1.6],
  units: 80,
  loadRounds: 3,
};

export const LONG_PARADIGM_SIZES: ParadigmSizes = {
  ...PARADIGM_SIZES,
  fpsSeconds: 40,
  fpsRounds: 3,
  loads: [0.3, 0.5, 0.7, 0.85, 1, 1.15, 1.3, 1.5, 1.8, 2.2],
  dropLoads: [0.7, 0.85, 1, 1.15, 1.3, 1.5, 1.8, 2.2],
  units: 400,
  loadRounds: 5,
};
