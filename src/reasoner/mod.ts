/** Reasoning: a narrator and answerers think about streams, one step of the model for all of them together. */

export { keptTokens } from "./kept-tokens.ts";
export type {
  ReasonerReport,
  ReasonerRequest,
  ReasonerSetup,
  ReasoningOptions,
  StopReason,
} from "./messages.ts";
export { NgramDrafter, type NgramDrafterOptions } from "./ngram-drafter.ts";
export { Answerer } from "./policies/answerer.ts";
export { Narrator } from "./policies/narrator.ts";
export { type Feed, type Policy, PRIORITY } from "./policies/policy.ts";
export {
  PromptedAnswerer,
  type PromptedAnswererOptions,
  type ToldAnswer,
  type ToldAnswerEvents,
} from "./policies/prompted-answerer.ts";
export { PromptedNarrator, type PromptedNarratorOptions } from "./policies/prompted-narrator.ts";
export type { ToldThought, ToldThoughtEvents } from "./policies/told-thought.ts";
export { PromptedTurns } from "./prompted-turns.ts";
export { type ReasonerEnvironment, ReasonerStream } from "./reasoner-stream.ts";
export {
  type Schedulable,
  Scheduler,
  type SchedulerOptions,
  STEP_TOKENS,
  type ThinkerGroup,
  type Turn,
} from "./scheduler.ts";
export { openCheckpointRunner, openTextRunner, spawnReasoner } from "./start.ts";
export type { StepLogits, StepRunner, TextStep, VisualToken } from "./step.ts";
export type { TextRunner } from "./text-runner.ts";
export { Thinker } from "./thinker.ts";
export { ThinkerContext } from "./thinker-context.ts";
export { ToldAnswerReport, ToldThoughtReports } from "./told-reports.ts";
export { SLACK_UNITS, VisualCacheReplica } from "./visual-cache-replica.ts";
export { schemeReader, type VisualReader } from "./visual-reader.ts";
export type { Question } from "./waiting-questions.ts";
export { WordChoice } from "./word-choice.ts";
