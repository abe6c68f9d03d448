import { concat, defer, from, type Observable, of, throwError } from "rxjs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Frame, IngestError, type IngestErrorCode, RgbFrame } from "../../src/ingest/mod.ts";
import {
  type InputGap,
  type Intake,
  PulledVideo,
  type PulledVideoOptions,
  reconnecting,
  type SourceChange,
} from "../../src/streams/mod.ts";
import { eventually, makeTempDir, makeVideo } from "../support/media.ts";
import { CODED_SIZE, codedVideo, numberOf } from "../support/rtsp/coded-video.ts";
import { HABITS } from "../support/rtsp/habits.ts";
import { RtspCamera } from "../support/rtsp/rtsp-camera.ts";
import { expectTrueTime } from "../support/true-time.ts";

const lost = (code: IngestErrorCode = "source_lost") => new IngestError(code, "The camera is gone.");

describe("a source that is connected to again", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const picture = { width: 1, height: 1, data: new Uint8Array(3) };
  type Open = (startedAtMs: number) => Observable<Frame>;
  /** A connection whose frames were captured so long after it (ms). The first one arrives a second later. */
  const frames =
    (...timesMs: number[]): Open =>
    (startedAtMs) =>
      defer(() => {
        const nowMs = performance.now();
        return from(
          timesMs.map((at, seq) => {
            const arrivedAtMs = nowMs + at + (seq === 0 ? 1000 : 0);
            return new RgbFrame({ seq, mediaTimeMs: nowMs - startedAtMs + at, arrivedAtMs }, picture);
          }),
        );
      });
  const failing = (code?: IngestErrorCode) => throwError(() => lost(code));
  const thenFailing =
    (open: Open, code?: IngestErrorCode): Open =>
    (startedAtMs) =>
      concat(open(startedAtMs), failing(code));

  /** Subscribes to connections that follow each other. */
  function watch(connections: readonly Open[], signal?: AbortSignal) {
    const seen: [number, number][] = [];
    const notices: (Omit<SourceChange, "message"> | Omit<InputGap, "message">)[] = [];
    const errors: IngestErrorCode[] = [];
    const openedAtMs: number[] = [];
    const open: Open = (startedAtMs) => {
      openedAtMs.push(Date.now());
      return connections[openedAtMs.length - 1]!(startedAtMs);
    };
    const into = {
      changed: ({ message, ...rest }: SourceChange) => notices.push(rest),
      gap: ({ message, ...rest }: InputGap) => notices.push(rest),
    };
    reconnecting(open, { into, signal }).subscribe({
      next: ({ seq, mediaTimeMs }) => seen.push([seq, mediaTimeMs]),
      error: ({ code }: IngestError) => errors.push(code),
    });
    const waits = () => openedAtMs.slice(1).map((at, i) => at - openedAtMs[i]!);
    return { seen, notices, errors, waits };
  }

  it("goes on with its numbers and its time, and tells the gap once", async () => {
    const { seen, notices, errors } = watch([
      thenFailing(frames(0, 250)),
      () => failing("url_unreachable"),
      thenFailing(frames(0, 500), "stall_timeout"),
      frames(0),
    ]);
    await vi.runAllTimersAsync();
    expect(seen).toEqual([
      [0, 0],
      [1, 250],
      [2, 3000],
      [3, 3500],
      [4, 4000],
    ]);
    expect(notices).toEqual([
      { state: "reconnecting", mediaTimeMs: 250 },
      { fromMs: 250, toMs: 3000, reason: "lost" },
      { state: "live", mediaTimeMs: 3000 },
      { state: "reconnecting", mediaTimeMs: 3500 },
      { fromMs: 3500, toMs: 4000, reason: "lost" },
      { state: "live", mediaTimeMs: 4000 },
    ]);
    expect(errors).toEqual([]);
  });

  it("waits ever longer, up to half a minute, and anew after each frame", async () => {
    const { waits } = watch([
      thenFailing(frames(0)),
      ...Array.from({ length: 7 }, () => () => failing("url_unreachable")),
      thenFailing(frames(0)),
      frames(0),
    ]);
    await vi.runAllTimersAsync();
    expect(waits()).toEqual([1, 2, 4, 8, 16, 30, 30, 30, 1].map((s) => s * 1000));
  });

  it("fails at once when it was never there", () => {
    const { errors, notices } = watch([() => failing("url_unreachable")]);
    expect(errors).toEqual(["url_unreachable"]);
    expect(notices).toEqual([]);
  });

  it.each<IngestErrorCode>(["aborted", "ffmpeg_missing"])("fails when it cannot be mended (%s)", (code) => {
    const { errors, notices } = watch([thenFailing(frames(0), code)]);
    expect(errors).toEqual([code]);
    expect(notices).toEqual([]);
  });

  it("does not wait any longer when it is aborted", async () => {
    const stop = new AbortController();
    const { errors, waits } = watch([thenFailing(frames(0)), () => failing("aborted")], stop.signal);
    await vi.advanceTimersByTimeAsync(10);
    stop.abort();
    expect(errors).toEqual(["aborted"]);
    expect(waits()).toEqual([10]);
  });
});

