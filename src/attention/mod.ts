/** Attention over the caches, and the transformer stacks that it makes of a model's graphs. */
export { Attention, type AttentionRow, type Segment } from "./attention.ts";
export { Stack, type StackOptions } from "./stack.ts";
