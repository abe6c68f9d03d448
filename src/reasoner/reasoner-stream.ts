import type { KvMemory, UnitKv, UnitPlace } from "../cache/mod.ts";
import type { BackendReport } from "../engine/mod.ts";
import { type Bundle, makeTextCache, type TextCodec, unitMs } from "../models/mod.ts";
import { AnswerReport, type ReportSink } from "./answer-report.ts";
import { Clauses } from "./clauses.ts";
import { ClockTokens } from "./clock-tokens.ts";
import { LogitsMask } from "./logits-mask.ts";
import type { ReasoningOptions } from "./messages.ts";
import type { NgramDrafter } from "./ngram-drafter.ts";
import { Answerer } from "./policies/answerer.ts";
import { Narrator } from "./policies/narrator.ts";
import { RunningNumbers } from "./running-numbers.ts";
import { Sampler } from "./sampler.ts";
import type { ThinkerGroup } from "./scheduler.ts";
import { Thinker } from "./thinker.ts";
import { ThinkerContext } from "./thinker-context.ts";
import { ThoughtReports } from "./thought-reports.ts";
import { VisualCacheReplica } from "./visual-cache-replica.ts";
import { type Question, WaitingQuestions } from "./waiting-questions.ts";

/** What all streams of a reasoner share. */
export interface ReasonerEnvironment {
  readonly bundle: Bundle;
  readonly codec: TextCodec;
  /** Memory in which the caches are. */
  readonly memory: KvMemory;
  /** They learn from the thoughts and the answers of all streams. */
  readonly drafters: { readonly thoughts: NgramDrafter; readonly answers: NgramDrafter };
  /** The time of the main thread (ms). */
  readonly now: () => number;
  readonly report: (stream: string, report: BackendReport) => void;
}

interface OpenAnswer {
  readonly thinker: Thinker;
  readonly answerer: Answerer;
  readonly report: AnswerReport;
}

/** All thinking about one stream: the replica of its C_v, its narrator, and an answerer for every open question. */
export class ReasonerStream implements ThinkerGroup {
  private readonly visual: VisualCacheReplica;
  private readonly context: ThinkerContext;
  private readonly narrator: Narrator;
  private readonly narration: Thinker;
  private readonly mask: LogitsMask;
  private readonly clock: ClockTokens | null;
  private readonly sink: ReportSink;
  private readonly questions = new WaitingQuestions();
  private readonly answers = new Map<string, OpenAnswer>();
  private isHeld: boolean;
  /** Units of the whole stream, once it has ended. */
  private total: number | null = null;

  /** @throws {RangeError} when the memory for caches is full; what was taken for this stream is given back */
  constructor(
    readonly id: string,
    private readonly options: ReasoningOptions,
    private readonly environment: ReasonerEnvironment,
  ) {
    const { bundle, codec, memory, now, report } = environment;
    const { manifest } = bundle;
    this.isHeld = options.held;
    this.sink = { now, report: (each) => report(id, each) };
    this.mask = new LogitsMask(codec.special);
    const { clock } = codec.special;
    this.clock =
      clock.length === 0
        ? null
        : new ClockTokens({ first: clock[0]!, count: clock.length }, unitMs(manifest));
    this.visual = new VisualCacheReplica(memory, manifest, options.visualWindowUnits, options.positions);
    try {
      this.context = new ThinkerContext(this.visual, makeTextCache(memory, manifest, options));
    } catch (error) {
      this.visual.release();
      throw error;
    }
    this.narrator = this.makeNarrator();
    this.narration = new Thinker(this.narrator, this.context);
  }

  /** Whether, after {@link end}, every unit has been thought about and every question answered. */
  get isFinished(): boolean {
    return this.isOver && this.questions.count === 0 && this.answers.size === 0;
  }

  /** The newest unit that its thinkers can look at; -1 before the first. */
  get newestUnit(): number {
    return this.visual.newest;
  }

  receive(unit: UnitKv): void {
    this.visual.receive(unit);
  }

