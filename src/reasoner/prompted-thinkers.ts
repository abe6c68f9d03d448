import type { UnitPlace } from "../cache/mod.ts";
import type { ReportSink } from "./answer-report.ts";
import { type CheckpointParts, openCheckpointCaches } from "./checkpoint-caches.ts";
import type { ReasoningOptions } from "./messages.ts";
import { PromptedAnswerer } from "./policies/prompted-answerer.ts";
import { PromptedNarrator } from "./policies/prompted-narrator.ts";
import { CHECKPOINT_STEP_TOKENS, PREFILL_TOKENS } from "./prefill-chunk.ts";
import { PromptedTurns } from "./prompted-turns.ts";
import { Sampler } from "./sampler.ts";
import type { OpenAnswer, StreamThinkers } from "./stream-thinkers.ts";
import { Thinker } from "./thinker.ts";
import type { ThinkerContext } from "./thinker-context.ts";
import { ToldAnswerReport, ToldThoughtReports } from "./told-reports.ts";
import type { VisualPrefill } from "./visual-prefill.ts";
import type { Question } from "./waiting-questions.ts";
import type { WordChoice } from "./word-choice.ts";

/** The narrator and the answerers of one stream of a checkpoint that was never taught to think while it sees. */
export class PromptedThinkers implements StreamThinkers {
  readonly visual: VisualPrefill;
  readonly narrator: PromptedNarrator;
  readonly narration: Thinker;
  private readonly turns: PromptedTurns;

  /** @throws {RangeError} when the memory for caches is full; what was taken for this stream is given back */
  constructor(
    private readonly parts: CheckpointParts,
    private readonly choice: WordChoice | null,
    private readonly options: ReasoningOptions,
    private readonly sink: ReportSink,
  ) {
    this.turns = new PromptedTurns(parts.template, parts.codec, options.instructions);
    const { thoughtTokens, answerTokens } = options;
    const { question_tokens: questionTokens } = parts.checkpoint.manifest.thinking;
    const groupTokens = this.turns.groupTokens({ thoughtTokens, answerTokens, questionTokens });
    const { visual, context } = openCheckpointCaches(parts, this.turns, groupTokens, options, sink);
    this.visual = visual;
    this.narrator = this.makeNarrator(context);
    this.narration = new Thinker(this.narrator, context, PREFILL_TOKENS);
  }

  answer({ task, text }: Question, from: UnitPlace, onDone: () => void): OpenAnswer {
    const { codec } = this.parts;
    const { options, narrator, turns } = this;
    const context = narrator.forkFinished();
    const report = new ToldAnswerReport(task, from, this.sink, onDone);
    const prompt = turns.question(narrator.unfed, from.mediaTimeMs, text);
    const sampler = new Sampler(options.temperature, options.seed);
    const { answerTokens } = options;
    const answerer = new PromptedAnswerer(
      from,
      prompt,
      { codec, sampler, answerTokens, drafter: null },
      report,
    );
    return {
      // Somebody waits for the answer, so its prompt takes whole steps.
      thinker: new Thinker(answerer, context, CHECKPOINT_STEP_TOKENS),
      cancelled: () => report.cancelled(answerer.said),
    };
  }

  private makeNarrator(context: ThinkerContext): PromptedNarrator {
    const { codec } = this.parts;
    const { turns, choice, options, visual, sink } = this;
    const { thoughtTokens, textWindowTokens: memoryTokens, skipLate } = options;
    const sampler = new Sampler(options.temperature, options.seed);
    const isStill = (unit: number) => visual.isStill(unit);
    const narrating = { codec, turns, choice, sampler, thoughtTokens, memoryTokens, isStill, skipLate };
    const reports = new ToldThoughtReports(context, sink);
    return new PromptedNarrator(context, { ...narrating, drafter: null }, reports);
  }
}
