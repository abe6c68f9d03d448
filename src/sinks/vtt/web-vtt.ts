import type { Cue } from "./cue.ts";

/** Where answers stand: in the first line of the picture, so that they do not cover thoughts. */
const AT_THE_TOP = " line:0";

/**
 * Subtitles as a file of WebVTT. What a model or a user said is escaped: it can be neither markup nor a cue.
 *
 * @param note for whoever reads the file; players do not show it
 * @example
 * webVtt([{ kind: "thought", startMs: 500, endMs: 1000, text: "a car stops", question: null }])
 * // "WEBVTT\n\n00:00:00.500 --> 00:00:01.000\na car stops\n"
 */
export function webVtt(cues: readonly Cue[], note: string | null = null): string {
  const notes = note === null ? [] : [`NOTE ${plain(note)}\n`];
  return ["WEBVTT\n", ...notes, ...cues.map(block)].join("\n");
}

function block({ kind, startMs, endMs, text, question }: Cue): string {
  const settings = kind === "answer" ? AT_THE_TOP : "";
  const asked = question === null ? [] : [`<i>${plain(question)}</i>`];
  return [`${time(startMs)} --> ${time(endMs)}${settings}`, ...asked, plain(text), ""].join("\n");
}

/** Text on one line, because an empty line would end the cue, and without marks that turn the direction of writing. */
function plain(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, " ")
    .trim()
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

function time(ms: number): string {
  const whole = Math.round(ms);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const clock = [two(whole / 3_600_000), two((whole / 60_000) % 60), two((whole / 1000) % 60)].join(":");
  return `${clock}.${String(whole % 1000).padStart(3, "0")}`;
}
