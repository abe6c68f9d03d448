/** Offline replay: a video through the engine, as protocol events. */
export { type ReplayOptions, replay } from "./replay.ts";
export { parseScheduledQuestion, type ScheduledQuestion } from "./scheduled-question.ts";
