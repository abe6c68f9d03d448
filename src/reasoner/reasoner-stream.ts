import { type KvMemory, TextCache, type UnitKv, type UnitPlace } from "../cache/mod.ts";
import type { BackendReport, TaskDone } from "../engine/mod.ts";
import type { Bundle, TextCodec } from "../models/mod.ts";
import { kvShape, unitMs } from "../models/model-caches.ts";
import { Answerer } from "./answerer.ts";
import { ClockTokens } from "./clock-tokens.ts";
import { IncrementalDetokenizer } from "./incremental-detokenizer.ts";
import { LogitsMask } from "./logits-mask.ts";
import type { ReasonerRequest, ReasoningOptions, StopReason } from "./messages.ts";
import { Narrator } from "./narrator.ts";
import type { NgramDrafter } from "./ngram-drafter.ts";
import { Sampler } from "./sampler.ts";
import type { Thinker } from "./thinker.ts";
import { VisualCacheReplica } from "./visual-cache-replica.ts";

/** A question that waits to be taken up. */
export type Question = Pick<Extract<ReasonerRequest, { type: "ask" }>, "task" | "tokens" | "when">;

export interface ReasonerContext {
  readonly bundle: Bundle;
  readonly codec: TextCodec;
  /** Where its caches live. */
  readonly memory: KvMemory;
  /** What is often said, by whomever; shared by all streams. */
  readonly drafters: { readonly thoughts: NgramDrafter; readonly answers: NgramDrafter };
  readonly now: () => number;
  readonly report: (stream: string, report: BackendReport) => void;
}

/** An answerer at work, and how its words are told. */
interface OpenAnswer {
  readonly answerer: Answerer;
  readonly startedAtMs: number;
  readonly decode: (words: readonly number[]) => string;
}

/** All thinking about one stream: its replica of C_v, its narrator, and an answerer for every open question. */
export class ReasonerStream {
  private readonly visual: VisualCacheReplica;
  private readonly narrator: Narrator;
  private readonly mask: LogitsMask;
  private waiting: Question[] = [];
  private readonly answerers = new Map<string, OpenAnswer>();
  private held: boolean;
  private total: number | null = null;
  private startedAtMs: number | null = null;
  /** Whether the first token of the narrator's thought has been told. */
  private isTold = false;
  private detokenizer: IncrementalDetokenizer;
  private readonly clock: ClockTokens | null;

  constructor(
    private readonly stream: string,
    private readonly options: ReasoningOptions,
    private readonly context: ReasonerContext,
  ) {
    const { manifest } = context.bundle;
    this.held = options.held;
    this.visual = new VisualCacheReplica(
      context.memory,
      manifest,
      options.visualWindowUnits,
      options.positions,
    );
    this.mask = new LogitsMask(context.codec.special);
    this.detokenizer = this.thoughtDetokenizer();
    const { clock, recap } = context.codec.special;
    this.clock =
      clock.length === 0
        ? null
        : new ClockTokens({ first: clock[0]!, count: clock.length }, unitMs(manifest));
    this.narrator = new Narrator(
      this.visual,
      this.makeText(),
      {
        special: context.codec.special,
        mask: this.mask,
        sampler: new Sampler(options.temperature, options.seed),
        skipBias: manifest.thinking.skip_bias,
        thoughtTokens: options.thoughtTokens,
        remembersSilence: manifest.thinking.remembers_silence,
        clock: this.clock,
        recapEvery:
          recap === null
            ? null
            : Math.min(manifest.recap!.every_tokens, Math.floor(options.textWindowTokens / 2)),
        recapTokens: manifest.thinking.thought_tokens,
        drafter: options.temperature === 0 ? context.drafters.thoughts : null,
      },
      {
        token: (unit, words) => this.onWords(unit, words),
        done: (...args) => this.onThought(...args),
        recap: (unit, words) => this.onRecap(unit, words),
      },
    );
  }

  /** True once every unit is thought about and every question answered after {@link end}. */
  get finished(): boolean {
    return (
      this.total !== null &&
      this.narrator.current >= this.total &&
      this.waiting.length === 0 &&
      this.answerers.size === 0
    );
  }

  /** The newest unit that its thinkers can look at; -1 before the first. */
  get newestUnit(): number {
    return this.visual.newest;
  }

  receive(unit: UnitKv): void {
    this.visual.receive(unit);
  }

  ask({ task, tokens, when }: Question): void {
    // The batch paradigm thinks at the end only, so there is nothing to answer from before.
    this.waiting.push({ task, tokens, when: this.options.held ? "end" : when });
  }

  cancel(task: string): void {
    const waiting = this.waiting.findIndex((question) => question.task === task);
    const open = this.answerers.get(task);
    if (waiting < 0 && open === undefined) return;
    if (waiting >= 0) this.waiting.splice(waiting, 1);
    this.close(task);
    this.answerDone(task, open?.answerer.said ?? [], "cancelled", open);
  }

  /** No unit follows the first `units` ones. */
  end(units: number): void {
    this.total = units;
    this.held = false;
  }

  /** Gives all its memory back. Called between steps only; nothing is asked of it after this. */
  release(): void {
    for (const task of [...this.answerers.keys()]) this.close(task);
    this.narrator.release();
    this.visual.release();
  }

