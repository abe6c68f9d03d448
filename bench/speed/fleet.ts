import type { Engine } from "../../src/engine/mod.ts";
import { type Percentiles, percentile, percentiles, spread } from "../lib/statistics.ts";
import { Camera } from "./camera.ts";
import type { Clip } from "./clip.ts";
import { runIntervals } from "./interval-runner.ts";
import { StreamRecord } from "./stream-record.ts";

/** What a fleet did in a while (ms). */
export interface FleetFigures {
  readonly streams: number;
  readonly ttft: Percentiles;
  /** TTFT p99 of each quarter of the while. */
  readonly quartersP99: readonly number[];
  readonly framesPushed: number;
  /** Told by `frame.dropped` events. */
  readonly framesDropped: number;
  /** Units thought about: of the stream that had least, and of the one that had most. */
  readonly unitsOfStream: { readonly min: number; readonly max: number };
  /** Share of its frames that a stream lost: of the one that lost least, and of the one that lost most. */
  readonly lostOfStream: { readonly min: number; readonly max: number };
  /** Share of the units in which nothing had changed: they cost vision almost nothing. */
  readonly stillShare: number;
  /** How late the bench itself pushed its frames. */
  readonly pushedLateP99: number;
}

/** Where the frames of streams that have ended went. */
export interface FrameBalance {
  readonly pushed: number;
  readonly seen: number;
  /** Told by `frame.dropped` events. */
  readonly dropped: number;
}

interface Member {
  readonly camera: Camera;
  readonly record: StreamRecord;
}

const TICK_MS = 50;

/** Spreads any number of phases evenly over 0 to 1, whatever the number (Kronecker, with the golden ratio). */
const phase = (i: number) => (i * 0.618_033_988_749_895) % 1;

/** Any number of cameras on one engine, a stream and a thinker each, by the wall clock. */
export class Fleet {
  private readonly members: Member[] = [];

  constructor(
    private readonly engine: Engine,
    private readonly clip: Clip,
    private readonly signal: AbortSignal,
  ) {}

  /** Adds cameras, or ends those that came last. Resolves when ended streams have finished: tells of their frames. */
  async resize(streams: number): Promise<FrameBalance> {
    while (this.members.length < streams) this.members.push(this.open(this.members.length));
    return await this.end(this.members.splice(streams));
  }

  /** Ends the cameras that came last while the others go on; tells of their frames and of how long it took (ms). */
  async whileEnding(streams: number): Promise<[FrameBalance, number]> {
    const startedAtMs = performance.now();
    let done = false;
    const ended = this.resize(streams).finally(() => {
      done = true;
    });
    // Its failure is told where it is awaited.
    ended.catch(() => {});
    while (!done) await this.run(TICK_MS);
    return [await ended, performance.now() - startedAtMs];
  }

  /** Lets all cameras run for a while (ms). */
  run(ms: number): Promise<void> {
    const cameras = this.members.map(({ camera }) => camera);
    return runIntervals(cameras, performance.now() + ms, this.signal);
  }

  /** Lets all cameras run and tells how it went. */
  async measure(ms: number): Promise<FleetFigures> {
    const before = this.members.map(count);
    const startedAtMs = performance.now();
    await this.run(ms);
    const during = this.members.map((member, i) => since(member, before[i]!));
    const thoughts = during.flatMap((each) => each.thoughts);
    const ttftIn = (quarter: number) =>
      thoughts
        .filter(({ atMs }) => Math.floor((4 * (atMs - startedAtMs)) / ms) === quarter)
        .map(({ ttftMs }) => ttftMs);
    const sum = (of: (each: (typeof during)[number]) => number) =>
      during.reduce((total, each) => total + of(each), 0);
    return {
      streams: this.members.length,
      ttft: percentiles(thoughts.map(({ ttftMs }) => ttftMs)),
      quartersP99: [0, 1, 2, 3].map((quarter) => percentile(ttftIn(quarter), 0.99)),
      framesPushed: sum(({ pushed }) => pushed),
      framesDropped: sum(({ dropped }) => dropped),
      unitsOfStream: range(during.map((each) => each.thoughts.length)),
      lostOfStream: range(during.map(({ pushed, dropped }) => dropped / pushed)),
      stillShare: sum(({ still }) => still) / sum(({ units }) => units),
      pushedLateP99: percentile(
        during.flatMap(({ lateMs }) => lateMs),
        0.99,
      ),
    };
  }

  private open(i: number): Member {
    const record = new StreamRecord(this.engine.openStream());
    const intervalMs = 1000 / this.clip.fps;
    const unitMs = this.engine.model.framesPerUnit * intervalMs;
    const startAtMs = performance.now() + phase(i) * unitMs;
    const camera = new Camera({ stream: record.stream, clip: this.clip, startAtMs, intervalMs });
    return { camera, record };
  }

  private async end(members: readonly Member[]): Promise<FrameBalance> {
    for (const { record } of members) record.stream.end();
    for (const { record } of members) await record.ended(this.signal);
    const { framesPerUnit } = this.engine.model;
    const balances = members.map(({ camera: { pushed }, record: { dropped, encodedMs } }) => {
      // The engine fills a stream's last unit by repeating a frame.
      const repeated = (framesPerUnit - ((pushed - dropped) % framesPerUnit)) % framesPerUnit;
      return { pushed, dropped, seen: encodedMs.length * framesPerUnit - repeated };
    });
    const sum = (of: (balance: FrameBalance) => number) =>
      balances.reduce((total, balance) => total + of(balance), 0);
    return {
      pushed: sum(({ pushed }) => pushed),
      seen: sum(({ seen }) => seen),
      dropped: sum(({ dropped }) => dropped),
    };
  }
}

function count({ camera, record }: Member) {
  return {
    pushed: camera.pushed,
    dropped: record.dropped,
    thoughts: record.thoughts.length,
    units: record.encodedMs.length,
    still: record.still,
  };
}

function since({ camera, record }: Member, before: ReturnType<typeof count>) {
  return {
    pushed: camera.pushed - before.pushed,
    dropped: record.dropped - before.dropped,
    thoughts: record.thoughts.slice(before.thoughts),
    units: record.encodedMs.length - before.units,
    still: record.still - before.still,
    lateMs: camera.lateMs.slice(before.pushed),
  };
}

function range(values: readonly number[]): { readonly min: number; readonly max: number } {
  const { min, max } = spread(values);
  return { min, max };
}
