import { POSITION_SCHEMES } from "../cache/mod.ts";
import type { Bundle } from "../models/mod.ts";
import { EngineError } from "./errors.ts";
import type { ModelInfo, Paradigm, StreamOptions } from "./types.ts";

export type ResolvedStreamOptions = Required<StreamOptions>;

const PARADIGMS = ["streamed", "interleaved", "batch"] as const satisfies readonly Paradigm[];

/** What it saves, and what becomes of accuracy: docs/benchmarks (still). */
const STILL_LEVELS = 6;

/** Longest window where those beyond training are allowed, in units or tokens. */
const UNTRAINED_WINDOW = 4096;

function oneOf<T extends string>(param: keyof StreamOptions, value: T, names: readonly T[]): T {
  if (names.includes(value)) return value;
  const message = `${param} must be ${names.slice(0, -1).join(", ")} or ${names.at(-1)}, not ${value}.`;
  throw new EngineError("option_out_of_range", message, { param });
}

function stillLevels(value: number | null = STILL_LEVELS): number | null {
  if (value === null || (value >= 0 && value <= 255)) return value;
  const message = `stillLevels must be from 0 to 255, or null to encode every unit, not ${value}.`;
  throw new EngineError("option_out_of_range", message, { param: "stillLevels" });
}

/**
 * Stream options with the model's defaults.
 *
 * @param untrainedWindows whether windows may be longer than the model was trained for
 * @throws {EngineError} `option_out_of_range`
 */
export function resolveStreamOptions(
  options: StreamOptions,
  model: ModelInfo,
  untrainedWindows = false,
): ResolvedStreamOptions {
  const { limits } = model;
  const whole = (param: keyof StreamOptions, value: number, most: number, least = 1): number => {
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new EngineError(
      "option_out_of_range",
      `${param} must be a whole number from ${least} to ${most}, not ${value}.`,
      { param },
    );
  };
  const temperature = options.temperature ?? 0;
  if (!(temperature >= 0 && temperature <= 2)) {
    throw new EngineError("option_out_of_range", `temperature must be from 0 to 2, not ${temperature}.`, {
      param: "temperature",
    });
  }
  const optional = (param: "thoughtTokens" | "answerTokens") =>
    whole(param, options[param] ?? limits[param], limits[param]);
  const window = (param: "visualWindowUnits" | "textWindowTokens") =>
    whole(param, options[param] ?? limits[param], untrainedWindows ? UNTRAINED_WINDOW : limits[param]);
  return {
    paradigm: oneOf("paradigm", options.paradigm ?? "streamed", PARADIGMS),
    positions: oneOf("positions", options.positions ?? model.positions, POSITION_SCHEMES),
    visualWindowUnits: window("visualWindowUnits"),
    textWindowTokens: window("textWindowTokens"),
    thoughtTokens: optional("thoughtTokens"),
    answerTokens: optional("answerTokens"),
    stillLevels: stillLevels(options.stillLevels),
    sceneMonitor: options.sceneMonitor ?? true,
    temperature,
    seed: whole("seed", options.seed ?? 0, 2 ** 32 - 1, 0),
    maxInflightFrames: whole(
      "maxInflightFrames",
      options.maxInflightFrames ?? 2 * model.framesPerUnit,
      1000,
      model.framesPerUnit,
    ),
  };
}

/** What a client must know about a model. */
export function describeModel({ manifest }: Bundle): ModelInfo {
  const { vision, cache, thinking } = manifest;
  return {
    id: manifest.id,
    description: manifest.description,
    width: vision.width,
    height: vision.height,
    fps: vision.fps,
    framesPerUnit: vision.frames_per_unit,
    positions: cache.positions,
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
  };
}
