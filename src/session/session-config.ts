import type { ModelInfo, StreamOptions } from "../engine/mod.ts";
import { ProtocolError, type SessionObject, type SessionSettings, toModelInfo } from "../protocol/mod.ts";

/** What the server takes of one session; the server's configuration decides it. */
export interface IntakeLimits {
  /** Frames a second that are looked at; the model's own rate is another bound. */
  readonly maxFps: number;
  readonly maxFrameBytes: number;
  readonly maxFramePixels: number;
  /** Frames that may wait for vision. */
  readonly maxInflight: number;
  readonly idleTimeoutMs: number;
}

/** The settings of a session that a client may change, complete. */
export type SessionConfig = Pick<
  SessionObject,
  | "paradigm"
  | "fps"
  | "windows"
  | "budgets"
  | "temperature"
  | "seed"
  | "max_inflight"
  | "scene_monitor"
  | "stats_interval_ms"
>;

/** What may change at any time; everything else is fixed once the engine's stream is open. */
const ALWAYS_OPEN: ReadonlySet<string> = new Set(["stats_interval_ms"]);

/** What holds until the client says otherwise: all that the model was trained for. */
export function defaultConfig(model: ModelInfo, limits: IntakeLimits): SessionConfig {
  return {
    paradigm: "streamed",
    fps: maxFps(model, limits),
    windows: { visual_units: model.limits.visualWindowUnits, text_tokens: model.limits.textWindowTokens },
    budgets: { thought_tokens: model.limits.thoughtTokens, answer_tokens: model.limits.answerTokens },
    temperature: 0,
    seed: null,
    max_inflight: maxInflight(model, limits),
    scene_monitor: true,
    stats_interval_ms: 1000,
  };
}

/**
 * The settings after an update. Nothing is clamped: what is outside the range is refused, and names it.
 *
 * @param locked whether the first frame or question has come
 * @throws {ProtocolError} `out_of_range`, `parameter_locked` or `unsupported_parameter`, with `param`
 */
export function updatedConfig(
  config: SessionConfig,
  change: SessionSettings,
  model: ModelInfo,
  limits: IntakeLimits,
  locked: boolean,
): SessionConfig {
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) continue;
    if (name === "instructions") {
      throw new ProtocolError("unsupported_parameter", `the model ${model.id} takes no instructions`, {
        param: "session.instructions",
      });
    }
    if (locked && !ALWAYS_OPEN.has(name)) {
      throw new ProtocolError(
        "parameter_locked",
        `session.${name} is fixed since the first frame or question: open a new session to change it`,
        { param: `session.${name}` },
      );
    }
  }
  const { visualWindowUnits, textWindowTokens, thoughtTokens, answerTokens } = model.limits;
  requireWithin("fps", change.fps, 0, maxFps(model, limits));
  requireWithin("windows.visual_units", change.windows?.visual_units, 1, visualWindowUnits);
  requireWithin("windows.text_tokens", change.windows?.text_tokens, 1, textWindowTokens);
  requireWithin("budgets.thought_tokens", change.budgets?.thought_tokens, 1, thoughtTokens);
  requireWithin("budgets.answer_tokens", change.budgets?.answer_tokens, 1, answerTokens);
  requireWithin("max_inflight", change.max_inflight, model.framesPerUnit, maxInflight(model, limits));
  return {
    paradigm: change.paradigm ?? config.paradigm,
    fps: change.fps ?? config.fps,
    windows: {
      visual_units: change.windows?.visual_units ?? config.windows.visual_units,
      text_tokens: change.windows?.text_tokens ?? config.windows.text_tokens,
    },
    budgets: {
      thought_tokens: change.budgets?.thought_tokens ?? config.budgets.thought_tokens,
      answer_tokens: change.budgets?.answer_tokens ?? config.budgets.answer_tokens,
    },
    temperature: change.temperature ?? config.temperature,
    seed: change.seed ?? config.seed,
    max_inflight: change.max_inflight ?? config.max_inflight,
    scene_monitor: change.scene_monitor ?? config.scene_monitor,
    stats_interval_ms: change.stats_interval_ms ?? config.stats_interval_ms,
  };
}

/** The same as options of the engine. */
export function toStreamOptions(config: SessionConfig): StreamOptions {
  return {
    paradigm: config.paradigm,
    visualWindowUnits: config.windows.visual_units,
    textWindowTokens: config.windows.text_tokens,
    thoughtTokens: config.budgets.thought_tokens,
    answerTokens: config.budgets.answer_tokens,
    temperature: config.temperature,
    maxInflightFrames: config.max_inflight,
    sceneMonitor: config.scene_monitor,
    ...(config.seed === null ? {} : { seed: config.seed }),
  };
}

/** The session as `session.created` and `session.updated` show it. */
export function toSessionObject(
  id: string,
  config: SessionConfig,
  model: ModelInfo,
  limits: IntakeLimits,
): SessionObject {
  return {
    id,
    model: model.id,
    model_info: toModelInfo(model),
    limits: {
      max_fps: maxFps(model, limits),
      max_frame_bytes: limits.maxFrameBytes,
      max_frame_pixels: limits.maxFramePixels,
      max_inflight: maxInflight(model, limits),
      idle_timeout_ms: limits.idleTimeoutMs,
    },
    ...config,
  };
}

/** Frames a second: what the server allows, and no more than the model was trained for. */
function maxFps(model: ModelInfo, limits: IntakeLimits): number {
  return Math.min(model.fps, limits.maxFps);
}

/** A whole unit must fit in, however small the server's limit is. */
function maxInflight(model: ModelInfo, limits: IntakeLimits): number {
  return Math.max(model.framesPerUnit, limits.maxInflight);
}

function requireWithin(path: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (value >= least && value <= most)) return;
  throw new ProtocolError("out_of_range", `session.${path} is ${value}: it may be from ${least} to ${most}`, {
    param: `session.${path}`,
  });
}
