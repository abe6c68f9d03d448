import { isDeepStrictEqual } from "node:util";
import type { ModelInfo } from "../engine/mod.ts";
import type { StateFile } from "../state/mod.ts";
import type { EventPictures, ListenedStream, StreamListener } from "../streams/mod.ts";
import { ActiveAlert, CLOCKS, type Clocks } from "./active-alert.ts";
import { AlertPictures, type PictureLimits } from "./alert-pictures.ts";
import { AlertError, AlertProblems, WordsError } from "./errors.ts";
import type { QuestionRules } from "./questioner.ts";
import type { AlertRule } from "./rule-schema.ts";
import { StreamWatch } from "./stream-watch.ts";

/** Rules by name. */
export type AlertRules = ReadonlyMap<string, AlertRule>;

/** How much alerts may take. */
export interface AlertLimits extends PictureLimits, Pick<QuestionRules, "alertQuestionMs"> {
  /** Most alerts of a server. */
  readonly maxAlerts: number;
}

export interface AlertsOptions {
  readonly model: ModelInfo;
  readonly limits: AlertLimits;
  /** Where rules are kept that are made over the API; null: nowhere, so they are gone with the process. */
  readonly state: StateFile<AlertRule> | null;
  /** Takes one question out of what a stream may be asked. @throws when that is used up. Default: nothing is counted. */
  readonly spend?: QuestionRules["spend"];
  /** Told when something is wrong with an alert, or with the file of those made over the API (null). */
  readonly onTrouble: (alert: string | null, message: string) => void;
  /** Called when rules have come or gone. */
  readonly onChange?: () => void;
  /** Told of a fault of the server itself. */
  readonly onFault: (error: unknown) => void;
  readonly clocks?: Clocks;
}

/** An alert as whoever runs the server sees it. */
export interface ListedAlert {
  readonly name: string;
  /** `config`: whoever runs the server has given it. `api`: it was made over the API. */
  readonly origin: "config" | "api";
  readonly rule: AlertRule;
  /** How its words are matched; null: this model can never say them. */
  readonly how: "words" | "question" | null;
  /** What it waits for, in words; or why it waits for nothing. */
  readonly understood: string;
  /** How often it was raised since the server was started. */
  readonly raised: number;
  /** When it was raised last (ms since 1970); null: never yet. */
  readonly lastRaisedMs: number | null;
}

/** What a new configuration has changed, by the alerts' names. */
export interface AlertsChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
}

/** Figures of all alerts together. */
export interface AlertFigures {
  readonly alerts: number;
  readonly raised: number;
  readonly pictures: number;
  readonly pictureBytes: number;
}

/**
 * The alerts of a server: rules in words, those that it is given and those that are made over the API. They listen to
 * streams, and write `alert.raised` into the log of a stream when a rule is met there. Of two with one name the given one
 * counts.
 *
 * @example
 * const alerts = new Alerts({ model, limits, state: null, onTrouble, onFault });
 * await alerts.load(new Map([["door", { when: "a person enters from the left", cooldown: "1m" }]]));
 * const streams = new StreamRegistry({ engine, limits, maxStreams: 4, listeners: [alerts.listener] });
 */
export class Alerts {
  /** Hears of streams. */
  readonly listener: StreamListener = (stream) => this.open(stream);
  private readonly kept: AlertPictures;
  private given: AlertRules = new Map();
  private made: AlertRules = new Map();
  private readonly active = new Map<string, ActiveAlert>();
  /** Why rules wait for nothing, by name: those that were kept for another model. */
  private readonly refused = new Map<string, string>();
  private readonly watches = new Map<ListenedStream, StreamWatch>();
  private turn: Promise<unknown> = Promise.resolve();
  private raisedBefore = 0;

  constructor(private readonly options: AlertsOptions) {
    this.kept = new AlertPictures(options.limits, options.onFault);
  }

  /** The pictures of alerts, for whoever asks for one. */
  get pictures(): EventPictures {
    return this.kept;
  }

  get figures(): AlertFigures {
    const raised = [...this.active.values()].reduce((sum, alert) => sum + alert.raised, this.raisedBefore);
    const { pictures, bytes } = this.kept.figures;
    return { alerts: this.active.size, raised, pictures, pictureBytes: bytes };
  }

  /** All alerts, in the order in which they were given and made. */
  list(): ListedAlert[] {
    return [...this.wanted()].map(([name, rule]) => this.describe(name, rule));
  }

  get(name: string): ListedAlert | undefined {
    const rule = this.wanted().get(name);
    return rule && this.describe(name, rule);
  }

  /** Takes up what was made over the API before the server was started. What is wrong with that is told, not thrown. */
  restore(): Promise<AlertsChange> {
    return this.inTurn(async () => {
      const read = await this.options.state?.read();
      if (read === undefined) return this.settle();
      if (read.warning !== null) this.options.onTrouble(null, read.warning);
      this.made = read.entries;
      return this.settle();
    });
  }

  /**
   * Checks rules that whoever runs the server gives, and takes none.
   *
   * @throws {AlertProblems} with all that is wrong
   */
  check(given: AlertRules): void {
    const problems = [...given].flatMap(([name, rule]) => this.problemOf(name, rule) ?? []);
    const { maxAlerts } = this.options.limits;
    if (given.size > maxAlerts) problems.push(tooMany(given.size, maxAlerts));
    if (problems.length > 0) throw new AlertProblems(problems);
  }

  /** The names of those that watch a stream. */
  namesFor(stream: ListenedStream): string[] {
    return this.watching(stream).map(({ name }) => name);
  }