  ask({ task, tokens, when }: Question): void {
    // The batch paradigm thinks at the end only, so before that there is nothing to answer from.
    this.questions.add({ task, tokens, when: this.options.held ? "end" : when });
  }

  cancel(task: string): void {
    const open = this.answers.get(task);
    if (this.questions.remove(task)) AnswerReport.notBegun(task, "cancelled", this.sink);
    else if (open !== undefined) {
      this.close(task);
      open.report.done(open.answerer.said, "cancelled");
    }
  }

  /** No unit follows the first `units` ones. */
  end(units: number): void {
    this.total = units;
    this.isHeld = false;
  }

  /** Gives all its memory back; it must not be used after this. Must be called between two steps. */
  release(): void {
    for (const task of [...this.answers.keys()]) this.close(task);
    this.narration.release();
    this.visual.release();
  }

  /** Takes over the units and questions that have come, then names everybody who may have a step to take. */
  thinkers(): Thinker[] {
    if (this.isHeld) return [];
    this.visual.advance(this.narrator.current);
    this.takeUpQuestions();
    return [this.narration, ...Array.from(this.answers.values(), ({ thinker }) => thinker)];
  }

  /** Whether the stream has ended and every unit has been thought about. */
  private get isOver(): boolean {
    return this.total !== null && this.narrator.current >= this.total;
  }

  private makeNarrator(): Narrator {
    const { options, context, mask, clock } = this;
    const { bundle, codec, drafters } = this.environment;
    const { thinking, recap } = bundle.manifest;
    const reports = new ThoughtReports(context, codec, this.sink);
    return new Narrator(
      context,
      {
        special: codec.special,
        mask,
        clauses: new Clauses(codec.special.separator),
        numbers: new RunningNumbers(codec.special.running, codec.special.separator),
        clock,
        sampler: new Sampler(options.temperature, options.seed),
        skipBias: thinking.skip_bias,
        thoughtTokens: options.thoughtTokens,
        remembersSilence: thinking.remembers_silence,
        recapEvery:
          recap === undefined ? null : Math.min(recap.every_tokens, Math.floor(options.textWindowTokens / 2)),
        recapTokens: thinking.thought_tokens,
        drafter: options.temperature === 0 ? drafters.thoughts : null,
      },
      reports,
    );
  }

  private takeUpQuestions(): void {
    const finished = this.narrator.current;
    for (const question of this.questions.takeDue(finished > 0, this.isOver)) {
      if (finished === 0) AnswerReport.notBegun(question.task, "nothing_seen", this.sink);
      else this.open(question, this.context.place(Math.min(this.newestUnit, finished)));
    }
  }

  /** @param from the unit that the question looks from */
  private open({ task, tokens }: Question, from: UnitPlace): void {
    const { options, mask, clock } = this;
    const { codec, drafters } = this.environment;
    const context = this.narrator.forkFinished();
    const report = new AnswerReport(task, from, this.answerDecoder(from), this.sink);
    const answerer = new Answerer(
      from,
      tokens,
      {
        special: codec.special,
        mask,
        sampler: new Sampler(options.temperature, options.seed),
        answerTokens: options.answerTokens,
        unseen: clock?.unseen(from) ?? [],
        drafter: options.temperature === 0 ? drafters.answers : null,
      },
      {
        token: (words) => report.token(words),
        done: (words, complete) => {
          this.close(task);
          report.done(words, complete ? "completed" : "incomplete");
        },
      },
    );
    this.answers.set(task, { thinker: new Thinker(answerer, context), answerer, report });
  }

  private close(task: string): void {
    this.answers.get(task)?.thinker.release();
    this.answers.delete(task);
  }

  /** Decodes an answer. Times in it are counted back from `from`, with the thoughts that the answerer has read. */
  private answerDecoder(from: UnitPlace): (words: readonly number[]) => string {
    const { clock } = this;
    const { codec } = this.environment;
    if (clock === null) return (words) => codec.decode(words);
    const { remembered } = this.context;
    return (words) => clock.decode(codec, words, from, remembered);
  }
}
