import { concat, defer, from, type Observable, Subject, throwError } from "rxjs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Frame, IngestError, type IngestErrorCode, RgbFrame } from "../../src/ingest/mod.ts";
import {
  type ConnectionTime,
  cameraSource,
  type InputGap,
  PulledVideo,
  type PulledVideoOptions,
  type ReconnectingOptions,
  reconnecting,
  type Source,
  type SourceChange,
} from "../../src/streams/mod.ts";
import { takeIn } from "../support/intake.ts";
import { eventually, freePort, makeTempDir, makeVideo } from "../support/media.ts";
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
  function watch(connections: readonly Open[], options: Partial<ReconnectingOptions> = {}) {
    const seen: [number, number][] = [];
    const notices: (Omit<SourceChange, "message"> | Omit<InputGap, "message">)[] = [];
    const errors: IngestErrorCode[] = [];
    const openedAtMs: number[] = [];
    const messages: string[] = [];
    const open = ({ startedAtMs }: ConnectionTime) => {
      openedAtMs.push(Date.now());
      return connections[openedAtMs.length - 1]!(startedAtMs);
    };
    const into = {
      changed: ({ message, ...rest }: SourceChange) => {
        notices.push(rest);
        messages.push(message);
      },
      gap: ({ message, ...rest }: InputGap) => notices.push(rest),
    };
    // Without jitter.
    const defaults = { into, label: "The camera", stalledAfterMs: null, random: () => 0.5 };
    const watching = reconnecting(open, { ...defaults, ...options }).subscribe({
      next: ({ seq, mediaTimeMs }) => seen.push([seq, mediaTimeMs]),
      error: ({ code }: IngestError) => errors.push(code),
    });
    const waits = () => openedAtMs.slice(1).map((at, i) => at - openedAtMs[i]!);
    return { seen, notices, messages, errors, waits, stop: () => watching.unsubscribe() };
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
      { state: "connecting", mediaTimeMs: 0 },
      { state: "live", mediaTimeMs: 0 },
      { state: "reconnecting", mediaTimeMs: 250 },
      { fromMs: 250, toMs: 3000, reason: "lost" },
      { state: "live", mediaTimeMs: 3000 },
      { state: "reconnecting", mediaTimeMs: 3500 },
      { fromMs: 3500, toMs: 4000, reason: "lost" },
      { state: "live", mediaTimeMs: 4000 },
      { state: "ended", mediaTimeMs: 4000 },
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

  it("stretches or shortens each wait by up to a quarter", async () => {
    const numbers = [0, 1, 0.25];
    const { waits } = watch([thenFailing(frames(0)), () => failing(), () => failing(), frames(0)], {
      random: () => numbers.shift()!,
    });
    await vi.runAllTimersAsync();
    expect(waits()).toEqual([750, 2500, 3500]);
  });

  it("waits longer where it is refused, and says so once", async () => {
    const refused = () => throwError(() => new IngestError("url_refused", "It says 401.", { status: 401 }));
    const broken = () => throwError(() => new IngestError("url_refused", "It says 503.", { status: 503 }));
    const { waits, notices, messages } = watch([thenFailing(frames(0)), broken, refused, refused, frames(0)]);
    await vi.runAllTimersAsync();
    expect(waits()).toEqual([1000, 2000, 60_000, 60_000]);
    expect(notices.slice(2)).toMatchObject([
      { state: "reconnecting" },
      { state: "reconnecting" },
      { reason: "refused" },
      { state: "live" },
      { state: "ended" },
    ]);
    expect(messages[3]).toMatch(/^It says 401\./);
  });

  it("fails at once when it was never there", () => {
    const { errors, notices, messages } = watch([() => failing("url_unreachable")]);
    expect(errors).toEqual(["url_unreachable"]);
    expect(notices).toMatchObject([{ state: "connecting" }, { state: "ended" }]);
    expect(messages[1]).toBe("The camera is gone.");
  });

  it("is waited for, where one is patient, also when it was never there", async () => {
    const { errors, notices, seen, waits } = watch(
      [() => failing("url_unreachable"), () => failing("first_frame_timeout"), frames(0, 250)],
      { patient: true },
    );
    await vi.runAllTimersAsync();
    expect(errors).toEqual([]);
    expect(waits()).toEqual([1000, 2000]);
    expect(seen, "time begins with the first frame").toEqual([
      [0, 0],
      [1, 250],
    ]);
    expect(notices).toEqual([
      { state: "connecting", mediaTimeMs: 0 },
      { state: "reconnecting", mediaTimeMs: 0 },
      { state: "live", mediaTimeMs: 0 },
      { state: "ended", mediaTimeMs: 250 },
    ]);
  });

  it.each<IngestErrorCode>(["aborted", "ffmpeg_missing", "option_out_of_range", "unsupported_protocol"])(
    "fails when it cannot be mended (%s)",
    (code) => {
      const { errors, notices } = watch([thenFailing(frames(0), code)], { patient: true });
      expect(errors).toEqual([code]);
      expect(notices.map((notice) => "state" in notice && notice.state)).toEqual([
        "connecting",
        "live",
        "ended",
      ]);
    },
  );

  it("does not wait any longer when it is aborted", async () => {
    const stop = new AbortController();
    const { errors, waits } = watch([thenFailing(frames(0)), () => failing("aborted")], {
      signal: stop.signal,
    });
    await vi.advanceTimersByTimeAsync(10);
    stop.abort();
    expect(errors).toEqual(["aborted"]);
    expect(waits()).toEqual([10]);
  });

  it("tells that it stalls, and the gap when pictures come again in the same connection", async () => {
    const pushed = new Subject<Frame>();
    const { notices, messages, stop } = watch([() => pushed], { stalledAfterMs: 5000 });
    let seq = 0;
    const push = () =>
      pushed.next(
        new RgbFrame({ seq: seq++, mediaTimeMs: performance.now(), arrivedAtMs: performance.now() }, picture),
      );
    push();
    await vi.advanceTimersByTimeAsync(4000);
    push();
    await vi.advanceTimersByTimeAsync(20_000);
    push();
    push();
    await vi.advanceTimersByTimeAsync(4000);
    stop();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(notices).toEqual([
      { state: "connecting", mediaTimeMs: 0 },
      { state: "live", mediaTimeMs: 0 },
      { state: "stalled", mediaTimeMs: 4000 },
      { fromMs: 4000, toMs: 24_000, reason: "stalled" },
      { state: "live", mediaTimeMs: 24_000 },
    ]);
    expect(messages[2]).toContain("The camera has sent no picture for 5 s");
  });

  it("does not stall while it shows that it is there, though its picture does not change", async () => {
    const pushed = new Subject<Frame>();
    let time: ConnectionTime | null = null;
    const notices: SourceChange[] = [];
    const into = { changed: (change: SourceChange) => notices.push(change), gap: () => {} };
    const open = (given: ConnectionTime) => {
      time = given;
      return pushed;
    };
    reconnecting(open, { into, label: "The camera", stalledAfterMs: 5000 }).subscribe();
    pushed.next(new RgbFrame({ seq: 0, mediaTimeMs: 0, arrivedAtMs: 0 }, picture));
    for (let i = 0; i < 5; i++) {
      await vi.advanceTimersByTimeAsync(4000);
      time!.alive();
    }
    expect(notices.map(({ state }) => state)).toEqual(["connecting", "live"]);
    pushed.complete();
  });
});

