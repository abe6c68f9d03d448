import type { ModelInfo, StreamOptions } from "../engine/mod.ts";
import { ProtocolError, type SessionObject, type SessionSettings, toModelInfo } from "../protocol/mod.ts";
import type { StreamLimits } from "./limits.ts";

/** The settings of a stream that a client may change, complete, under the names that they have in the protocol. */
export type StreamSettings = Pick<
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
export function defaultSettings(model: ModelInfo, limits: StreamLimits): StreamSettings {
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
export function updatedSettings(
  settings: StreamSettings,
  change: SessionSettings,
  model: ModelInfo,
  limits: StreamLimits,
  locked: boolean,
): StreamSettings {
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) continue;
    if (name === "instructions") {
      throw new ProtocolError("unsupported_parameter", `The model ${model.id} takes no instructions.`, {
        param: "session.instructions",
      });
    }
    if (locked && !ALWAYS_OPEN.has(name)) {
      throw new ProtocolError(
        "parameter_locked",
        `The setting session.${name} is fixed since the first frame or question. Open a new session to change it.`,
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
    paradigm: change.paradigm ?? settings.paradigm,
    fps: change.fps ?? settings.fps,
    windows: {
      visual_units: change.windows?.visual_units ?? settings.windows.visual_units,
      text_tokens: change.windows?.text_tokens ?? settings.windows.text_tokens,
    },
    budgets: {
      thought_tokens: change.budgets?.thought_tokens ?? settings.budgets.thought_tokens,
      answer_tokens: change.budgets?.answer_tokens ?? settings.budgets.answer_tokens,
    },
    temperature: change.temperature ?? settings.temperature,
    seed: change.seed ?? settings.seed,
    max_inflight: change.max_inflight ?? settings.max_inflight,
    scene_monitor: change.scene_monitor ?? settings.scene_monitor,
    stats_interval_ms: change.stats_interval_ms ?? settings.stats_interval_ms,
  };
}

/** The same as options of the engine. */
export function toStreamOptions(settings: StreamSettings): StreamOptions {
  return {
    paradigm: settings.paradigm,
    visualWindowUnits: settings.windows.visual_units,
    textWindowTokens: settings.windows.text_tokens,
    thoughtTokens: settings.budgets.thought_tokens,
    answerTokens: settings.budgets.answer_tokens,
    temperature: settings.temperature,
    maxInflightFrames: settings.max_inflight,
    sceneMonitor: settings.scene_monitor,
    ...(settings.seed === null ? {} : { seed: settings.seed }),
  };
}

/** The stream as `session.created` and `session.updated` show it: the protocol calls it a session. */
export function toSessionObject(
  id: string,
  settings: StreamSettings,
  model: ModelInfo,
  limits: StreamLimits,
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
    ...settings,
  };
}

/** Frames a second: what the server allows, and no more than the model was trained for. */
function maxFps(model: ModelInfo, limits: StreamLimits): number {
  return Math.min(model.fps, limits.maxFps);
}

/** A whole unit must fit in, however small the server's limit is. */
function maxInflight(model: ModelInfo, limits: StreamLimits): number {
  return Math.max(model.framesPerUnit, limits.maxInflight);
}

function requireWithin(path: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (value >= least && value <= most)) return;
  throw new ProtocolError(
    "out_of_range",
    `The setting session.${path} is ${value}. It may be from ${least} to ${most}.`,
    { param: `session.${path}` },
  );
}
