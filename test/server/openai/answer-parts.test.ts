import { from, lastValueFrom, toArray } from "rxjs";
import { describe, expect, it } from "vitest";
import { SERVER_EXAMPLES } from "../../../src/protocol/examples.ts";
import type { ServerEvent } from "../../../src/protocol/mod.ts";
import { answerParts } from "../../../src/server/openai/answer-parts.ts";

const TIMING = { ttft_ms: null, staleness_ms: null, answer_first_ms: 1, answer_done_ms: 2 };
const delta = (text: string) => ({ type: "response.output_text.delta", response_id: "a", delta: text });
const said = (text: string, outside: object | null = null) => ({
  ...SERVER_EXAMPLES["response.output_text.done"],
  response_id: "a",
  text,
  outside,
});
const done = (status: string, details: object | null = null) => ({
  type: "response.done",
  response: {
    ...{ id: "a", kind: "answer", status, status_details: details },
    usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
  },
  timing: TIMING,
});

/** The parts of an answer with these events. */
const parts = (...events: object[]) =>
  lastValueFrom(
    answerParts("why?", from(events.map((event, number) => ({ number, event: event as ServerEvent })))).pipe(
      toArray(),
    ),
  );

describe("the parts of an answer", () => {
  it("are its words, and then all of it", async () => {
    const [one, two, last] = await parts(delta("two"), delta(" cars"), said("two cars"), done("completed"));
    expect([one, two]).toEqual([
      { type: "text", delta: "two" },
      { type: "text", delta: " cars" },
    ]);
    expect(last).toMatchObject({ type: "done", text: "two cars", answer: { question: "why?" } });
  });

  it("say what the model can be asked, where it could not answer", async () => {
    const outside = { unknown_words: ["france"], examples: ["Did anything stop?"] };
    const all = await parts(
      delta("i cannot tell that"),
      said("i cannot tell that", outside),
      done("completed"),
    );
    const text =
      'i cannot tell that (It does not know "france". It can answer, for example: Did anything stop?)';
    expect(all.at(-1)).toMatchObject({ text, answer: { text: "i cannot tell that", outside } });
    expect(all.map((part) => (part.type === "text" ? part.delta : "")).join("")).toBe(text);
  });

  it("are all of it where the words came at once", async () => {
    expect((await parts(said("two cars"), done("completed"))).map(({ type }) => type)).toEqual([
      "text",
      "done",
    ]);
  });

  it.each([
    ["stream_closed", 409, []],
    ["answer_cancelled", 409, [said(""), done("cancelled")]],
    ["nothing_seen", 409, [said(""), done("failed", { code: "nothing_seen", message: "Nothing." })]],
    ["worker_failed", 503, [said(""), done("failed", { code: "worker_failed", message: "It died." })]],
  ])("are the error %s where there is no answer", async (code, status, events) => {
    await expect(parts(...events)).rejects.toMatchObject({ code, status });
  });
});
