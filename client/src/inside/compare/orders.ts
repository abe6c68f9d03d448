/** The orders in which a model may see and think. */
export const ORDERS = ["streamed", "interleaved", "batch"] as const;
export type Order = (typeof ORDERS)[number];

/** What each one is. */
export const MEANS: Readonly<Record<Order, string>> = {
  streamed: "It thinks about each unit while the next ones arrive.",
  interleaved: "It sees a unit, thinks, then sees the next.",
  batch: "It sees the whole video, then thinks.",
};
