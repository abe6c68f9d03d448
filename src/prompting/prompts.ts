import { mediaTimeText } from "./media-time.ts";
import type { PromptMessage, PromptPart } from "./message.ts";

/** What a prompt is made of. */
export interface PromptContext {
  /** What the user wants to be watched for, in their words; null when they said nothing. */
  readonly instructions: string | null;
  /** The newest units, the oldest first ({@link VisualWindow.parts}). */
  readonly visual: readonly PromptPart[];
  /** Earlier thoughts, a line each with its time ({@link ThoughtMemory.text}); empty when there are none. */
  readonly thoughts: string;
  /** Time of the newest unit (ms of the video). */
  readonly nowMs: number;
}

/** The two words between which the model chooses. No token should begin both; one letter alone counts for neither. */
export interface SpeakingChoices {
  readonly speak: string;
  readonly silent: string;
}

export const SPEAK_OR_SILENT: SpeakingChoices = { speak: "speak", silent: "silent" };

/** What a model is told once and for all. */
export const ROLE =
  "You watch a live video and think along with it. You are shown what the camera saw, in order of time, and what you " +
  "said about it so far. Speak in plain English. Say only what can be seen, and never make anything up.";

/** What the user wants to be watched for; empty when they said nothing. */
export function wantedText(instructions: string | null): string {
  const wanted = instructions?.trim() ?? "";
  return wanted === "" ? "" : `What you were asked to do:\n${wanted}`;
}

/** When a model is to speak. Whoever asks it with {@link decisionRequest} must have told it. */
export function speakingRule({ speak, silent }: SpeakingChoices): string {
  return `You ${speak} when something new happens, and are ${silent} when nothing does.`;
}

/** What asks whether there is something to say at a time of the video (ms). */
export function decisionRequest(nowMs: number, { speak, silent }: SpeakingChoices): string {
  return `Now, at ${mediaTimeText(nowMs)}, do you ${speak} or stay ${silent}? Answer ${speak} or ${silent}.`;
}

/** What asks for one short thought about a time of the video (ms). */
export function thoughtRequest(nowMs: number): string {
  return `What happens at ${mediaTimeText(nowMs)}? Answer in one short sentence.`;
}

/** What asks for an answer to a question of the user's at a time of the video (ms). */
export function answerRequest(nowMs: number, question: string): string {
  return (
    `It is now ${mediaTimeText(nowMs)}. Answer this question in full sentences, from what you saw and said. ` +
    `If you cannot know it, say so.\n\nQuestion: ${question.trim()}`
  );
}

const system = ({ instructions }: PromptContext): PromptMessage => {
  const text = [ROLE, wantedText(instructions)].filter((each) => each !== "").join("\n\n");
  return { role: "system", parts: [{ type: "text", text }] };
};

/** A small model that reads that it said nothing says that it has nothing to say. */
const said = ({ thoughts }: PromptContext): string =>
  thoughts === "" ? "" : `\n\nWhat you said so far:\n${thoughts}`;

/**
 * All prompts of a moment begin with the same system message and the same visual parts, byte for byte, and those of the
 * next moment too, as long as the window only grows: so a server prefills each unit once. What changes comes last.
 */
function prompt(context: PromptContext, request: string): PromptMessage[] {
  const text = `${said(context)}\n\n${request}`;
  return [system(context), { role: "user", parts: [...context.visual, { type: "text", text }] }];
}

/** Asks whether there is something to say. The answer's first token must be constrained to one of the choices. */
export function decisionPrompt(context: PromptContext, choices: SpeakingChoices): PromptMessage[] {
  return prompt(context, `${speakingRule(choices)} ${decisionRequest(context.nowMs, choices)}`);
}

/** Asks for one short thought about the newest unit. */
export function thoughtPrompt(context: PromptContext): PromptMessage[] {
  return prompt(context, thoughtRequest(context.nowMs));
}

/** Asks for an answer to a question of the user's, in their own words. */
export function answerPrompt(context: PromptContext, question: string): PromptMessage[] {
  return prompt(context, answerRequest(context.nowMs, question));
}
