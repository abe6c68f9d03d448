import { counted } from "../ui/format.ts";
import type { Asked } from "./asked.ts";
import type { Thought } from "./thought.ts";

/** All that was thought, asked and answered of one stream, as far as the page keeps it: what one can take along. */
export interface Transcript {
  /** Id of the stream; null: there was no connection yet. */
  readonly stream: string | null;
  readonly thoughts: readonly Thought[];
  readonly asked: readonly Asked[];
  /** What is no longer kept, because there was too much. */
  readonly leftOut: { readonly thoughts: number; readonly questions: number };
  /** Wall time at which `performance.now()` was 0 (ms since 1970). */
  readonly originMs: number;
}

/** What is missing, in a sentence; null: nothing is. */
export function leftOutText({ leftOut: { thoughts, questions } }: Transcript): string | null {
  const parts = [
    ...(thoughts > 0 ? [counted(thoughts, "older thought")] : []),
    ...(questions > 0 ? [counted(questions, "older question")] : []),
  ];
  if (parts.length === 0) return null;
  return `Left out, because the page keeps only the newest: ${parts.join(" and ")}.`;
}

/** Thoughts that are told to their end. */
export function toldThoughts({ thoughts }: Transcript): Thought[] {
  return thoughts.filter(({ isDone }) => isDone);
}

export function isEmpty(transcript: Transcript): boolean {
  return transcript.asked.length === 0 && toldThoughts(transcript).length === 0;
}

/**
 * Name for a file of it, without its ending.
 *
 * @param of what was watched
 * @example transcriptName("street.mp4", new Date()) // "thinkalong-street-2026-11-28-0730"
 */
export function transcriptName(of: string, at: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const plain = of
    .replace(/\.\w{2,4}$/, "")
    .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
    .replaceAll(/^-|-$/g, "");
  return ["thinkalong", plain, day, `${two(at.getHours())}${two(at.getMinutes())}`]
    .filter((part) => part !== "")
    .join("-");
}
