/** How long one answer took, from the question on. */
export interface Asked {
  /** To the first token (ms). */
  readonly firstMs: number;
  /** To the last of its tokens (ms). */
  readonly doneMs: number;
  /** Tokens of the answer. */
  readonly tokens: number;
  /** Tokens of the prompt; null where that is not told. */
  readonly promptTokens: number | null;
}

/** Tokens of every answer. */
export const ANSWER_TOKENS = 16;

export const QUESTIONS = [
  "How many people are in the picture, and what are they doing?",
  "What is moving, and where does it go?",
  "Which colours can be seen now?",
] as const;

const two = (number: number): string => String(number).padStart(2, "0");

/** What stands before a frame, as the processor of these checkpoints writes it for a video. */
export const timeOf = (second: number): string =>
  `\nFrame from ${two(Math.floor(second / 60))}:${two(second % 60)}:`;

export const introOf = (frames: number, seconds: number): string =>
  `You are provided the following series of ${frames} frames from a ${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)} [H:MM:SS] video.\n`;

/** Evenly spaced seconds of a video, with the first and the last one: all of them if no more than `most`. */
export function evenlySpaced(seconds: number, most: number): number[] {
  if (seconds <= most) return Array.from({ length: seconds }, (_, i) => i);
  if (most === 1) return [seconds - 1];
  return Array.from({ length: most }, (_, i) => Math.round((i * (seconds - 1)) / (most - 1)));
}

/** Tokens by which questions and numbers of frames differ in length. */
const SPARE_TOKENS = 16;

/**
 * Most frames that fit in a context with a question and its answer.
 *
 * @param one tokens of a prompt with one frame
 * @param two tokens of the same with two frames
 */
export function framesThatFit(context: number, one: number, two: number): number {
  const frame = two - one;
  return Math.max(1, Math.floor((context - ANSWER_TOKENS - SPARE_TOKENS - (one - frame)) / frame));
}

/** Something that is asked about a video after it has seen some frames of it. */
export interface Answerer {
  /** Asks about the frames of these seconds. */
  ask(seconds: readonly number[], question: string): Promise<Asked>;
  close(): Promise<void>;
}
