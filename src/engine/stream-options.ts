import type { BackendStreamOptions } from "./backend.ts";
import { EngineError } from "./errors.ts";
import type { ModelInfo } from "./model-info.ts";
import type { Paradigm, StreamOptions } from "./types.ts";

export type ResolvedStreamOptions = Omit<BackendStreamOptions, "held"> & {
  readonly paradigm: Paradigm;
  readonly maxInflightFrames: number;
};

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

function positionScheme(value: string | undefined, schemes: readonly string[]): string | null {
  if (value === undefined) return schemes[0] ?? null;
  if (schemes.length > 0) return oneOf("positions", value, schemes);
  const message = "positions cannot be chosen: this model numbers what it sees by itself.";
  throw new EngineError("option_out_of_range", message, { param: "positions" });
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
    positions: positionScheme(options.positions, model.positionSchemes),
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

/** What of them a backend must know. */
export function toBackendOptions(options: ResolvedStreamOptions): BackendStreamOptions {
  const { paradigm, maxInflightFrames: _, ...rest } = options;
  return { ...rest, held: paradigm === "batch" };
}
