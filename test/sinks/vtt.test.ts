import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { resolveFfmpeg } from "../../src/ingest/mod.ts";
import { numberEvent, type UnnumberedEvent } from "../../src/protocol/mod.ts";
import { Captions, type CaptionsOptions, type Cue, webVtt } from "../../src/sinks/mod.ts";
import { browserPath, launchBrowser } from "../support/browser.ts";
import { makeTempDir, serve } from "../support/media.ts";

function thought(sinceMs: number, atMs: number, text: string): UnnumberedEvent {
  return {
    type: "response.reasoning_text.done",
    response_id: `thought_${atMs}`,
    unit: atMs / 500,
    since_media_time_ms: sinceMs,
    media_time_ms: atMs,
    text,
    skipped: text === "",
    skip_reason: text === "" ? "nothing_new" : null,
    unfamiliar: false,
  };
}

function answered(id: string, question: string, atMs: number, text: string): UnnumberedEvent[] {
  const response = {
    id,
    kind: "answer",
    status: "in_progress",
    unit: null,
    media_time_ms: null,
    question,
    item_id: null,
    in_reply_to: null,
  } as const;
  const rest = {
    unit: 0,
    media_time_ms: atMs,
    outside: null,
    note: null,
    at_least: false,
    at_least_because: [],
    unfamiliar: false,
  };
  return [
    { type: "response.created", response },
    { type: "response.output_text.done", response_id: id, text, ...rest },
  ];
}

function cuesOf(events: readonly UnnumberedEvent[], options?: CaptionsOptions): Captions {
  const captions = new Captions(options);
  for (const [number, event] of events.entries()) captions.take(numberEvent(number, event));
  return captions;
}

const times = (captions: Captions) =>
  captions.cues().map(({ startMs, endMs, text }) => [startMs, endMs, text]);

describe("subtitles", () => {
  it("stand from the beginning of what they tell until the next thought, or for the longest time", () => {
    const captions = cuesOf([
      thought(-1, 250, "a car comes"),
      thought(250, 750, ""),
      thought(750, 1250, "it stops"),
      thought(20_000, 20_500, "it goes"),
    ]);
    expect(times(captions)).toEqual([
      [0, 750, "a car comes"],
      [750, 8750, "it stops"],
      [20_000, 28_000, "it goes"],
    ]);
  });

  it("have answers beside thoughts, each with its question", () => {
    const captions = cuesOf([
      thought(0, 500, "a car comes"),
      ...answered("answer_0", "how many?", 500, "one"),
      ...answered("answer_1", "which colour?", 500, "red"),
      ...answered("answer_2", "nothing?", -1, " "),
      thought(500, 1000, "it stops"),
      ...answered("answer_3", "and now?", 1000, "still one"),
    ]);
    expect(
      captions.cues().map(({ kind, startMs, endMs, question }) => [kind, startMs, endMs, question]),
    ).toEqual([
      ["thought", 0, 500, null],
      ["thought", 500, 8500, null],
      ["answer", 500, 1000, "how many?"],
      ["answer", 500, 1000, "which colour?"],
      ["answer", 1000, 9000, "and now?"],
    ]);
  });

  it("say of a count that may be too small that it is a lower bound", () => {
    const [created, said] = answered("answer_0", "how many?", 500, "4");
    const bound = { ...said!, at_least: true } as UnnumberedEvent;
    expect(cuesOf([created!, bound]).cues()[0]!.text).toBe("at least 4");
  });

  it("are bounded, and say how many were left out", () => {
    const captions = cuesOf([thought(0, 500, "a"), thought(500, 1000, "b"), thought(1000, 1500, "c")], {
      most: 2,
    });
    expect([captions.cues().length, captions.leftOut]).toEqual([2, 1]);
  });
});

