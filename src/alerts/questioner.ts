import type { Polygon, Zones } from "../ingest/mod.ts";
import type { ListenedStream } from "../streams/mod.ts";
import type { ActiveAlert } from "./active-alert.ts";

/** How a stream may be asked. */
export interface QuestionRules {
  /** Least time between two questions of alerts to one stream (ms). */
  readonly alertQuestionMs: number;
  /** Takes one question out of what a stream may be asked. @throws when that is used up */
  readonly spend: (stream: ListenedStream) => void;
  /** Told when a stream does not take a question, once for each alert. */
  readonly onTrouble: (alert: string, message: string) => void;
  readonly steadyMs: () => number;
}

/** What the answers to an alert have been. */
interface Standing {
  /** Media time of the first of the answers "yes" that have come in a row (ms); null: the last one was none. */
  yesSinceMs: number | null;
  isTold: boolean;
  /** Number of the newest change of the picture that it was asked about. */
  askedOf: number;
}

/** An alert that is to be raised. */
export interface Affirmed {
  readonly alert: ActiveAlert;
  readonly atMs: number;
  readonly responseId: string | null;
}

/**
 * Asks a model that understands instructions whether alerts are met: one question at a time, one alert after the other, no
 * more often than allowed, and not about a picture in which nothing has changed.
 */
export class Questioner {
  private readonly standings = new Map<ActiveAlert, Standing>();
  private open: { readonly id: string; readonly alert: ActiveAlert } | null = null;
  private lastMs = Number.NEGATIVE_INFINITY;
  private changes = 0;
  private readonly troubled = new Set<string>();

  constructor(
    private readonly stream: ListenedStream,
    private readonly rules: QuestionRules,
  ) {}

  /** Takes the alerts that are to be asked about. What is known of those that stay is kept. */
  watch(alerts: readonly ActiveAlert[]): void {
    for (const alert of this.standings.keys()) if (!alerts.includes(alert)) this.standings.delete(alert);
    for (const alert of alerts)
      if (!this.standings.has(alert))
        this.standings.set(alert, { yesSinceMs: null, isTold: false, askedOf: -1 });
  }

  /**
   * A unit has been thought about: asks, where a question is due.
   *
   * @param isStill whether nothing had changed in it
   * @returns alerts that have held long enough by now
   */
  tick(atMs: number, isStill: boolean): Affirmed[] {
    if (!isStill) this.changes++;
    if (this.open === null && this.rules.steadyMs() - this.lastMs >= this.rules.alertQuestionMs) this.ask();
    // What was so is still so, where nothing has changed.
    return isStill
      ? [...this.standings].flatMap(([alert, standing]) => this.affirmed(alert, standing, atMs, null))
      : [];
  }

  /** The text of an answer has come. */
  answered(id: string, text: string, atMs: number): Affirmed[] {
    if (this.open?.id !== id) return [];
    const { alert } = this.open;
    const standing = this.standings.get(alert);
    if (standing === undefined) return [];
    const isYes = /^\W*yes\b/i.test(text);
    if (isYes) standing.yesSinceMs ??= atMs;
    else {
      standing.yesSinceMs = null;
      standing.isTold = false;
    }
    return this.affirmed(alert, standing, atMs, id);
  }

  /** An answer has ended, whether or not it had a text. */
  done(id: string): void {
    if (this.open?.id === id) this.open = null;
  }

  /** Marks an alert as raised: it is raised again when it has not been so meanwhile. */
  told(alert: ActiveAlert): void {
    const standing = this.standings.get(alert);
    if (standing !== undefined) standing.isTold = true;
  }

  /** Nothing was seen until a media time (ms). */
  restart(atMs: number): void {
    for (const standing of this.standings.values())
      if (standing.yesSinceMs !== null) standing.yesSinceMs = atMs;
  }

  private affirmed(
    alert: ActiveAlert,
    { yesSinceMs, isTold, askedOf }: Standing,
    atMs: number,
    responseId: string | null,
  ): Affirmed[] {
    // An answer about an earlier picture says nothing of this one.
    if (responseId === null && askedOf < this.changes) return [];
    const isMet = yesSinceMs !== null && !isTold && atMs - yesSinceMs >= (alert.times.forMs ?? 0);
    return isMet ? [{ alert, atMs, responseId }] : [];
  }

  private ask(): void {
    const due = [...this.standings].find(
      ([alert, { askedOf }]) => askedOf < this.changes && alert.isTime && !this.troubled.has(alert.name),
    );
    if (due === undefined) return;
    const [alert, standing] = due;
    this.lastMs = this.rules.steadyMs();
    try {
      this.rules.spend(this.stream);
      const id = this.stream.ask(questionOf(alert, this.stream.zones));
      this.open = { id, alert };
      standing.askedOf = this.changes;
      // Its turn comes again after the others.
      this.standings.delete(alert);
      this.standings.set(alert, standing);
    } catch (error) {
      this.refused(alert, error as Error & { readonly code?: string });
    }
  }

  /** A stream that is busy is asked later; what it can never be asked is said once. */
  private refused({ name }: ActiveAlert, { code, message }: Error & { readonly code?: string }): void {
    if (code === "too_many_questions" || code === "session_closing" || code === "stream_closed") return;
    if (this.troubled.has(name)) return;
    this.troubled.add(name);
    this.rules.onTrouble(name, `The stream ${this.stream.id} cannot be asked about it. ${message}`);
  }
}

/** What a model is asked about an alert. */
export function questionOf({ rule }: Pick<ActiveAlert, "rule">, zones: Zones): string {
  const zone = rule.zone === undefined ? undefined : zones[rule.zone];
  const where = zone === undefined ? "" : ` Look only at the part of it at the ${placeOf(zone)}.`;
  return `Look at the newest picture.${where} Has this just happened there, or is it so now: "${rule.when}"? Answer with one word, yes or no.`;
}

/** Where the middle of a zone is, in words. */
function placeOf(zone: Polygon): string {
  const middle = (axis: 0 | 1) => {
    const values = zone.map((point) => point[axis]);
    return (Math.min(...values) + Math.max(...values)) / 2;
  };
  const third = (share: number) => (share < 1 / 3 ? 0 : share > 2 / 3 ? 2 : 1);
  const down = ["top", "middle", "bottom"][third(middle(1))]!;
  const across = ["left", "middle", "right"][third(middle(0))]!;
  return down === across ? down : `${down} ${across}`;
}
