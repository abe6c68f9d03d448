import type { BackendStreamOptions } from "./backend.ts";
import { EngineError } from "./errors.ts";
import type { ModelInfo } from "./model-info.ts";
import type { Paradigm, StreamOptions } from "./types.ts";

export type ResolvedStreamOptions = Omit<BackendStreamOptions, "held"> & {
  readonly paradigm: Paradigm;
  readonly maxInflightFrames: number;
};

const PARADIGMS = ["streamed", "interleaved", "batch"] as const satisfies readonly Paradigm[];

/** Default. docs/benchmarks/still.md has what it saves and what it costs in accuracy. */
const STILL_LEVELS = 6;

/** Longest window (units or tokens) when windows may be longer than the model was trained for. */
const UNTRAINED_WINDOW = 4096;

function oneOf<T extends string>(param: keyof StreamOptions, value: T, names: readonly T[]): T {
  if (names.includes(value)) return value;
  const list = names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  const message = `The option ${param} is ${value}. It must be ${list}.`;
  throw new EngineError("option_out_of_range", message, { param });
}

function positionScheme(value: string | undefined, schemes: readonly string[]): string | null {
  if (value === undefined) return schemes[0] ?? null;
  if (schemes.length > 0) return oneOf("positions", value, schemes);
  const message = "The option positions cannot be set: this model has no position schemes. Leave it out.";
  throw new EngineError("option_out_of_range", message, { param: "positions" });
}

/** Longest instructions (characters). They are in every prompt. */
const MAX_INSTRUCTIONS = 4000;

function instructions(value: string | null = null, { id, can }: ModelInfo): string | null {
  if (value === null || value.trim() === "") return null;
  const wrong = !can.instructions
    ? `The model ${id} takes no instructions. Leave them out.`
    : value.length > MAX_INSTRUCTIONS
      ? `The instructions have ${value.length} characters. They may have at most ${MAX_INSTRUCTIONS}.`
      : null;
  if (wrong !== null) throw new EngineError("option_out_of_range", wrong, { param: "instructions" });
  return value.trim();
}

function stillLevels(value: number | null = STILL_LEVELS): number | null {
  if (value === null || (value >= 0 && value <= 255)) return value;
  const message = `The option stillLevels is ${value}. It must be from 0 to 255, or null to encode every unit.`;
  throw new EngineError("option_out_of_range", message, { param: "stillLevels" });
}

/**
 * Checks the options of a stream and fills in the defaults of the model.
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
    const message = `The option ${param} is ${value}. It must be a whole number from ${least} to ${most}.`;
    throw new EngineError("option_out_of_range", message, { param });
  };
  const temperature = options.temperature ?? 0;
  if (!(temperature >= 0 && temperature <= 2)) {
    const message = `The option temperature is ${temperature}. It must be from 0 to 2.`;
    throw new EngineError("option_out_of_range", message, { param: "temperature" });
  }
  const budget = (param: "thoughtTokens" | "answerTokens") =>
    whole(param, options[param] ?? limits[param], limits[param]);
  const window = (param: "visualWindowUnits" | "textWindowTokens") =>
    whole(param, options[param] ?? limits[param], untrainedWindows ? UNTRAINED_WINDOW : limits[param]);
  return {
    paradigm: oneOf("paradigm", options.paradigm ?? "streamed", PARADIGMS),
    positions: positionScheme(options.positions, model.positionSchemes),
    visualWindowUnits: window("visualWindowUnits"),
    textWindowTokens: window("textWindowTokens"),
    thoughtTokens: budget("thoughtTokens"),
    answerTokens: budget("answerTokens"),
    stillLevels: stillLevels(options.stillLevels),
    sceneMonitor: model.can.watchScene && (options.sceneMonitor ?? true),
    instructions: instructions(options.instructions, model),
    recap: options.recap ?? null,
    skipLate:
      model.can.skipLate && (options.paradigm ?? "streamed") === "streamed" && (options.skipLate ?? true),
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

/** The part of the options that a backend must know. */
export function toBackendOptions(options: ResolvedStreamOptions): BackendStreamOptions {
  const { paradigm, maxInflightFrames: _, ...rest } = options;
  return { ...rest, held: paradigm === "batch" };
}