describe("a pulled video that is connected to again", () => {
  /** Starts a source, and keeps what it says. */
  function start(options: Partial<PulledVideoOptions> & { input: string }) {
    const frames: Frame[] = [];
    const changes: SourceChange[] = [];
    const gaps: InputGap[] = [];
    const problems: string[] = [];
    const into: Intake = {
      format: { ...CODED_SIZE, fps: 4 },
      ready$: of(true),
      caughtUp$: of(true),
      arrived: () => {},
      see: (frame) => frames.push(frame),
      dropped: () => {},
      problem: ({ code }) => problems.push(code),
      notice: () => {},
      changed: (change) => changes.push(change),
      gap: (gap) => gaps.push(gap),
      ended: () => {},
    };
    const source = new PulledVideo({ pace: "max", reconnect: { firstMs: 200, mostMs: 400 }, ...options });
    return { frames, changes, gaps, problems, stop: source.start(into) };
  }

  it("keeps true time over a cut, and over a camera that is gone for a while", { retry: 2 }, async () => {
    const stream = await codedVideo(300);
    const first = await RtspCamera.start(stream, HABITS.hangUp(60));
    const { frames, changes, gaps, problems, stop } = start({ input: first.url });
    await eventually(() => changes.at(-1)?.state === "live", "it is back after the cut", 30_000);
    const afterCut = frames.length;
    await eventually(() => frames.length > afterCut + 8, "it is seen again", 30_000);
    const port = Number(new URL(first.url).port);
    await first[Symbol.asyncDispose]();
    const beforeReturn = frames.length;
    await eventually(() => changes.at(-1)?.state === "reconnecting", "it is lost", 30_000);
    await using second = await RtspCamera.start(stream, HABITS.ok(), port);
    await eventually(() => frames.length > beforeReturn + 8, "it is seen after its return", 30_000);
    stop("now");

    expect(changes.map(({ state }) => state)).toEqual(["reconnecting", "live", "reconnecting", "live"]);
    expect(problems).toEqual([]);
    expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, i) => i));
    const back = gaps[1]!.toMs;
    const shownAtMs = await Promise.all(
      frames.map(async (frame) => {
        const camera = frame.mediaTimeMs < back ? first : second;
        return camera.shownAtMs[(await numberOf(frame))!]!;
      }),
    );
    expectTrueTime(shownAtMs, frames);
    for (const { fromMs, toMs } of gaps) {
      const at = frames.findIndex((frame) => frame.mediaTimeMs === toMs);
      expect(fromMs).toBe(frames[at - 1]!.mediaTimeMs);
    }
  });

  it("must be a live one with a URL", async () => {
    const dir = await makeTempDir();
    const path = await makeVideo(`${dir.path}/clip.mp4`);
    for (const options of [
      { input: path },
      { input: `file://${path}` },
      { input: "rtsp://127.0.0.1:1/x", live: false },
    ])
      expect(start(options).problems).toEqual(["option_out_of_range"]);
    await dir.remove();
  });
});
