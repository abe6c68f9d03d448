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

const ROLE =
  "You watch a live video and think along with it. You are shown what the camera saw, in order of time, and what you " +
  "said about it so far. Speak in plain English. Say only what can be seen, and never make anything up.";

const system = ({ instructions }: PromptContext): PromptMessage => {
  const wanted = instructions?.trim() ?? "";
  const text = wanted === "" ? ROLE : `${ROLE}\n\nWhat you were asked to do:\n${wanted}`;
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
export function decisionPrompt(context: PromptContext, { speak, silent }: SpeakingChoices): PromptMessage[] {
  return prompt(
    context,
    `You ${speak} when something new happens, and are ${silent} when nothing does. ` +
      `Now, at ${mediaTimeText(context.nowMs)}, do you ${speak} or stay ${silent}? Answer ${speak} or ${silent}.`,
  );
}

/** Asks for one short thought about the newest unit. */
export function thoughtPrompt(context: PromptContext): PromptMessage[] {
  return prompt(context, `What happens at ${mediaTimeText(context.nowMs)}? Answer in one short sentence.`);
}

/** Asks for an answer to a question of the user's, in their own words. */
export function answerPrompt(context: PromptContext, question: string): PromptMessage[] {
  return prompt(
    context,
    `It is now ${mediaTimeText(context.nowMs)}. Answer this question in full sentences, from what you saw and said. ` +
      `If you cannot know it, say so.\n\nQuestion: ${question.trim()}`,
  );
}
