import type { Bundle } from "../models/mod.ts";
import { EngineError } from "./errors.ts";
import type { ModelInfo, StreamOptions } from "./types.ts";

export type ResolvedStreamOptions = Required<StreamOptions>;

/** Stream options with the model's defaults. @throws {EngineError} `option_out_of_range` */
export function resolveStreamOptions(options: StreamOptions, model: ModelInfo): ResolvedStreamOptions {
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
  const paradigm = options.paradigm ?? "streamed";
  if (!["streamed", "interleaved", "batch"].includes(paradigm)) {
    throw new EngineError(
      "option_out_of_range",
      `paradigm must be streamed, interleaved or batch, not ${paradigm}.`,
      { param: "paradigm" },
    );
  }
  const optional = (param: "visualWindowUnits" | "textWindowTokens" | "thoughtTokens" | "answerTokens") =>
    whole(param, options[param] ?? limits[param], limits[param]);
  return {
    paradigm,
    visualWindowUnits: optional("visualWindowUnits"),
    textWindowTokens: optional("textWindowTokens"),
    thoughtTokens: optional("thoughtTokens"),
    answerTokens: optional("answerTokens"),
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
    sinkUnits: cache.visual_sink_units,
    limits: {
      visualWindowUnits: cache.visual_window_units,
      textWindowTokens: cache.text_window_tokens,
      thoughtTokens: thinking.thought_tokens,
      answerTokens: thinking.answer_tokens,
      questionTokens: thinking.question_tokens,
    },
    exampleQuestions: manifest.example_questions,
  };
}
