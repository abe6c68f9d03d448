/**
 * A FAKE backend. It proves that the engine can run models that are nothing like the local one: it takes JPEGs of any
 * size, has no tokenizer, says something about every unit, never skips, and has two thinkers, so that each unit has two
 * tasks. It names the strongest colour of a picture. It can also be slow, break its contract, or die.
 */
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import type {
  Backend,
  BackendReport,
  BackendStream,
  BackendStreamOptions,
  ModelInfo,
  Unit,
} from "../../src/engine/mod.ts";

/** A way to break the contract. Each happens at the second unit or at the first question. */
export type Lie =
  | "sees a unit twice"
  | "sees a unit that it was not given"
  | "begins a task twice"
  | "thinks about a unit that is not there"
  | "goes on with a task that has ended"
  | "ends a thought as nothing seen"
  | "ends an answer as skipped"
  | "skips without a reason"
  | "fails an answer without an error"
  | "finishes a unit before its thoughts"
  | "finishes a unit twice"
  | "ends before it was told to";

export interface CaptionOptions {
  /** Time between two words (ms); default 0. */
  readonly wordMs?: number;
  readonly lie?: Lie;
  /** The unit of which its thoughts say that there were too many to count. Its answers are counts then. */
  readonly overlooksAt?: number;
}

export const CAPTION_MODEL: ModelInfo = {
  id: "captions",
  description: "Says which colour a picture is and how bright.",
  width: 320,
  height: 240,
  fps: 2,
  framesPerUnit: 1,
  input: { size: "dynamic", format: "encoded" },
  can: { skip: false, instructions: true, fork: false, parallel: true, skipLate: false, watchScene: false },
  tokensPerFrame: null,
  chosenBecause: "It is fast.",
  positionSchemes: [],
  sinkUnits: 0,
  limits: {
    visualWindowUnits: 4,
    textWindowTokens: 64,
    thoughtTokens: 8,
    answerTokens: 8,
    questionTokens: 100,
  },
  cannotAnswer: null,
  exampleQuestions: ["what colour is it?"],
};

export class CaptionBackend implements Backend {
  readonly model = CAPTION_MODEL;
  readonly died: Promise<Error>;
  readonly streams = new Map<string, CaptionStream>();
  /** Sizes of the pictures that it has looked at (px). */
  readonly sizes: string[] = [];
  /** Lets it die, with all of its streams. */
  die!: (error: Error) => void;

  constructor(private readonly options: CaptionOptions = {}) {
    this.died = new Promise((resolve) => {
      this.die = (error) => {
        for (const stream of this.streams.values()) stream.stop();
        resolve(error);
      };
    });
  }

  open(id: string, options: BackendStreamOptions, report: (report: BackendReport) => void): CaptionStream {
    const stream = new CaptionStream(options, { ...this.options, sizes: this.sizes }, report, () =>
      this.streams.delete(id),
    );
    this.streams.set(id, stream);
    return stream;
  }

  async close(): Promise<void> {
    for (const stream of this.streams.values()) stream.stop();
  }
}

interface Question {
  readonly text: string;
  readonly when: "now" | "end";
  cancelled: boolean;
}

export class CaptionStream implements BackendStream {
  private readonly units: Unit[] = [];
  private readonly questions = new Map<string, Question>();
  private readonly captions: {
    readonly unit: number;
    readonly mediaTimeMs: number;
    readonly text: string;
  }[] = [];
  private total: number | null = null;
  private stopped = false;
  private wake: () => void = () => {};
  private tokens = 0;

  constructor(
    private readonly options: BackendStreamOptions,
    private readonly how: CaptionOptions & { readonly sizes: string[] },
    private readonly report: (report: BackendReport) => void,
    private readonly gone: () => void,
  ) {
    void this.work();
  }

  see(unit: Unit): void {
    this.units.push(unit);
    this.wake();
  }

  ask(task: string, text: string, when: "now" | "end"): null {
    this.questions.set(task, { text, when, cancelled: false });
    this.wake();
    return null;
  }

  cancel(task: string): void {
    const question = this.questions.get(task);
    if (question !== undefined) question.cancelled = true;
    this.wake();
  }

  end(units: number): void {
    this.total = units;
    this.wake();
  }

  async close(): Promise<void> {
    this.stop();
    this.gone();
  }

  stop(): void {
    this.stopped = true;
    this.wake();
  }

