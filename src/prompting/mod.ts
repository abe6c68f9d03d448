/**
 * The words around a model that was never taught to think while it sees: what it is told, what it is shown of its
 * earlier thoughts, and when it speaks. It knows no servers and no tensors, so that a remote engine and a checkpoint on
 * this machine are prompted alike.
 */
export { AnswerText } from "./answer-text.ts";
export { cleanThought, ThoughtCleaner } from "./clean-thought.ts";
export { HiddenReasoning } from "./hidden-reasoning.ts";
export { mediaTimeText } from "./media-time.ts";
export type { PromptMessage, PromptPart } from "./message.ts";
export {
  answerPrompt,
  answerRequest,
  decisionPrompt,
  decisionRequest,
  type PromptContext,
  ROLE,
  SPEAK_OR_SILENT,
  type SpeakingChoices,
  speakingRule,
  thoughtPrompt,
  thoughtRequest,
  wantedText,
} from "./prompts.ts";
export { RepetitionGate } from "./repetition-gate.ts";
export { SpeakingDecision, type Spoken } from "./speaking-decision.ts";
export { type SpokenThought, ThoughtMemory } from "./thought-memory.ts";
export { type ThoughtEnd, ThoughtText } from "./thought-text.ts";
export { VisualWindow } from "./visual-window.ts";
export { WholeWords } from "./whole-words.ts";
