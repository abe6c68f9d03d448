import type { ModelInfo } from "../engine/mod.ts";
import type { ListenedStream } from "../streams/mod.ts";
import { compileRule, type Matching } from "./compile-rule.ts";
import { DaytimeClock, parseDaytime } from "./daytime.ts";
import { type AlertRule, type RuleTimes, timesOf } from "./rule-schema.ts";

/** Clocks, so that tests can move them. */
export interface Clocks {
  /** ms since 1970. */
  readonly wallMs: () => number;
  /** ms, monotonic. */
  readonly steadyMs: () => number;
}

export const CLOCKS: Clocks = { wallMs: () => Date.now(), steadyMs: () => performance.now() };

/** A rule that was understood: what it waits for, when it counts, and how often it was raised. */
export class ActiveAlert {
  readonly matching: Matching;
  readonly times: RuleTimes;
  private readonly daytime: DaytimeClock | null;
  private readonly raisedAtMs = new Map<string, number>();
  private count = 0;
  private lastMs: number | null = null;

  /** @throws {WordsError} when the model can never say it */
  constructor(
    readonly name: string,
    readonly rule: AlertRule,
    model: ModelInfo,
    private readonly clocks: Clocks,
  ) {
    this.matching = compileRule(rule, model);
    this.times = timesOf(rule);
    const daytime = rule.between === undefined ? null : parseDaytime(rule.between);
    this.daytime = daytime === null ? null : new DaytimeClock(daytime, rule.time_zone);
  }

  /** How often it was raised since it is there, on all streams. */
  get raised(): number {
    return this.count;
  }

  /** When it was raised last (ms since 1970); null: never yet. */
  get lastRaisedMs(): number | null {
    return this.lastMs;
  }

  watches({ id, zones }: ListenedStream): boolean {
    const { enabled = true, streams, zone } = this.rule;
    return (
      enabled &&
      (streams === undefined || streams.includes(id)) &&
      (zone === undefined || Object.hasOwn(zones, zone))
    );
  }

  /** Whether it counts at this time of the day. */
  get isTime(): boolean {
    return this.daytime === null || this.daytime.contains(this.clocks.wallMs());
  }

  /** Whether it may be raised now on a stream. */
  mayRaise(stream: string): boolean {
    const lastMs = this.raisedAtMs.get(stream);
    const isOver = lastMs === undefined || this.clocks.steadyMs() - lastMs >= this.times.cooldownMs;
    return isOver && this.isTime;
  }

  /**
   * When it may be raised on a stream, from a moment on, if it is not raised before.
   *
   * @param wallMs ms since 1970, by clocks that count the same in both ways
   */
  mayRaiseFrom(stream: string, wallMs: number): number {
    const lastMs = this.raisedAtMs.get(stream) ?? Number.NEGATIVE_INFINITY;
    const fromMs = Math.max(wallMs, lastMs + this.times.cooldownMs);
    return this.daytime?.next(fromMs) ?? fromMs;
  }

  wasRaised(stream: string): void {
    this.count++;
    this.lastMs = this.clocks.wallMs();
    if (this.times.cooldownMs > 0) this.raisedAtMs.set(stream, this.clocks.steadyMs());
  }

  /** A stream will not come again. */
  forget(stream: string): void {
    this.raisedAtMs.delete(stream);
  }
}
