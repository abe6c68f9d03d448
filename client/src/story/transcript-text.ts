import { atLeastText } from "../../../src/protocol/answer-text.ts";
import { outsideText } from "../../../src/protocol/unanswerable.ts";
import { timecode } from "../ui/format.ts";
import { type Asked, shownAnswer } from "./asked.ts";
import { leftOutText, type Transcript, toldThoughts } from "./transcript.ts";

/**
 * A transcript for people, in the order in which things were said. What stands after the time of an answer is its question.
 *
 * @example
 * transcriptText(transcript)
 * // "0:02.5  a red car enters from the left\n0:04.0  How many cars passed? – 1\n"
 */
export function transcriptText(transcript: Transcript): string {
  const lines = [
    ...toldThoughts(transcript).map((thought) => ({
      atMs: thought.heardAtMs,
      text: line(thought.mediaTimeMs, thought.text, thought.unfamiliar),
    })),
    ...transcript.asked.map((asked) => ({ atMs: asked.askedAtMs, text: askedLine(asked) })),
  ].sort((a, b) => a.atMs - b.atMs);
  const missing = leftOutText(transcript);
  return [...(missing === null ? [] : [missing]), ...lines.map(({ text }) => text), ""].join("\n");
}

function askedLine(asked: Asked): string {
  const { question, state, problem, by, said } = asked;
  const who = { visitor: "", page: " (asked by this page)", elsewhere: " (asked elsewhere)" }[by];
  const atLeast = said?.at_least ? atLeastText(said) : null;
  const rest = [
    shownAnswer(asked),
    ...(state === "asked" ? ["(not answered yet)"] : []),
    ...(state === "stopped" ? ["(stopped)"] : []),
    ...(problem === null ? [] : [`(${problem})`]),
    ...(said?.outside ? [`(${outsideText(said.outside)})`] : []),
    ...(atLeast ? [`(${atLeast})`] : []),
    ...(said?.note ? [`(${said.note})`] : []),
  ].filter((part) => part !== "");
  return line(said?.media_time_ms ?? -1, `${question}${who} – ${rest.join(" ")}`, said?.unfamiliar ?? false);
}

function line(mediaTimeMs: number, text: string, unfamiliar: boolean): string {
  const doubt = unfamiliar ? " (the scene was unfamiliar)" : "";
  const onOneLine = text.replaceAll(/\s+/g, " ").trim();
  return `${mediaTimeMs < 0 ? "–" : timecode(mediaTimeMs)}  ${onOneLine}${doubt}`;
}