  /**
   * Takes rules that whoever runs the server gives, in place of those before. What is the same goes on as it is.
   *
   * @throws {AlertProblems} with all that is wrong; then nothing has changed
   */
  load(given: AlertRules): Promise<AlertsChange> {
    return this.inTurn(async () => {
      this.check(given);
      this.given = given;
      return this.settle();
    });
  }

  /**
   * Makes an alert, or changes it, as somebody over the API asks for it. It is there again after a restart.
   *
   * @returns whether it is a new one
   * @throws {AlertError} `alert_fixed`, `alert_refused` or `too_many_alerts`; {StateError}
   */
  put(name: string, rule: AlertRule): Promise<boolean> {
    return this.inTurn(async () => {
      this.requireNotGiven(name, "changed");
      const problem = this.problemOf(name, rule);
      if (problem !== null) throw problem;
      const isNew = !this.made.has(name);
      const { maxAlerts } = this.options.limits;
      const count = this.wanted().size + (isNew ? 1 : 0);
      if (isNew && count > maxAlerts) throw tooMany(count, maxAlerts);
      await this.keep(new Map([...this.made, [name, rule]]));
      return isNew;
    });
  }

  /** @throws {AlertError} `alert_not_found` or `alert_fixed`; {StateError} */
  remove(name: string): Promise<void> {
    return this.inTurn(async () => {
      this.requireNotGiven(name, "deleted");
      if (!this.made.has(name))
        throw new AlertError("alert_not_found", `There is no alert ${name}. GET /v1/alerts lists them.`);
      const made = new Map(this.made);
      made.delete(name);
      await this.keep(made);
    });
  }

  /** Listens to nothing any more. */
  async close(): Promise<void> {
    for (const watch of this.watches.values()) watch.close();
    this.watches.clear();
    await this.turn;
    await this.options.state?.close();
  }

  /** The rules that there should be. */
  private wanted(): AlertRules {
    return new Map([...this.given, ...[...this.made].filter(([name]) => !this.given.has(name))]);
  }

  private describe(name: string, rule: AlertRule): ListedAlert {
    const alert = this.active.get(name);
    return {
      name,
      origin: this.given.has(name) ? "config" : "api",
      rule,
      how: alert?.matching.how ?? null,
      understood: alert?.matching.understood ?? this.refused.get(name) ?? "",
      raised: alert?.raised ?? 0,
      lastRaisedMs: alert?.lastRaisedMs ?? null,
    };
  }

  private requireNotGiven(name: string, what: string): void {
    if (!this.given.has(name)) return;
    throw new AlertError(
      "alert_fixed",
      `The alert ${name} stands in the server's own configuration, so it cannot be ${what} over the API. Change it there.`,
      { alert: name },
    );
  }

  private problemOf(name: string, rule: AlertRule): AlertError | null {
    try {
      this.compiled(name, rule);
      return null;
    } catch (error) {
      if (!(error instanceof WordsError)) throw error;
      return new AlertError("alert_refused", error.message, { alert: name, key: error.key });
    }
  }

  private compiled(name: string, rule: AlertRule): ActiveAlert {
    return new ActiveAlert(name, rule, this.options.model, this.options.clocks ?? CLOCKS);
  }

  private async keep(made: AlertRules): Promise<void> {
    await this.options.state?.write(made);
    this.made = made;
    this.settle();
  }

  /** Compiles what is new or changed, and lets every stream know. */
  private settle(): AlertsChange {
    const wanted = this.wanted();
    const done = { added: [] as string[], removed: [] as string[], changed: [] as string[] };
    const unchanged: string[] = [];
    for (const [name, alert] of this.active) {
      if (wanted.has(name)) continue;
      this.drop(name, alert);
      done.removed.push(name);
    }
    this.refused.clear();
    for (const [name, rule] of wanted) {
      const before = this.active.get(name);
      if (before !== undefined && isDeepStrictEqual(before.rule, rule)) {
        unchanged.push(name);
        continue;
      }
      if (before !== undefined) this.drop(name, before);
      (before === undefined ? done.added : done.changed).push(name);
      const problem = this.problemOf(name, rule);
      if (problem === null) this.active.set(name, this.compiled(name, rule));
      else {
        // It was kept for another model.
        this.refused.set(name, problem.message);
        this.options.onTrouble(name, problem.message);
      }
    }
    for (const watch of this.watches.values()) this.tell(watch);
    this.options.onChange?.();
    return { ...done, unchanged };
  }

  private drop(name: string, alert: ActiveAlert): void {
    this.raisedBefore += alert.raised;
    this.active.delete(name);
  }

  private open(stream: ListenedStream): void {
    const { limits, spend = () => {}, onTrouble, clocks = CLOCKS } = this.options;
    const { alertQuestionMs } = limits;
    const watch = new StreamWatch(stream, this.kept, {
      ...{ alertQuestionMs, spend, onTrouble, steadyMs: clocks.steadyMs },
    });
    this.watches.set(stream, watch);
    stream.log.from(stream.log.newest).subscribe({
      complete: () => {
        watch.close();
        this.watches.delete(stream);
        // A camera comes again under its name, and goes on with what it was told.
        if (stream.kind === "session") for (const alert of this.active.values()) alert.forget(stream.id);
      },
    });
    this.tell(watch);
  }

  private tell(watch: StreamWatch): void {
    watch.watch(this.watching(watch.stream));
  }

  private watching(stream: ListenedStream): ActiveAlert[] {
    return [...this.active.values()].filter((alert) => alert.watches(stream));
  }

  /** One change after the other, whoever asks for them. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => {});
    return done;
  }
}

function tooMany(count: number, maxAlerts: number): AlertError {
  return new AlertError(
    "too_many_alerts",
    `There would be ${count} alerts, and this server takes ${maxAlerts}. Raise limits.max_alerts, or remove some.`,
  );
}
