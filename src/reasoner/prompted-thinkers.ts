import { type KvMemory, TextCache, type UnitPlace } from "../cache/mod.ts";
import {
  ChatTemplate,
  type Checkpoint,
  CheckpointCodec,
  type FamilyVision,
  familyRuntime,
  stackShape,
} from "../models/mod.ts";
import { ROLE, SPEAK_OR_SILENT } from "../prompting/mod.ts";
import type { EncodedUnit } from "../vision/mod.ts";
import type { ReportSink } from "./answer-report.ts";
import type { ReasoningOptions } from "./messages.ts";
import { PromptedAnswerer } from "./policies/prompted-answerer.ts";
import { PromptedNarrator } from "./policies/prompted-narrator.ts";
import { PromptedTurns } from "./prompted-turns.ts";
import { Sampler } from "./sampler.ts";
import type { MakeThinkers, OpenAnswer, StreamThinkers } from "./stream-thinkers.ts";
import { Thinker } from "./thinker.ts";
import { ThinkerContext } from "./thinker-context.ts";
import { ToldAnswerReport, ToldThoughtReports } from "./told-reports.ts";
import { PREFILL_TOKENS, VisualPrefill } from "./visual-prefill.ts";
import type { Question } from "./waiting-questions.ts";
import { WordChoice } from "./word-choice.ts";

/** No stream is older than that (s): what has the most digits. */
const LATEST_S = 99 * 3600 + 59 * 60 + 59;

/** What all streams of a checkpoint share that was never taught to think while it sees. */
interface PromptedModel {
  readonly checkpoint: Checkpoint;
  readonly memory: KvMemory;
  readonly codec: CheckpointCodec;
  readonly vision: FamilyVision;
  readonly template: Pick<ChatTemplate, "opening" | "turn">;
  readonly choice: WordChoice;
  /** Tokens before the first unit. */
  readonly prefix: readonly number[];
}

/** Makes the thinkers of all streams of a checkpoint. */
export interface PromptedThinking {
  /** Tokens before the first unit of each stream. */
  readonly prefix: readonly number[];
  readonly makeThinkers: MakeThinkers;
}

/**
 * Makes thinkers for the streams of a published checkpoint.
 *
 * @throws {ModelError} when its tokens or its chat template cannot be used
 */
export function openPromptedThinkers(checkpoint: Checkpoint, memory: KvMemory): PromptedThinking {
  const { manifest, tokenizer, dir } = checkpoint;
  const vision = familyRuntime(manifest.family).vision(manifest)!;
  const { vocabulary } = manifest.transformer;
  const codec = new CheckpointCodec({ tokenizer, dir, vocabulary, endTokens: manifest.end_tokens });
  const whole = new ChatTemplate({
    source: manifest.chat_template,
    tokens: specialTexts(tokenizer.config),
    placeholder: vision.placeholder,
    role: ROLE,
  });
  const opening = { before: vision.outro + whole.opening.before, after: whole.opening.after };
  const template = { opening, turn: whole.turn };
  const choice = new WordChoice(codec, SPEAK_OR_SILENT);
  const prefix = codec.encode(whole.prefix + vision.intro);
  const model = { checkpoint, memory, codec, vision, template, choice, prefix };
  return { prefix, makeThinkers: (options, sink) => new PromptedThinkers(model, options, sink) };
}

/** The narrator and the answerers of one stream of a checkpoint that was never taught to think while it sees. */
class PromptedThinkers implements StreamThinkers {
  readonly visual: VisualPrefill;
  readonly narrator: PromptedNarrator;
  readonly narration: Thinker;
  private readonly turns: PromptedTurns;

  /** @throws {RangeError} when the memory for caches is full; what was taken for this stream is given back */
  constructor(
    private readonly model: PromptedModel,
    private readonly options: ReasoningOptions,
    private readonly sink: ReportSink,
  ) {
    this.turns = new PromptedTurns(model.template, model.codec, options.instructions);
    this.visual = this.makeVisual();
    let context: ThinkerContext;
    try {
      context = new ThinkerContext(this.visual, this.makeText());
    } catch (error) {
      this.visual.release();
      throw error;
    }
    this.narrator = this.makeNarrator(context);
    this.narration = new Thinker(this.narrator, context, PREFILL_TOKENS);
  }

  answer({ task, text }: Question, from: UnitPlace, onDone: () => void): OpenAnswer {
    const { codec } = this.model;
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
      thinker: new Thinker(answerer, context, PREFILL_TOKENS),
      cancelled: () => report.cancelled(answerer.said),
    };
  }

  private makeVisual(): VisualPrefill {
    const { checkpoint, memory, vision, codec, prefix } = this.model;
    const { visualWindowUnits: windowUnits, held: isHeld, looks } = this.options;
    const { side, unitMs } = looks!;
    const encode = (text: string) => codec.encode(text);
    const size = { width: side, height: side };
    const late = { seconds: LATEST_S, lastSeconds: LATEST_S };
    const largest = vision.layOut({ unit: 1, size, ...late, start: prefix.length }, encode);
    return new VisualPrefill({
      ...{ memory, manifest: checkpoint.manifest, vision, encode, prefix, windowUnits, unitMs, isHeld },
      unitTokens: largest.tokens.length,
      onSeen: ({ unit, x, startedAtMs }: EncodedUnit, evictedUnits) => {
        const finishedAtMs = this.sink.now();
        const times = { startedAtMs, finishedAtMs };
        this.sink.report({ type: "seen", unit, still: x === null, scene: null, ...times, evictedUnits });
      },
    });
  }

  private makeText(): TextCache {
    const { checkpoint, memory } = this.model;
    const { textWindowTokens: windowTokens, thoughtTokens, answerTokens } = this.options;
    const { question_tokens: questionTokens } = checkpoint.manifest.thinking;
    return new TextCache({
      memory,
      shape: stackShape(checkpoint.manifest).kv,
      sinkTokens: this.turns.head.length,
      windowTokens,
      groupTokens: this.turns.groupTokens({ thoughtTokens, answerTokens, questionTokens }),
    });
  }

  private makeNarrator(context: ThinkerContext): PromptedNarrator {
    const { codec, choice } = this.model;
    const { turns, options, visual, sink } = this;
    const { thoughtTokens, textWindowTokens: memoryTokens, skipLate } = options;
    const sampler = new Sampler(options.temperature, options.seed);
    const isStill = (unit: number) => visual.isStill(unit);
    const narrating = { codec, turns, choice, sampler, thoughtTokens, memoryTokens, isStill, skipLate };
    const reports = new ToldThoughtReports(() => context.evicted, sink);
    return new PromptedNarrator(context, { ...narrating, drafter: null }, reports);
  }
}

/** Texts of special tokens that a chat template may name. */
function specialTexts(config: object): Record<string, string> {
  const texts = Object.entries(config).flatMap(([name, token]): [string, string][] => {
    if (!name.endsWith("_token")) return [];
    if (typeof token === "string") return [[name, token]];
    const { content } = (token ?? {}) as { content?: unknown };
    return typeof content === "string" ? [[name, content]] : [];
  });
  return Object.fromEntries(texts);
}
