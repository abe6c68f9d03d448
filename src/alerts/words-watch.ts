import { durationText } from "../protocol/mod.ts";
import type { ActiveAlert } from "./active-alert.ts";
import { parseClauses } from "./clause.ts";
import { ConditionWatch, type Met } from "./condition-watch.ts";
import { SceneMemory } from "./scene-memory.ts";

/** What was thought about a unit. */
export interface HeardThought {
  /** "": nothing was said. */
  readonly text: string;
  /** Media time of the unit's last frame (ms). */
  readonly atMs: number;
}

/** An alert that is met. */
export interface MetAlert extends Pick<Met, "holds"> {
  readonly alert: ActiveAlert;
  /** For people: what was thought, or what holds. */
  readonly what: string;
}

/** The alerts of one stream that are matched with what the model says, and what is remembered of what it has said. */
export class WordsWatch {
  private readonly memory = new SceneMemory();
  private readonly conditions = new Map<ActiveAlert, ConditionWatch>();

  constructor(private readonly stream: string) {}

  /** Takes the alerts that watch the stream, in place of those before. What is known of those that stay is kept. */
  watch(alerts: readonly ActiveAlert[]): void {
    for (const alert of this.conditions.keys()) if (!alerts.includes(alert)) this.conditions.delete(alert);
    for (const alert of alerts)
      if (alert.matching.how === "words" && !this.conditions.has(alert))
        this.conditions.set(alert, new ConditionWatch(alert.matching.condition, alert.times.forMs));
  }

  /**
   * A unit has been thought about.
   *
   * @param isPast it had happened before anybody watched: it is remembered, and meets nothing
   * @returns the alerts that it meets and that may be raised now
   */
  hear({ text, atMs }: HeardThought, isPast = false): MetAlert[] {
    if (this.conditions.size === 0) return [];
    const clauses = parseClauses(text);
    for (const clause of clauses) this.memory.take(clause, atMs);
    this.memory.tick(atMs);
    if (isPast) return [];
    return [...this.conditions].flatMap(([alert, condition]) => {
      const met = condition.hear({ atMs, clauses }, this.memory);
      if (met === null || !alert.mayRaise(this.stream)) return [];
      met.told();
      const { forMs } = alert.times;
      const what = met.holds && forMs !== null ? `${met.what}, for ${durationText(forMs)} now` : met.what;
      return [{ alert, what, holds: met.holds }];
    });
  }

  /** Nothing was seen until a media time (ms). */
  restart(atMs: number): void {
    this.memory.restart(atMs);
    for (const condition of this.conditions.values()) condition.restart(atMs);
  }

  /**
   * The media times (ms) from which on a unit about which nothing is said changes something: what has held for long enough
   * by then, and who counts as gone. What is met and was not told yet stands among them with a time that is past.
   */
  dueTimes(): number[] {
    const held = [...this.conditions.values()].flatMap((condition) => condition.dueTimes(this.memory));
    return [...held, ...this.memory.forgetTimes()];
  }
}
