import { setImmediate as otherTurns } from "node:timers/promises";
import { AlertError, type AlertRule, RuleTrial, type TrialAlert } from "../alerts/mod.ts";
import type { ModelInfo } from "../engine/mod.ts";
import type { EntryType, Found, History, SearchPage } from "../history/mod.ts";
import { eventIdOf, type ServerEvent } from "../protocol/mod.ts";
import type { StreamRegistry } from "../streams/mod.ts";
import type { Limits } from "./limits.ts";

/** What a trial needs of what was kept. */
const TYPES: readonly EntryType[] = ["thought", "gap", "scene", "state", "count"];
/** Entries that are read at once. */
const PAGE = 500;
/** Entries that are played before others get their turn. */
const AT_ONCE = 100;
/** What was seen so lately may not be written yet (ms). */
const UNWRITTEN_MS = 5_000;

export interface TrialWish {
  readonly rule: AlertRule;
  /** On which streams it is tried; null: on all. */
  readonly streams: readonly string[] | null;
  /** From when to when (ms since 1970). */
  readonly fromMs: number;
  readonly toMs: number;
  /** Stops it. */
  readonly signal: AbortSignal;
}

/** What has come of a trial. */
export interface TrialOutcome extends Pick<RuleTrial, "how" | "understood"> {
  /** When the rule would have been raised, the newest first. */
  readonly alerts: readonly TrialAlert[];
  /** From when on what was recorded was played (ms since 1970): later than asked for, when there was too much. */
  readonly fromMs: number;
  readonly thoughts: number;
  /** Streams of which something was played. */
  readonly streams: readonly string[];
  /** Whether there was too much to play all of it. */
  readonly capped: boolean;
}

interface TrialsOptions {
  readonly model: ModelInfo;
  readonly streams: Pick<StreamRegistry, "get">;
  readonly limits: Pick<Limits, "maxAlertTrials" | "maxTrialEntries">;
}

/** Tries rules on what a history has kept: a few at a time, each with as much as a limit allows, and in small pieces. */
export class AlertTrials {
  private running = 0;

  constructor(private readonly options: TrialsOptions) {}

  /**
   * @throws {AlertError} `alert_refused`, `alert_untriable` or `too_many_trials`; {HistoryError}
   * @throws whatever the signal was aborted with
   */
  async run(history: History, wish: TrialWish): Promise<TrialOutcome> {
    // Before anything is read: most rules that cannot be tried are only half written.
    new RuleTrial(wish.rule, this.options.model, wish.fromMs);
    const { maxAlertTrials } = this.options.limits;
    if (this.running >= maxAlertTrials)
      throw new AlertError(
        "too_many_trials",
        `${maxAlertTrials} alerts are being tried already. Try again when one of them is done.`,
      );
    this.running++;
    try {
      return await this.play(history, wish);
    } finally {
      this.running--;
    }
  }

  private async play(history: History, wish: TrialWish): Promise<TrialOutcome> {
    const { rule, streams, toMs, signal } = wish;
    const own = await this.read(history, wish, { streams, types: TYPES });
    const fromMs = own.isWhole ? wish.fromMs : own.entries[0]!.wallMs;
    // What the history has to say of itself is of no stream.
    const gaps = await this.read(history, { ...wish, fromMs }, { streams: null, types: ["gap"] });
    const entries = [
      ...own.entries.filter(({ stream }) => stream !== null),
      ...gaps.entries.filter(({ stream }) => stream === null),
    ].sort((a, b) => a.id - b.id);

    const trial = new RuleTrial(rule, this.options.model, fromMs);
    for (const [i, entry] of entries.entries()) {
      take(trial, entry);
      if (i % AT_ONCE !== AT_ONCE - 1) continue;
      await otherTurns();
      signal.throwIfAborted();
    }
    if (toMs >= Date.now() - UNWRITTEN_MS) this.playUntilNow(trial);
    return {
      ...{
        how: trial.how,
        understood: trial.understood,
        fromMs,
        capped: !own.isWhole,
        streams: trial.played,
      },
      alerts: [...trial.alerts].sort((a, b) => b.wallMs - a.wallMs),
      thoughts: own.entries.filter(({ type }) => type === "thought").length,
    };
  }

  /** Of a stream that is open it is known what it has seen since something was last recorded: nothing to speak of. */
  private playUntilNow(trial: RuleTrial): void {
    for (const name of trial.played) {
      const stream = this.options.streams.get(name);
      const newestMs = stream?.newestFrame?.mediaTimeMs;
      if (stream?.state === "open" && newestMs !== undefined) trial.playUntil(name, newestMs - UNWRITTEN_MS);
    }
  }

  /** The newest entries of a time, as many as the limit allows, the oldest of them first. */
  private async read(
    history: History,
    { fromMs, toMs, signal }: TrialWish,
    what: { readonly streams: readonly string[] | null; readonly types: readonly EntryType[] },
  ): Promise<{ readonly entries: Found[]; readonly isWhole: boolean }> {
    const { maxTrialEntries } = this.options.limits;
    const entries: Found[] = [];
    for (let before: number | null = null; ; ) {
      const limit = Math.min(PAGE, maxTrialEntries - entries.length);
      const page: SearchPage = await history.ask("search", {
        ...what,
        words: null,
        fromMs,
        toMs,
        before,
        limit,
      });
      signal.throwIfAborted();
      entries.push(...page.found);
      if (!page.hasMore || entries.length >= maxTrialEntries)
        return { entries: entries.reverse(), isWhole: !page.hasMore };
      before = page.found.at(-1)!.id;
    }
  }
}

function take(trial: RuleTrial, { stream, kind, number, wallMs, event, hasPicture }: Found): void {
  if (stream === null || kind === null || number === null) {
    trial.gap(wallMs);
    return;
  }
  const snapshot = hasPicture
    ? `/v1/streams/${encodeURIComponent(stream)}/events/${eventIdOf(number)}/snapshot.jpg`
    : null;
  trial.take({ stream, kind, wallMs, event: JSON.parse(event) as ServerEvent, snapshot });
}
