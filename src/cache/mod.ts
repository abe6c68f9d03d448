/** The two kinds of KV cache: visual (C_v) and text (C_r). Typed arrays only; knows nothing of the inference runtime. */
export { AddressSpace } from "./address-space.ts";
export { type CacheKind, KvMemory } from "./kv-memory.ts";
export {
  KV_PRECISIONS,
  type KvBlock,
  type KvPrecision,
  type KvShape,
  KvStore,
  type SlotRange,
} from "./kv-store.ts";
export { axesOf, largestAxis, largestOf, minus, type Position, plus } from "./position.ts";
export {
  POSITION_SCHEMES,
  type PositionScheme,
  type PositionSchemeName,
  positionScheme,
  type QueryPositions,
  type UnitPlace,
  type VisualSpan,
} from "./positions.ts";
export { type Rope, Rotary } from "./rotary.ts";
export { TextCache, type TextCacheOptions, type TextView } from "./text-cache.ts";
export { type UnitKv, VisualCache, type VisualCacheOptions, type VisualView } from "./visual-cache.ts";
export {
  type SequenceView,
  type UnitExtent,
  VisualSequence,
  type VisualSequenceOptions,
} from "./visual-sequence.ts";
