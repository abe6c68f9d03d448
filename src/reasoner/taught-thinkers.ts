import type { KvMemory, UnitPlace } from "../cache/mod.ts";
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
import type { OpenAnswer, StreamThinkers } from "./stream-thinkers.ts";
import { Thinker } from "./thinker.ts";
import { ThinkerContext } from "./thinker-context.ts";
import { ThoughtReports } from "./thought-reports.ts";
import { VisualCacheReplica } from "./visual-cache-replica.ts";
import type { Question } from "./waiting-questions.ts";

/** What all streams of a model share that was taught to think while it sees. */
export interface TaughtModel {
  readonly bundle: Bundle;
  readonly codec: TextCodec;
  /** Memory in which the caches are. */
  readonly memory: KvMemory;
  /** They learn from the thoughts and the answers of all streams. */
  readonly drafters: { readonly thoughts: NgramDrafter; readonly answers: NgramDrafter };
}

/** The narrator and the answerers of one stream of a model that was taught to think while it sees. */
export class TaughtThinkers implements StreamThinkers {
  readonly visual: VisualCacheReplica;
  readonly narrator: Narrator;
  readonly narration: Thinker;
  private readonly context: ThinkerContext;
  private readonly mask: LogitsMask;
  private readonly clock: ClockTokens | null;

  /** @throws {RangeError} when the memory for caches is full; what was taken for this stream is given back */
  constructor(
    private readonly model: TaughtModel,
    private readonly options: ReasoningOptions,
    private readonly sink: ReportSink,
  ) {
    const { bundle, codec, memory } = model;
    const { manifest } = bundle;
    this.mask = new LogitsMask(codec.special);
    const { clock } = codec.special;
    this.clock =
      clock.length === 0
        ? null
        : new ClockTokens({ first: clock[0]!, count: clock.length }, unitMs(manifest));
    this.visual = new VisualCacheReplica(memory, manifest, options.visualWindowUnits, options.positions!);
    try {
      this.context = new ThinkerContext(this.visual, makeTextCache(memory, manifest, options));
    } catch (error) {
      this.visual.release();
      throw error;
    }
    this.narrator = this.makeNarrator();
    this.narration = new Thinker(this.narrator, this.context);
  }

  answer({ task, tokens }: Question, from: UnitPlace, onDone: () => void): OpenAnswer {
    const { options, mask, clock } = this;
    const { codec, drafters } = this.model;
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
          onDone();
          report.done(words, complete ? "completed" : "incomplete");
        },
      },
    );
    return {
      thinker: new Thinker(answerer, context),
      cancelled: () => report.done(answerer.said, "cancelled"),
    };
  }

  private makeNarrator(): Narrator {
    const { options, context, mask, clock } = this;
    const { bundle, codec, drafters } = this.model;
    const { thinking, recap } = bundle.manifest;
    const recalled = recalledWords(options.recap, codec, thinking.thought_tokens);
    const reports = new ThoughtReports(context, codec, this.sink);
    return new Narrator(
      context,
      {
        special: codec.special,
        mask,
        clauses: new Clauses(codec.special.separator),
        numbers: new RunningNumbers(
          codec.special.running,
          codec.special.separator,
          recalled === null ? 0 : largestNumber(options.recap!),
        ),
        clock,
        sampler: new Sampler(options.temperature, options.seed),
        skipBias: thinking.skip_bias,
        thoughtTokens: options.thoughtTokens,
        remembersSilence: thinking.remembers_silence,
        recapEvery:
          recap === undefined ? null : Math.min(recap.every_tokens, Math.floor(options.textWindowTokens / 2)),
        recapTokens: thinking.thought_tokens,
        recalled,
        drafter: options.temperature === 0 ? drafters.thoughts : null,
      },
      reports,
    );
  }

  /** Decodes an answer. Times in it are counted back from `from`, with the thoughts that the answerer has read. */
  private answerDecoder(from: UnitPlace): (words: readonly number[]) => string {
    const { clock } = this;
    const { codec } = this.model;
    if (clock === null) return (words) => codec.decode(words);
    const { remembered } = this.context;
    return (words) => clock.decode(codec, words, from, remembered);
  }
}

/**
 * Tokens of an earlier recap; null where the model could not have said it: another model did, or somebody has changed it.
 * Then a word of it would be read as something else, or as a token that is none of its words.
 */
function recalledWords(recap: string | null, codec: TextCodec, most: number): readonly number[] | null {
  if (recap === null || recap === "" || codec.special.recap === null) return null;
  const words = codec.encode(recap);
  return words.length <= most && codec.decode(words) === recap ? words : null;
}

/** The largest number in a text; 0: there is none. */
function largestNumber(text: string): number {
  return Math.max(0, ...(text.match(/\d+/g) ?? []).map(Number));
}