  private async work(): Promise<void> {
    await sleep(0);
    let seen = 0;
    while (!this.stopped) {
      await this.answerDue();
      const unit = this.units[seen];
      if (unit !== undefined) {
        seen++;
        await this.look(unit);
        if (!this.options.held) await this.think(unit);
      } else if (this.total !== null && seen >= this.total) {
        if (this.options.held) for (const each of this.units) await this.think(each);
        await this.answerDue(true);
        this.say({ type: "ended" });
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    }
  }

  private async look(unit: Unit): Promise<void> {
    const startedAtMs = performance.now();
    const picture = sharp(await unit.frames.at(-1)!.jpeg(CAPTION_MODEL.width));
    const { width, height } = await picture.metadata();
    this.how.sizes.push(`${width}×${height}`);
    const { channels } = await picture.stats();
    const names = ["red", "green", "blue"] as const;
    const means = channels.slice(0, 3).map(({ mean }) => mean);
    const colour = names[means.indexOf(Math.max(...means))]!;
    const { mediaTimeMs } = unit;
    this.captions.push({ unit: unit.unit, mediaTimeMs, text: `mostly ${colour}` });
    const times = { startedAtMs, finishedAtMs: performance.now() };
    const { visualWindowUnits: windowUnits } = this.options;
    const evictedUnits = Math.max(0, this.captions.length - windowUnits);
    const window = { heldUnits: this.captions.length - evictedUnits, windowUnits, evictedUnits };
    const about = this.lies("sees a unit that it was not given", unit) ? unit.unit + 7 : unit.unit;
    const seen = { type: "seen", unit: about, still: false, scene: null, ...times, ...window } as const;
    this.say(seen);
    if (this.lies("sees a unit twice", unit)) this.say(seen);
  }

  /** Both thinkers think about a unit, at the same time. */
  private async think(unit: Unit): Promise<void> {
    const { text } = this.captions[unit.unit]!;
    if (this.lies("ends before it was told to", unit)) this.say({ type: "ended" });
    const thoughts = Promise.all([
      this.thought(`colour_${unit.unit}`, unit, text),
      this.thought(`place_${unit.unit}`, unit, `at ${Math.round(unit.mediaTimeMs)} ms it fills the picture`),
    ]);
    const done = () => ({ type: "unit.done", unit: unit.unit, ...this.textWindow }) as const;
    if (this.lies("finishes a unit before its thoughts", unit)) this.say(done());
    await thoughts;
    this.say(done());
    if (this.lies("finishes a unit twice", unit)) this.say(done());
  }

  private get textWindow() {
    const evictedTokens = Math.max(0, this.tokens - this.options.textWindowTokens);
    return { heldTokens: this.tokens - evictedTokens, evictedTokens };
  }

  private async thought(task: string, unit: Unit, text: string): Promise<void> {
    const startedAtMs = performance.now();
    const about = this.lies("thinks about a unit that is not there", unit) ? unit.unit + 7 : unit.unit;
    this.say({ type: "task.started", task, unit: about });
    if (this.lies("begins a task twice", unit)) this.say({ type: "task.started", task, unit: about });
    const said = await this.speak(task, text, this.options.thoughtTokens, () => this.stopped);
    const outcome = this.lies("ends a thought as nothing seen", unit)
      ? "nothing_seen"
      : this.lies("skips without a reason", unit)
        ? "skipped"
        : said.outcome;
    const { mediaTimeMs } = unit;
    this.done(task, { ...said, outcome }, { unit: unit.unit, mediaTimeMs }, startedAtMs);
    if (this.lies("goes on with a task that has ended", unit))
      this.say({ type: "task.token", task, delta: "more" });
  }

  private async answerDue(atEnd = false): Promise<void> {
    for (const [task, question] of this.questions) {
      const latest = this.captions.at(-1);
      const isDue = atEnd || question.cancelled || (question.when === "now" && latest && !this.options.held);
      if (!isDue || this.stopped) continue;
      this.questions.delete(task);
      const startedAtMs = performance.now();
      if (question.cancelled || latest === undefined) {
        const outcome = question.cancelled ? "cancelled" : "nothing_seen";
        this.done(task, { text: "", tokens: 0, outcome }, { unit: -1, mediaTimeMs: -1 }, startedAtMs);
        continue;
      }
      this.questions.set(task, question);
      const text = `${question.text.length} letters were asked and it is ${latest.text}`;
      const said = await this.speak(task, text, this.options.answerTokens, () => question.cancelled);
      const lies = {
        "ends an answer as skipped": "skipped",
        "fails an answer without an error": "failed",
      } as const;
      const { lie } = this.how;
      const outcome = lie !== undefined && lie in lies ? lies[lie as keyof typeof lies] : said.outcome;
      this.done(task, { ...said, outcome }, latest, startedAtMs);
      this.questions.delete(task);
    }
  }

  private async speak(task: string, text: string, most: number, isOver: () => boolean) {
    const words = text.split(/(?<=\s)/);
    let said = "";
    let tokens = 0;
    for (const word of words.slice(0, most)) {
      await sleep(this.how.wordMs ?? 0);
      if (isOver()) return { text: said, tokens, outcome: "cancelled" as const };
      this.say({ type: "task.token", task, delta: word });
      said += word;
      tokens++;
    }
    this.tokens += tokens;
    return {
      text: said,
      tokens,
      outcome: words.length > most ? ("incomplete" as const) : ("completed" as const),
    };
  }

  private done(
    task: string,
    said: Pick<Extract<BackendReport, { type: "task.done" }>, "text" | "tokens" | "outcome">,
    { unit, mediaTimeMs }: { readonly unit: number; readonly mediaTimeMs: number },
    startedAtMs: number,
  ): void {
    const times = { startedAtMs, finishedAtMs: performance.now() };
    this.say({
      type: "task.done",
      task,
      ...said,
      unit,
      mediaTimeMs,
      ...times,
      skipReason: null,
      error: null,
      prompt: null,
      unanswerable: null,
      note: null,
      isCount: this.how.overlooksAt !== undefined && this.questions.has(task),
      overlooked: this.how.overlooksAt === unit && !this.questions.has(task) ? "crowd" : null,
    });
  }

  private lies(lie: Lie, { unit }: Unit): boolean {
    return this.how.lie === lie && unit === 1;
  }

  private say(report: BackendReport): void {
    if (!this.stopped) this.report(report);
  }
}
