/** Attention over the caches, and what a model's dense graphs and it make together: a transformer stack. */
export { Attention, type AttentionRow, type Segment } from "./attention.ts";
export { floats, joinPieces, openGraph, outputOf } from "./graph.ts";
export { Stack, type StackOptions } from "./stack.ts";
