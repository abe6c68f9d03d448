import type { ServerEvent, ServerEventOf } from "../../../src/protocol/server-events.ts";
import type { Asked } from "./asked.ts";
import type { Thought } from "./thought.ts";
import { leftOutText, type Transcript, toldThoughts } from "./transcript.ts";

/** What the page has to say of itself: what it no longer has, and a question to which no answer came. */
type PageEvent =
  | {
      readonly type: "page.left_out";
      readonly thoughts: number;
      readonly questions: number;
      readonly message: string;
    }
  | {
      readonly type: "page.question";
      readonly question: string;
      readonly state: Asked["state"];
      readonly message: string | null;
    };

interface Line {
  /** When it was heard (`performance.now()`, ms). */
  readonly atMs: number;
  readonly event: ServerEvent | PageEvent;
}

/**
 * A transcript as lines of JSON: each has the stream, the wall time and one event, in the form in which `replay --jsonl` and
 * the `jsonl` sink write them (docs/sinks.md).
 */
export function transcriptJsonl(transcript: Transcript): string {
  const { stream, asked, leftOut, originMs } = transcript;
  const message = leftOutText(transcript);
  const lines: Line[] = [
    ...(message === null
      ? []
      : [{ atMs: Number.NEGATIVE_INFINITY, event: { type: "page.left_out", ...leftOut, message } } as const]),
    ...toldThoughts(transcript).map((thought) => ({ atMs: thought.heardAtMs, event: told(thought) })),
    ...asked.flatMap(eventsOf),
  ];
  const firstMs = Math.min(...lines.map(({ atMs }) => atMs).filter(Number.isFinite));
  return lines
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ atMs, event }) => {
      const heardMs = originMs + (Number.isFinite(atMs) ? atMs : firstMs);
      return `${JSON.stringify({ stream, heard_at: new Date(heardMs).toISOString(), event })}\n`;
    })
    .join("");
}

/** The event that ended a thought, as it was heard. */
function told(thought: Thought): ServerEventOf<"response.reasoning_text.done"> {
  const { id, eventId, unit, sinceMs, mediaTimeMs, text, unfamiliar } = thought;
  return {
    type: "response.reasoning_text.done",
    event_id: eventId ?? id,
    response_id: id,
    unit,
    since_media_time_ms: sinceMs ?? mediaTimeMs,
    media_time_ms: mediaTimeMs,
    text,
    skipped: false,
    skip_reason: null,
    unfamiliar,
  };
}

function eventsOf({ question, state, problem, askedAtMs, settledAtMs, created, said, done }: Asked): Line[] {
  const endMs = settledAtMs ?? askedAtMs;
  const heard = [created, said, done].filter((event) => event !== null);
  return [
    ...heard.map((event) => ({ atMs: event === created ? askedAtMs : endMs, event })),
    ...(done === null
      ? [{ atMs: endMs, event: { type: "page.question", question, state, message: problem } } as const]
      : []),
  ];
}
