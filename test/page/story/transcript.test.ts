import { describe, expect, it } from "vitest";
import type { Asked } from "../../../client/src/story/asked.ts";
import type { Thought } from "../../../client/src/story/thought.ts";
import { isEmpty, type Transcript, transcriptName } from "../../../client/src/story/transcript.ts";
import { transcriptJsonl } from "../../../client/src/story/transcript-jsonl.ts";
import { transcriptText } from "../../../client/src/story/transcript-text.ts";
import { transcriptVtt } from "../../../client/src/story/transcript-vtt.ts";
import { SERVER_EVENTS } from "../../../src/protocol/mod.ts";
import { Captions, webVtt } from "../../../src/sinks/mod.ts";

function thought(unit: number, text: string, rest: Partial<Thought> = {}): Thought {
  const mediaTimeMs = unit * 500;
  return {
    ...{
      id: `thought_${unit}`,
      eventId: `event_${unit}`,
      unit,
      sinceMs: mediaTimeMs - 500,
      mediaTimeMs,
      text,
    },
    ...{ isDone: true, ttftMs: 40, unfamiliar: false, heardAtMs: mediaTimeMs + 40 },
    ...rest,
  };
}

function asked(question: string, text: string, atMs: number, rest: Partial<Asked> = {}): Asked {
  const id = `answer_${atMs}`;
  const begun = { unit: null, media_time_ms: null, item_id: null, in_reply_to: null } as const;
  const usage = { input_tokens: 3, output_tokens: 2, total_tokens: 5 };
  const timing = { ttft_ms: null, staleness_ms: null, answer_first_ms: 19, answer_done_ms: 30 };
  const ended = { id, kind: "answer", status: "completed", status_details: null, usage } as const;
  const about = { unit: 0, media_time_ms: atMs, outside: null, note: null, unfamiliar: false };
  const certain = { at_least: false, at_least_because: [] };
  return {
    ...{ question, by: "visitor", text, state: "answered", problem: null },
    ...{ askedAtMs: atMs + 10, settledAtMs: atMs + 45 },
    created: {
      ...{ type: "response.created", event_id: `${id}.0` },
      response: { id, kind: "answer", status: "in_progress", question, ...begun },
    },
    said: {
      type: "response.output_text.done",
      event_id: `${id}.1`,
      response_id: id,
      text,
      ...about,
      ...certain,
    },
    done: { type: "response.done", event_id: `${id}.2`, response: ended, timing },
    ...rest,
  } as Asked;
}

const car = thought(2, "a red car enters", { unfamiliar: true });
const stops = thought(9, "it <b>stops</b> --> here");
const telling = thought(10, "it is still", { isDone: false, eventId: null, sinceMs: null });
const count = asked("How many cars?", "1", 3000);
const unsent = asked("Where?", "", 5000, {
  ...{ created: null, said: null, done: null, state: "failed", problem: "No connection.", by: "page" },
});
const transcript: Transcript = {
  stream: "door",
  thoughts: [car, stops, telling],
  asked: [count, unsent],
  leftOut: { thoughts: 0, questions: 0 },
  originMs: Date.UTC(2026, 10, 28),
};
const cut: Transcript = { ...transcript, leftOut: { thoughts: 12, questions: 1 } };

describe("a transcript", () => {
  it("as text has all in the order in which it was said, and what one should know of it", () => {
    expect(transcriptText(transcript).split("\n")).toEqual([
      "0:01.0  a red car enters (the scene was unfamiliar)",
      "0:03.0  How many cars? – 1",
      "0:04.5  it <b>stops</b> --> here",
      "–  Where? (asked by this page) – (No connection.)",
      "",
    ]);
    expect(transcriptText(cut)).toMatch(/^Left out.*: 12 older thoughts and 1 older question\.\n0:01/);
  });

  it("as lines of JSON has the events of the protocol, at the time at which they were heard", () => {
    const lines = transcriptJsonl(transcript)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ event }) => event.type)).toEqual([
      "response.reasoning_text.done",
      "response.created",
      "response.output_text.done",
      "response.done",
      "response.reasoning_text.done",
      "page.question",
    ]);
    for (const { stream, event } of lines) {
      expect(stream).toBe("door");
      const schema = SERVER_EVENTS[event.type as keyof typeof SERVER_EVENTS];
      if (!event.type.startsWith("page.")) expect(schema.parse(event)).toEqual(event);
    }
    expect(lines[0]).toMatchObject({
      heard_at: "2026-11-28T00:00:01.040Z",
      event: { event_id: "event_2", since_media_time_ms: 500, media_time_ms: 1000, unfamiliar: true },
    });
    expect(lines[3].heard_at).toBe("2026-11-28T00:00:03.045Z");
    expect(lines.at(-1).event).toMatchObject({
      question: "Where?",
      state: "failed",
      message: "No connection.",
    });
    const [first] = transcriptJsonl(cut).split("\n");
    expect(JSON.parse(first!).event).toMatchObject({ type: "page.left_out", thoughts: 12, questions: 1 });
  });

  it("as subtitles is what the server writes of the same events", () => {
    const captions = new Captions();
    for (const line of transcriptJsonl(transcript).trimEnd().split("\n"))
      captions.take(JSON.parse(line).event);
    expect(transcriptVtt(transcript)).toBe(webVtt(captions.cues()));
    expect(transcriptVtt(transcript)).toContain(
      "00:00:03.000 --> 00:00:11.000 line:0\n<i>How many cars?</i>\n1\n",
    );
    expect(transcriptVtt(transcript)).toContain("it &lt;b&gt;stops&lt;/b&gt; --&gt; here");
    expect(transcriptVtt(cut)).toMatch(
      /^WEBVTT\n\nNOTE Left out.*12 older thoughts and 1 older question\.\n\n00:/,
    );
  });

  it("has a count that may be too small as a lower bound, with the reason; its event keeps the bare number", () => {
    const bound = { at_least: true, at_least_because: ["frames_dropped", "gap"] as const };
    const missed: Transcript = {
      ...transcript,
      asked: [
        { ...count, said: { ...count.said!, ...bound, at_least_because: [...bound.at_least_because] } },
      ],
    };
    expect(transcriptText(missed)).toContain(
      "How many cars? – at least 1 (There may have been more: some pictures were not looked at and for a time nothing was seen.)",
    );
    expect(transcriptVtt(missed)).toContain("at least 1");
    expect(transcriptJsonl(missed)).toContain('"text":"1"');
  });

  it("is empty as long as nothing was told to its end or asked", () => {
    expect(isEmpty({ ...transcript, thoughts: [telling], asked: [] })).toBe(true);
    expect(isEmpty({ ...transcript, asked: [] })).toBe(false);
    expect(isEmpty({ ...transcript, thoughts: [] })).toBe(false);
    const none: Transcript = { ...transcript, thoughts: [], asked: [] };
    expect([transcriptText(none), transcriptJsonl(none), transcriptVtt(none)]).toEqual(["", "", "WEBVTT\n"]);
  });

  it("has a name that any file system takes", () => {
    const at = new Date(2026, 10, 28, 7, 5);
    expect(transcriptName("my/house: door.mp4", at)).toBe("thinkalong-my-house-door-2026-11-28-0705");
    expect(transcriptName("", at)).toBe("thinkalong-2026-11-28-0705");
  });
});