  /** Everybody who may have a step to run now, answers first. */
  thinkers(): Thinker[] {
    if (this.held) return [];
    this.visual.advance(this.narrator.current);
    this.openQuestions();
    return [...Array.from(this.answerers.values(), ({ answerer }) => answerer), this.narrator];
  }

  /** Called when the narrator is about to take a step. */
  began(thinker: Thinker): void {
    if (thinker === this.narrator) this.startedAtMs ??= this.context.now();
  }

  /** @throws {RangeError} when the memory for caches is full; what was taken for this stream is given back */
  private makeText(): TextCache {
    const { options, context } = this;
    const { cache, thinking } = context.bundle.manifest;
    try {
      return new TextCache({
        memory: context.memory,
        shape: kvShape(context.bundle.manifest),
        sinkTokens: cache.text_sink_tokens,
        windowTokens: options.textWindowTokens,
        groupTokens: Math.max(
          3 + options.thoughtTokens + thinking.thought_tokens,
          2 + thinking.question_tokens + options.answerTokens,
        ),
      });
    } catch (error) {
      this.visual.release();
      throw error;
    }
  }

  private openQuestions(): void {
    if (this.waiting.length === 0) return;
    const finished = this.narrator.current;
    const allDone = this.total !== null && finished >= this.total;
    const due = this.waiting.filter(({ when }) => allDone || (when === "now" && finished > 0));
    this.waiting = this.waiting.filter((question) => !due.includes(question));
    for (const question of due) {
      if (finished === 0) this.answerDone(question.task, [], "nothing_seen");
      else this.open(question, this.visual.place(Math.min(this.visual.newest, finished)));
    }
  }

  private open({ task, tokens }: Question, from: UnitPlace): void {
    const { context, options } = this;
    const decode = this.decoder(from);
    const detokenizer = new IncrementalDetokenizer(decode);
    const answererOptions = {
      special: context.codec.special,
      mask: this.mask,
      sampler: new Sampler(options.temperature, options.seed),
      answerTokens: options.answerTokens,
      unseen: this.clock?.unseen(from) ?? [],
      drafter: options.temperature === 0 ? context.drafters.answers : null,
    };
    const text = this.narrator.forkFinished();
    const answerer = new Answerer(this.visual, text, from, tokens, answererOptions, {
      token: (words) => this.report({ type: "task.token", task, delta: detokenizer.add(words) }),
      done: (words, complete) => {
        this.close(task);
        this.answerDone(task, words, complete ? "completed" : "incomplete", open);
      },
    });
    const open = { answerer, decode, startedAtMs: context.now() };
    this.answerers.set(task, open);
  }

  private close(task: string): void {
    this.answerers.get(task)?.answerer.release();
    this.answerers.delete(task);
  }

  private report(report: BackendReport): void {
    this.context.report(this.stream, report);
  }

  private onWords(unit: number, words: readonly number[]): void {
    const task = thoughtTask(unit);
    if (!this.isTold) this.report({ type: "task.started", task, unit });
    this.isTold = true;
    const delta = this.detokenizer.add(words);
    if (delta !== "") this.report({ type: "task.token", task, delta });
  }

  private onThought(unit: number, words: readonly number[], stop: StopReason, tokens: number): void {
    const finishedAtMs = this.context.now();
    this.report({
      type: "task.done",
      task: thoughtTask(unit),
      text: this.context.codec.decode(words),
      outcome: words.length === 0 ? "skipped" : stop === "length" ? "incomplete" : "completed",
      unit,
      mediaTimeMs: this.visual.place(unit).mediaTimeMs,
      tokens,
      startedAtMs: this.startedAtMs ?? finishedAtMs,
      finishedAtMs,
      unanswerable: null,
    });
    this.report({ type: "unit.done", unit, evictedTokens: this.narrator.evicted });
    this.startedAtMs = null;
    this.isTold = false;
    this.detokenizer = this.thoughtDetokenizer();
  }

  private thoughtDetokenizer(): IncrementalDetokenizer {
    return new IncrementalDetokenizer((words) => this.context.codec.decode(words));
  }

  private onRecap(unit: number, words: readonly number[]): void {
    this.report({ type: "recap", unit, text: this.context.codec.decode(words) });
  }

  /** An answer as text; the times in it are told from where it looks, by the thoughts that it has read. */
  private decoder(from: UnitPlace): (words: readonly number[]) => string {
    const { codec } = this.context;
    const { clock } = this;
    if (clock === null) return (words) => codec.decode(words);
    const remembered = this.narrator.remembered;
    return (words) => clock.decode(codec, words, from, remembered);
  }

  /** @param open null: it was never taken up */
  private answerDone(
    task: string,
    words: readonly number[],
    outcome: TaskDone["outcome"],
    open: OpenAnswer | null = null,
  ): void {
    const finishedAtMs = this.context.now();
    const { unit, mediaTimeMs } = open?.answerer.from ?? { unit: -1, mediaTimeMs: -1 };
    this.report({
      type: "task.done",
      task,
      text: open?.decode(words) ?? "",
      outcome,
      unit,
      mediaTimeMs,
      tokens: words.length,
      startedAtMs: open?.startedAtMs ?? finishedAtMs,
      finishedAtMs,
      unanswerable: null,
    });
  }
}

function thoughtTask(unit: number): string {
  return `thought_${unit}`;
}
