import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lastValueFrom, tap, toArray } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, startEngine } from "../../src/engine/mod.ts";
import type { ServerEvent } from "../../src/protocol/mod.ts";
import { parseScheduledQuestion, type ReplayOptions, replay } from "../../src/streams/mod.ts";
import { BUNDLED_MODEL } from "../support/bundles.ts";
import { CaptionBackend } from "../support/caption-backend.ts";
import { SAMPLE_CLIP } from "../support/clips.ts";
import { startTinyEngine } from "../support/engine.ts";
import { makeTempDir, makeVideo, truncateFile } from "../support/media.ts";
import { ProtocolLog } from "../support/protocol-log.ts";

let engine: Engine & AsyncDisposable;
let dir: Awaited<ReturnType<typeof makeTempDir>>;
let clip: string;
beforeAll(async () => {
  engine = await startTinyEngine();
  dir = await makeTempDir();
  clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 6, size: "160x120" });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await dir.remove();
});

const run = async (options: Partial<ReplayOptions> = {}, onEvent: (event: ServerEvent) => void = () => {}) =>
  new ProtocolLog(
    await lastValueFrom(
      replay({ engine, input: clip, pace: "max", stream: { temperature: 1, seed: 5 }, ...options }).pipe(
        tap(onEvent),
        toArray(),
      ),
    ),
  );

const ask = (...questions: string[]) => ({ questions: questions.map(parseScheduledQuestion) });