/** What a model or a user might say to break out of a subtitle. */
const HOSTILE: Cue[] = [
  "plain words, with ümlauts and 車",
  "a --> b & c < d > e &amp; </c><b>bold</b>",
  "first\n\nNOTE second\r\n\r\n00:00:01.000 --> 00:00:02.000\nthird",
  "<script>alert(1)</script>\u0000\u202eturned",
  "WEBVTT",
].map((text, i) => ({
  kind: i === 1 ? "answer" : "thought",
  startMs: 3_599_000 + 500 * i,
  endMs: 3_599_400 + 500 * i,
  text,
  question: i === 1 ? "<i>is</i> it --> so?" : null,
}));

/** The same, as a reader should show it. */
const SHOWN = [
  "plain words, with ümlauts and 車",
  "<i>is</i> it --> so?\na --> b & c < d > e &amp; </c><b>bold</b>",
  "first NOTE second 00:00:01.000 --> 00:00:02.000 third",
  "<script>alert(1)</script> turned",
  "WEBVTT",
];

interface ShownCue {
  readonly text: string;
  readonly line: number | "auto";
  readonly startTime: number;
  readonly endTime: number;
}

/** Waits for the subtitles of the page, and tells what the browser has read. */
const IN_THE_PAGE = `(async () => {
  const element = document.querySelector("track");
  element.track.mode = "hidden";
  if (element.readyState !== 2) await new Promise((resolve) => element.addEventListener("load", resolve));
  return [...element.track.cues].map((cue) => ({
    text: cue.getCueAsHTML().textContent,
    line: cue.line,
    startTime: cue.startTime,
    endTime: cue.endTime,
  }));
})()`;

describe("a file of subtitles", () => {
  let dir: Awaited<ReturnType<typeof makeTempDir>>;
  let path: string;
  beforeAll(async () => {
    dir = await makeTempDir();
    path = join(dir.path, "out.vtt");
    await writeFile(path, webVtt(HOSTILE));
  });
  afterAll(() => dir.remove());

  it("is as the standard has it", async () => {
    expect(webVtt([])).toBe("WEBVTT\n");
    expect((await readFile(path, "utf8")).split("\n").slice(0, 7)).toEqual([
      "WEBVTT",
      "",
      "00:59:59.000 --> 00:59:59.400",
      "plain words, with ümlauts and 車",
      "",
      "00:59:59.500 --> 00:59:59.900 line:0",
      "<i>&lt;i&gt;is&lt;/i&gt; it --&gt; so?</i>",
    ]);
  });

  it("is read by ffmpeg, with every cue at its time", async () => {
    const { path: ffmpeg } = await resolveFfmpeg();
    const args = ["-v", "error", "-i", path, "-c:s", "copy", "-f", "webvtt", "-"];
    const { stdout, stderr } = await promisify(execFile)(ffmpeg, args);
    expect(stderr).toBe("");
    expect(stdout.match(/^\d\S+ --> \d\S+/gm)).toEqual([
      "59:59.000 --> 59:59.400",
      "59:59.500 --> 59:59.900",
      "01:00:00.000 --> 01:00:00.400",
      "01:00:00.500 --> 01:00:00.900",
      "01:00:01.000 --> 01:00:01.400",
    ]);
  });

  it.skipIf(browserPath === null)(
    "is shown by a browser with the words as they were said, and nothing of them as markup",
    async () => {
      const vtt = await readFile(path);
      const server = await serve((request, response) => {
        if (request.url === "/out.vtt") response.writeHead(200, { "content-type": "text/vtt" }).end(vtt);
        else
          response
            .writeHead(200, { "content-type": "text/html" })
            .end('<video><track default kind="subtitles" src="/out.vtt"></video>');
      });
      const browser = await launchBrowser();
      onTestFinished(() => browser.close());
      const page = await browser.newPage();
      await page.goto(server.url);
      const cues = (await page.evaluate(IN_THE_PAGE)) as ShownCue[];
      expect(cues.map(({ text }) => text)).toEqual(SHOWN);
      expect(cues.map(({ line }) => line)).toEqual(["auto", 0, "auto", "auto", "auto"]);
      expect(cues.map(({ startTime, endTime }) => [startTime * 1000, endTime * 1000])).toEqual(
        HOSTILE.map(({ startMs, endMs }) => [startMs, endMs]),
      );
      await server.close();
    },
  );
});
