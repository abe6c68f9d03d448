import type { UnitPlace } from "../cache/mod.ts";
import type { ReportSink } from "./answer-report.ts";
import { type CheckpointParts, openCheckpointCaches } from "./checkpoint-caches.ts";
import type { ReasoningOptions } from "./messages.ts";
import { ThinkRespondAnswerer } from "./policies/think-respond-answerer.ts";
import { ThinkRespondNarrator } from "./policies/think-respond-narrator.ts";
import { CHECKPOINT_STEP_TOKENS, PREFILL_TOKENS } from "./prefill-chunk.ts";
import { PromptedTurns } from "./prompted-turns.ts";
import { Sampler } from "./sampler.ts";
import type { OpenAnswer, StreamThinkers } from "./stream-thinkers.ts";
import { THINK_RESPOND, type ThinkRespondOptions } from "./think-respond-speech.ts";
import { Thinker } from "./thinker.ts";
import type { ThinkerContext } from "./thinker-context.ts";
import { ToldAnswerReport, ToldThoughtReports } from "./told-reports.ts";
import type { VisualPrefill } from "./visual-prefill.ts";
import type { Question } from "./waiting-questions.ts";

/**
 * The narrator and the answerers of one stream of a checkpoint that was trained to think while it sees, as ThinkStream
 * was. What it thinks and what it says have the same budget of tokens, each for itself.
 */
export class ThinkRespondThinkers implements StreamThinkers {
  readonly visual: VisualPrefill;
  readonly narrator: ThinkRespondNarrator;
  readonly narration: Thinker;
  private readonly turns: PromptedTurns;

  /**
   * @throws {RangeError} when the memory for caches is full; what was taken for this stream is given back
   * @throws {ModelError} `token_missing`
   */
  constructor(
    private readonly parts: CheckpointParts,
    private readonly options: ReasoningOptions,
    private readonly sink: ReportSink,
  ) {
    this.turns = new PromptedTurns(parts.template, parts.codec, options.instructions);
    const { thoughtTokens, answerTokens } = options;
    const { question_tokens: questionTokens } = parts.checkpoint.manifest.thinking;
    const budgets = { thoughtTokens, answerTokens, questionTokens, thinkTokens: thoughtTokens };
    const groupTokens = this.turns.groupTokens(budgets);
    const { visual, context } = openCheckpointCaches(parts, this.turns, groupTokens, options, sink);
    this.visual = visual;
    this.narrator = this.makeNarrator(context);
    this.narration = new Thinker(this.narrator, context, PREFILL_TOKENS);
  }

  answer({ task, text }: Question, from: UnitPlace, onDone: () => void): OpenAnswer {
    const { narrator, options } = this;
    const context = narrator.forkFinished();
    const report = new ToldAnswerReport(task, from, this.sink, onDone);
    const speaking = this.speaking(options.answerTokens);
    const answerer = new ThinkRespondAnswerer(from, narrator.request(text.trim()), speaking, report);
    return {
      // Somebody waits for the answer, so its prompt takes whole steps.
      thinker: new Thinker(answerer, context, CHECKPOINT_STEP_TOKENS),
      cancelled: () => report.cancelled(answerer.said),
    };
  }

  private makeNarrator(context: ThinkerContext): ThinkRespondNarrator {
    const { turns, visual, options, sink } = this;
    const { thoughtTokens, skipLate } = options;
    const isStill = (unit: number) => visual.isStill(unit);
    const opensTurns = this.parts.checkpoint.manifest.cache.mask === "interleaved";
    const reports = new ToldThoughtReports(context, sink);
    return new ThinkRespondNarrator(
      context,
      { ...this.speaking(thoughtTokens), turns, isStill, skipLate, opensTurns },
      reports,
    );
  }

  private speaking(responseTokens: number): Omit<ThinkRespondOptions, "maySkip"> {
    const { temperature, seed, thoughtTokens: thinkTokens } = this.options;
    const { codec } = this.parts;
    const sampler = new Sampler(temperature, seed);
    return { codec, sampler, names: THINK_RESPOND, thinkTokens, responseTokens };
  }
}