describe("replay", () => {
  it("gives a model that takes encoded pictures a larger one, in the video's own proportions", async () => {
    const backend = new CaptionBackend();
    const captions = await startEngine(async () => backend);
    const wide = await makeVideo(join(dir.path, "wide.mp4"), { seconds: 2, size: "480x120" });
    const log = await run({ engine: captions, input: wide, stream: {} });
    expect(log.events.at(-1)).toMatchObject({ type: "session.closed", reason: "completed" });
    expect(backend.sizes).toEqual(Array(4).fill("320×80"));
    await captions.close();
  });

  it("tells a video's thoughts in order, then how it went, then that it is over", async () => {
    const log = await run();
    log.expectPaired();
    const thoughts = log.all("response.reasoning_text.done");
    expect(thoughts.map(({ media_time_ms }) => media_time_ms)).toEqual(
      Array.from({ length: 12 }, (_, i) => 250 + 500 * i),
    );
    expect(log.types.slice(-2)).toEqual(["session.stats", "session.closed"]);
    const quiet = thoughts.filter(({ skipped }) => skipped).length;
    expect(log.all("session.stats")[0]?.stats).toMatchObject({
      frames_in: 24,
      units: 12,
      thoughts: 12 - quiet,
      skips: quiet,
      answers: 0,
    });
    const { totals } = log.all("session.closed")[0]!;
    const { visual_units_evicted: evicted_units, text_tokens_evicted: evicted_tokens } = totals;
    const { visualWindowUnits: window_units, textWindowTokens: window_tokens } = engine.model.limits;
    const { sinkUnits: sink_units } = engine.model;
    const held_units = 12 - sink_units - evicted_units;
    expect(held_units).toBe(window_units);
    expect(log.all("session.stats")[0]?.stats.caches).toEqual({
      visual: { sink_units, window_units, held_units, evicted_units },
      text: { window_tokens, held_tokens: expect.any(Number), evicted_tokens },
    });
    expect(log.all("session.closed")[0]).toMatchObject({
      reason: "completed",
      totals: { frames_in: 24, frames_dropped: 0, units: 12, thoughts: 12 - quiet, skips: quiet },
    });
    for (const { text, response_id } of thoughts) {
      const deltas = log
        .all("response.reasoning_text.delta")
        .filter((delta) => delta.response_id === response_id);
      expect(deltas.map(({ delta }) => delta).join("")).toBe(text);
    }
  });

  it("tells each unit when it was seen, before what is thought about it, and waits for no thought", async () => {
    const log = await run();
    const seen = log.all("unit.seen");
    expect(seen.map(({ unit }) => unit)).toEqual(Array.from({ length: 12 }, (_, unit) => unit));
    const thoughts = log.all("response.reasoning_text.done");
    expect(seen.map((each) => [each.since_media_time_ms, each.media_time_ms, each.unfamiliar])).toEqual(
      thoughts.map((each) => [each.since_media_time_ms, each.media_time_ms, each.unfamiliar]),
    );
    for (const each of seen) {
      const begun = log.all("response.created").find(({ response }) => response.unit === each.unit)!;
      expect(log.events.indexOf(each)).toBeLessThan(log.events.indexOf(begun));
      expect(each.seen_ms).toBeGreaterThan(0);
    }
    const batch = await run({ stream: { paradigm: "batch" } });
    const first = batch.types.indexOf("response.created");
    expect(batch.types.slice(0, first).filter((type) => type === "unit.seen")).toHaveLength(12);
  });

  it("counts thoughts and skips of the sample clip the same in session.stats and in session.closed", async () => {
    await using bundled = await startTinyEngine({ model: BUNDLED_MODEL });
    const log = await run({ engine: bundled, input: SAMPLE_CLIP, stream: {} });
    const stats = log.all("session.stats").at(-1)!.stats;
    const { totals } = log.all("session.closed")[0]!;
    expect(stats.skips).toBeGreaterThan(0);
    expect(stats.thoughts).toBeGreaterThan(0);
    expect([totals.thoughts, totals.skips]).toEqual([stats.thoughts, stats.skips]);
    expect(stats.thoughts + stats.skips).toBe(stats.units);
    const said = log.all("response.reasoning_text.done").filter(({ skipped }) => !skipped);
    expect(totals.thoughts).toBe(said.length);
  });

  it("thinks the same in every order and at every pace", async () => {
    const texts = (log: ProtocolLog) => log.all("response.reasoning_text.done").map(({ text }) => text);
    const first = texts(await run());
    expect(first.some(Boolean)).toBe(true);
    for (const paradigm of ["interleaved", "batch"] as const)
      expect(texts(await run({ stream: { temperature: 1, seed: 5, paradigm } }))).toEqual(first);
    const live = await run({ pace: "realtime" });
    expect(live.all("input_video_frame.dropped")).toEqual([]);
    expect(texts(live)).toEqual(first);
  });

  it("answers questions when their time has come and, the others, at the end", async () => {
    const log = await run(ask("how many cars have left", "what is moving @2s", "what is moving @99s"));
    log.expectPaired();
    const asked = log.all("response.created").filter(({ response }) => response.kind === "answer");
    expect(asked.map(({ response }) => response.question)).toEqual([
      "what is moving",
      "how many cars have left",
      "what is moving",
    ]);
    const answers = log.all("response.output_text.done");
    const timed = answers.find(({ response_id }) => response_id === asked[0]?.response.id);
    expect(timed?.media_time_ms).toBeLessThanOrEqual(2250);
    for (const { response } of asked.slice(1)) {
      const answer = answers.find(({ response_id }) => response_id === response.id);
      expect(answer?.media_time_ms).toBe(5750);
    }
    expect(log.all("session.closed")[0]?.totals.answers).toBe(3);
  });

  it("answers from every thought up to the question's time, and from no later one, at every pace", async () => {
    const times = [0.75, 1, 1.9, 3.3, 4.5];
    const newestUnitMs = [750, 750, 1750, 3250, 4250];
    const asked = ask(...times.map((time) => `what is moving @${time}s`));
    const answers = (log: ProtocolLog) =>
      log.all("response.output_text.done").map(({ media_time_ms, text }) => ({ media_time_ms, text }));
    const atOnce = answers(await run(asked));
    expect(atOnce.map(({ media_time_ms }) => media_time_ms)).toEqual(newestUnitMs);
    expect(atOnce.some(({ text }) => text !== "")).toBe(true);
    const stream = { temperature: 1, seed: 5, maxInflightFrames: 1000 };
    expect(answers(await run({ pace: "realtime", stream, ...asked }))).toEqual(atOnce);
  });

  it("lets the video wait while a slow model thinks about what comes before a question", async () => {
    const captions = await startEngine(async () => new CaptionBackend({ wordMs: 20 }));
    const log = await run({ engine: captions, stream: {}, ...ask("what colour is it? @2.6s", "why? @5s") });
    expect(log.all("response.output_text.done").map(({ media_time_ms }) => media_time_ms)).toEqual([
      2500, 5000,
    ]);
    expect(log.all("session.closed")[0]?.totals).toMatchObject({ frames_dropped: 0, units: 12 });
    await captions.close();
  });

  it("does not wait for an answer that needs what comes after its question", async () => {
    const log = await run(ask("what is moving @0"));
    expect(log.all("response.output_text.done")).toHaveLength(1);
    expect(log.all("session.closed")).toMatchObject([{ reason: "completed", totals: { units: 12 } }]);
  });

  it("answers in the batch paradigm when the video has ended, and does not wait for that", async () => {
    const log = await run({ stream: { paradigm: "batch" }, ...ask("what is moving @2s") });
    expect(log.all("response.output_text.done")).toMatchObject([{ media_time_ms: 5750 }]);
  });

  it("thinks once about a clip of one picture", async () => {
    const output = ["-frames:v", "1"];
    const log = await run({ input: await makeVideo(join(dir.path, "one.mp4"), { output }) });
    expect(log.all("response.reasoning_text.done")).toMatchObject([{ media_time_ms: 0 }]);
    expect(log.all("session.closed")).toMatchObject([{ reason: "completed", totals: { units: 1 } }]);
  });

  it("tells a question that cannot be asked, and goes on", async () => {
    const log = await run(ask(`${"how many cars ".repeat(6)}@1s`, "what is moving"));
    expect(log.all("error")).toMatchObject([
      {
        error: { code: "question_too_long", fatal: false, message: expect.stringContaining("how many cars") },
      },
    ]);
    expect(log.all("response.output_text.done")).toHaveLength(1);
    expect(log.all("session.closed")).toMatchObject([{ reason: "completed", totals: { units: 12 } }]);
  });

  it("that is aborted ends as if the video ended there, questions answered", async () => {
    const stop = new AbortController();
    const log = await run({ pace: "realtime", signal: stop.signal, ...ask("what is moving") }, ({ type }) => {
      if (type === "response.reasoning_text.done") stop.abort();
    });
    log.expectPaired();
    expect(log.all("error")).toEqual([]);
    expect(log.all("session.closed")).toMatchObject([{ reason: "going_away" }]);
    expect(log.all("session.closed")[0]?.totals.units).toBeLessThan(12);
    expect(log.all("response.output_text.done")).toHaveLength(1);
  });

  it("that is aborted before it began says that nothing was seen", async () => {
    const log = await run({ signal: AbortSignal.abort(), ...ask("what is moving") });
    log.expectPaired();
    expect(log.all("response.done")).toMatchObject([
      { response: { status: "failed", status_details: { code: "nothing_seen" } } },
    ]);
    expect(log.all("session.closed")).toMatchObject([{ totals: { frames_in: 0, units: 0 } }]);
  });

  it("tells once that a rate was assumed, which is no error", async () => {
    const raw = await makeVideo(join(dir.path, "raw.mjpeg"), {
      seconds: 10,
      fps: 10,
      // Large enough for ffmpeg to take the file for single pictures, if it only looked at its first bytes.
      size: "320x240",
      output: ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"],
    });
    const log = await run({ input: raw });
    expect(log.all("session.source")).toMatchObject([
      { code: "rate_assumed", message: expect.stringContaining("--input-fps"), media_time_ms: 0 },
    ]);
    expect(log.all("error")).toEqual([]);
    expect(log.all("session.closed")).toMatchObject([{ reason: "completed", totals: { units: 8 } }]);
    const timed = await run({ input: raw, inputFps: 10 });
    expect(timed.all("session.source")).toEqual([]);
    expect(timed.all("session.closed")).toMatchObject([{ totals: { units: 20 } }]);
  });

  it("tells what is wrong with the video as an event, and ends as failed", async () => {
    const text = join(dir.path, "text.mp4");
    await writeFile(text, "not a video");
    for (const [input, code] of [
      [join(dir.path, "none.mp4"), "file_not_found"],
      [dir.path, "no_frames"],
      [text, "not_a_video"],
      ["gopher://example/clip", "unsupported_protocol"],
    ] as const) {
      const log = await run({ input });
      expect(log.types).toEqual(["error", "session.stats", "session.closed"]);
      expect(log.all("error")[0]?.error).toMatchObject({ code, fatal: true });
      expect(log.all("session.closed")[0]?.reason).toBe("failed");
    }
  });

  it("thinks about what there is of a video that breaks off, and says that it does", async () => {
    const whole = await makeVideo(join(dir.path, "whole.mkv"), { seconds: 6, size: "160x120" });
    const log = await run({ input: await truncateFile(whole, join(dir.path, "half.mkv"), 0.5) });
    expect(log.all("error").map(({ error }) => error.code)).toEqual(["input_truncated"]);
    expect(log.all("response.reasoning_text.done").length).toBeGreaterThan(3);
    expect(log.all("session.closed")[0]?.reason).toBe("failed");
    log.expectPaired();
  });

  it("refuses options out of range as an error of the observable", async () => {
    await expect(run({ stream: { temperature: 9 } })).rejects.toMatchObject({ code: "option_out_of_range" });
  });

  it("lets go of everything when nobody listens any more", async () => {
    await using small = await startTinyEngine({ maxStreams: 1 });
    for (let round = 0; round < 3; round++) {
      await new Promise<void>((resolve, reject) => {
        const watching = replay({ engine: small, input: clip, pace: "realtime" }).subscribe({
          next: ({ type }) => {
            if (type !== "response.reasoning_text.done") return;
            watching.unsubscribe();
            resolve();
          },
          error: reject,
        });
      });
      // The stream is given back as soon as both workers have let go of it.
      await expect
        .poll(() => {
          const stream = small.openStream();
          return stream.close().then(() => true);
        })
        .toBe(true);
    }
  });
});
