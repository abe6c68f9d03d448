/** Attention over the caches, and transformer stacks built from it and a model's dense graphs. */
export { Attention, type AttentionOptions, type AttentionRow, type Segment } from "./attention.ts";
export { floats, joinPieces, openGraph, outputOf } from "./graph.ts";
export { ENCODER_CHANNELS, encoderShapes, eyesShapes, requireShapes } from "./graph-shapes.ts";
export { type LayerSpeed, openLayerSpeed } from "./layer-speed.ts";
export { Stack, type StackOptions } from "./stack.ts";
