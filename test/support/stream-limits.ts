import { LOG_LIMITS, type StreamLimits } from "../../src/streams/mod.ts";

/** Limits of streams that no test of something else reaches. */
export const AMPLE_LIMITS: StreamLimits = {
  ...{ maxFps: 30, maxFrameBytes: 1e6, maxFramePixels: 1e6, maxPixelsPerSecond: 1e6, maxCatchUpMs: 1000 },
  ...{ maxInflight: 4, idleTimeoutMs: 60_000 },
  ...LOG_LIMITS,
};