describe("a pulled video that is connected to again", () => {
  /** Starts a source, and keeps what it says. */
  function start(given: Source | (Partial<PulledVideoOptions> & { input: string })) {
    const defaults = { pace: "max", reconnect: { firstMs: 200, mostMs: 400 } } as const;
    const source = "start" in given ? given : new PulledVideo({ ...defaults, ...given });
    const { taken, stop } = takeIn(source, { ...CODED_SIZE, fps: 4 });
    const { frames, changes, gaps, problems } = taken;
    return { frames, changes, gaps, problems, stop };
  }

  it("keeps true time over a cut, and over a camera that is gone for a while", { retry: 2 }, async () => {
    const stream = await codedVideo(300);
    const first = await RtspCamera.start(stream, HABITS.hangUp(60));
    const { frames, changes, gaps, problems, stop } = start({ input: first.url });
    const isBack = () => changes.filter(({ state }) => state === "live").length === 2;
    await eventually(isBack, "it is back after the cut", 30_000);
    const afterCut = frames.length;
    await eventually(() => frames.length > afterCut + 8, "it is seen again", 30_000);
    const port = Number(new URL(first.url).port);
    await first[Symbol.asyncDispose]();
    const beforeReturn = frames.length;
    await eventually(() => changes.at(-1)?.state === "reconnecting", "it is lost", 30_000);
    await using second = await RtspCamera.start(stream, HABITS.ok(), port);
    await eventually(() => frames.length > beforeReturn + 8, "it is seen after its return", 30_000);
    stop("now");

    const states = ["connecting", "live", "reconnecting", "live", "reconnecting", "live"];
    expect(changes.map(({ state }) => state)).toEqual(states);
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

  it("is waited for as a camera before it is there, stalls, and keeps true time", { retry: 2 }, async () => {
    const stream = await codedVideo(140);
    const port = await freePort();
    const url = `rtsp://127.0.0.1:${port}/camera`;
    // Two seconds are lost, and a key frame among them.
    const habit = HABITS.lose(45, 65);
    const options = { url, reconnect: { firstMs: 100, mostMs: 200 }, stalledAfterMs: 1000 };
    const { frames, changes, gaps, problems, stop } = start(cameraSource(options));
    await eventually(() => changes.at(-1)?.state === "reconnecting", "it is waited for", 30_000);
    await using camera = await RtspCamera.start(stream, habit, port);
    await eventually(() => gaps.length > 0, "it has stalled", 30_000);
    await eventually(() => frames.at(-1)!.mediaTimeMs > gaps[0]!.toMs + 1000, "it goes on", 30_000);
    stop("now");

    expect(problems).toEqual([]);
    const states = ["connecting", "reconnecting", "live", "stalled", "live"];
    expect(changes.map(({ state }) => state)).toEqual(states);
    expect(gaps).toMatchObject([{ reason: "stalled" }]);
    expect(gaps[0]!.toMs - gaps[0]!.fromMs).toBeGreaterThan(2000);
    expect(frames[0]!.mediaTimeMs).toBe(0);
    const shown = await Promise.all(frames.map(numberOf));
    expectTrueTime(
      shown.map((number) => camera.shownAtMs[number!]!),
      frames,
    );
    // A larger picture is there for people.
    expect(frames[0]!.size).toEqual(CODED_SIZE);
    expect(changes.every(({ message }) => message.includes(url) || message.includes("connect"))).toBe(true);
  });
});
