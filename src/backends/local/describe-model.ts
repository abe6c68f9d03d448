import { POSITION_SCHEMES } from "../../cache/mod.ts";
import type { ModelInfo } from "../../engine/mod.ts";
import type { Bundle } from "../../models/mod.ts";

/** What the engine must know about a bundle's model when the local backend runs it. */
export function describeModel({ manifest, tokenizer }: Bundle): ModelInfo {
  const { vision, cache, thinking } = manifest;
  return {
    id: manifest.id,
    description: manifest.description,
    width: vision.width,
    height: vision.height,
    fps: vision.fps,
    framesPerUnit: vision.frames_per_unit,
    input: { size: "fixed", format: "rgb" },
    can: { skip: true, instructions: false, fork: true, parallel: true, skipLate: false, watchScene: true },
    tokensPerFrame: vision.tokens_per_unit / vision.frames_per_unit,
    chosenBecause: null,
    positionSchemes: [cache.positions, ...POSITION_SCHEMES.filter((scheme) => scheme !== cache.positions)],
    sinkUnits: cache.visual_sink_units,
    limits: {
      visualWindowUnits: cache.visual_window_units,
      textWindowTokens: cache.text_window_tokens,
      thoughtTokens: thinking.thought_tokens,
      answerTokens: thinking.answer_tokens,
      questionTokens: thinking.question_tokens,
    },
    cannotAnswer: manifest.cannot_answer ?? null,
    exampleQuestions: manifest.example_questions,
    language: { words: wordsOf(tokenizer.model), synonyms: manifest.synonyms },
  };
}

/** The words of a tokenizer that has a token for each; its other tokens are left out. */
function wordsOf(model: unknown): string[] {
  const { model: { vocab = {} } = {} } = model as { model?: { vocab?: Readonly<Record<string, unknown>> } };
  return Object.keys(vocab).filter((token) => /^\p{Ll}+$/u.test(token));
}
