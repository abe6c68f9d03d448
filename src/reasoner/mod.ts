/** Reasoning: a narrator and answerers think about streams, one step of the model for all of them together. */

export type { ReportSink } from "./answer-report.ts";
export type { CheckpointRunner } from "./checkpoint-runner.ts";
export { type CheckpointThinking, openCheckpointThinkers } from "./checkpoint-thinkers.ts";
export { keptTokens } from "./kept-tokens.ts";
export type {
  CachedTime,
  Looks,
  ReasonerFigures,
  ReasonerReport,
  ReasonerRequest,
  ReasonerSetup,
  ReasoningOptions,
  StepSpeed,
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
export { ThinkRespondAnswerer } from "./policies/think-respond-answerer.ts";
export { ThinkRespondNarrator, type ThinkRespondNarratorOptions } from "./policies/think-respond-narrator.ts";
export type { ToldThought, ToldThoughtEvents } from "./policies/told-thought.ts";
export { CHECKPOINT_STEP_TOKENS, PREFILL_TOKENS, prefillChunk } from "./prefill-chunk.ts";
export { PromptedTurns } from "./prompted-turns.ts";
export { ReasonerStream } from "./reasoner-stream.ts";
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
export type { MakeThinkers, NarratorPolicy, OpenAnswer, StreamThinkers } from "./stream-thinkers.ts";
export { type TaughtModel, TaughtThinkers } from "./taught-thinkers.ts";
export type { TextRunner } from "./text-runner.ts";
export {
  THINK_RESPOND,
  type ThinkRespondNames,
  type ThinkRespondOptions,
} from "./think-respond-speech.ts";
export { Thinker } from "./thinker.ts";
export { ThinkerContext } from "./thinker-context.ts";
export { ToldAnswerReport, ToldThoughtReports } from "./told-reports.ts";
export { SLACK_UNITS, VisualCacheReplica } from "./visual-cache-replica.ts";
export { VisualPrefill, type VisualPrefillOptions } from "./visual-prefill.ts";
export { schemeReader, type VisualReader } from "./visual-reader.ts";
export type { Question } from "./waiting-questions.ts";
export { WordChoice } from "./word-choice.ts";
