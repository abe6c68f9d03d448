/** The two caches of a stream: visual (C_v) and text (C_r). Pure typed arrays; knows nothing of the runtime. */
export { type KvBlock, type KvShape, KvStore } from "./kv-store.ts";
export {
  type PositionScheme,
  type PositionSchemeName,
  positionScheme,
  type QueryPositions,
  type UnitPlace,
  type VisualSpan,
} from "./positions.ts";
export { Rotary } from "./rotary.ts";
export { HIDDEN, SegmentBias } from "./segment-bias.ts";
export { TextCache, type TextCacheOptions } from "./text-cache.ts";
export { type UnitKv, VisualCache, type VisualCacheOptions } from "./visual-cache.ts";
