import type { ModelInfo, StreamOptions } from "../engine/mod.ts";
import { ProtocolError, type SessionObject, type SessionSettings, toModelInfo } from "../protocol/mod.ts";
import type { StreamLimits } from "./limits.ts";

/** All settings of a stream that a client may change, under the names that they have in the protocol. */
export type StreamSettings = Pick<
  SessionObject,
  | "paradigm"
  | "fps"
  | "windows"
  | "budgets"
  | "temperature"
  | "seed"
  | "max_inflight"
  | "instructions"
  | "scene_monitor"
  | "stats_interval_ms"
>;

/** Settings that may change at any time. All others are fixed once the engine's stream is open. */
const ALWAYS_CHANGEABLE: ReadonlySet<string> = new Set(["stats_interval_ms"]);

/** The settings of one stream, and the rules for changing them. They begin with all that the model was trained for. */
export class LockableSettings {
  private settings: StreamSettings;
  private isLocked = false;

  constructor(
    private readonly model: ModelInfo,
    private readonly limits: StreamLimits,
  ) {
    this.settings = {
      paradigm: "streamed",
      fps: this.maxFps,
      windows: { visual_units: model.limits.visualWindowUnits, text_tokens: model.limits.textWindowTokens },
      budgets: { thought_tokens: model.limits.thoughtTokens, answer_tokens: model.limits.answerTokens },
      temperature: 0,
      seed: null,
      max_inflight: this.maxInflight,
      instructions: null,
      scene_monitor: model.can.watchScene,
      stats_interval_ms: 1000,
    };
  }

  get current(): StreamSettings {
    return this.settings;
  }

  /** The first frame or question has come, or a source has begun: only `stats_interval_ms` may change from now on. */
  lock(): void {
    this.isLocked = true;
  }

  /**
   * Changes settings, all or none. A value outside its range is refused, not clamped.
   *
   * @throws {ProtocolError} `out_of_range`, `parameter_locked` or `unsupported_parameter`, with `param`
   */
  update(change: SessionSettings): void {
    this.requireChangeable(change);
    this.requireInRange(change);
    const { settings } = this;
    this.settings = {
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
      instructions: change.instructions === undefined ? settings.instructions : change.instructions || null,
      scene_monitor: change.scene_monitor ?? settings.scene_monitor,
      stats_interval_ms: change.stats_interval_ms ?? settings.stats_interval_ms,
    };
  }

  /** The settings as options of the engine. */
  toStreamOptions(): StreamOptions {
    const { settings } = this;
    return {
      paradigm: settings.paradigm,
      visualWindowUnits: settings.windows.visual_units,
      textWindowTokens: settings.windows.text_tokens,
      thoughtTokens: settings.budgets.thought_tokens,
      answerTokens: settings.budgets.answer_tokens,
      temperature: settings.temperature,
      maxInflightFrames: settings.max_inflight,
      instructions: settings.instructions,
      sceneMonitor: settings.scene_monitor,
      ...(settings.seed === null ? {} : { seed: settings.seed }),
    };
  }

  /** The stream as `session.created` and `session.updated` show it. The protocol calls it a session. */
  toSessionObject(id: string): SessionObject {
    const { model, limits } = this;
    return {
      id,
      model: model.id,
      model_info: toModelInfo(model),
      limits: {
        max_fps: this.maxFps,
        max_frame_bytes: limits.maxFrameBytes,
        max_frame_pixels: limits.maxFramePixels,
        max_inflight: this.maxInflight,
        idle_timeout_ms: limits.idleTimeoutMs,
      },
      ...this.settings,
    };
  }

  /** What the server allows, but not more than the model was trained for (frames a second). */
  private get maxFps(): number {
    return Math.min(this.model.fps, this.limits.maxFps);
  }

  /** What the server allows, but not less than a whole unit (frames). */
  private get maxInflight(): number {
    return Math.max(this.model.framesPerUnit, this.limits.maxInflight);
  }

  private requireChangeable(change: SessionSettings): void {
    for (const [name, value] of Object.entries(change)) {
      if (value === undefined) continue;
      const param = `session.${name}`;
      const unsupported = this.unsupported(name, value);
      if (unsupported !== null) {
        const message = `The model ${this.model.id} ${unsupported}. Leave ${param} out.`;
        throw new ProtocolError("unsupported_parameter", message, { param });
      }
      if (this.isLocked && !ALWAYS_CHANGEABLE.has(name)) {
        const message = `The setting ${param} is fixed since the first frame or question. Open a new session to change it.`;
        throw new ProtocolError("parameter_locked", message, { param });
      }
    }
  }

  /** What the model does not do, as the rest of a sentence; null: it can have the setting. */
  private unsupported(name: string, value: unknown): string | null {
    const { can } = this.model;
    if (name === "instructions" && value && !can.instructions) return "takes no instructions";
    if (name === "scene_monitor" && value && !can.watchScene)
      return "was made for any scene, and does not tell unfamiliar ones";
    return null;
  }

  private requireInRange({ fps, windows, budgets, max_inflight }: SessionSettings): void {
    const { framesPerUnit, limits } = this.model;
    requireWithin("fps", fps, 0, this.maxFps);
    requireWithin("windows.visual_units", windows?.visual_units, 1, limits.visualWindowUnits);
    requireWithin("windows.text_tokens", windows?.text_tokens, 1, limits.textWindowTokens);
    requireWithin("budgets.thought_tokens", budgets?.thought_tokens, 1, limits.thoughtTokens);
    requireWithin("budgets.answer_tokens", budgets?.answer_tokens, 1, limits.answerTokens);
    requireWithin("max_inflight", max_inflight, framesPerUnit, this.maxInflight);
  }
}

function requireWithin(path: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (value >= least && value <= most)) return;
  throw new ProtocolError(
    "out_of_range",
    `The setting session.${path} is ${value}. It may be from ${least} to ${most}.`,
    { param: `session.${path}` },
  );
}
