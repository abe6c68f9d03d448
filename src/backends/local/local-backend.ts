import { join } from "node:path";
import {
  type Backend,
  type BackendReport,
  type BackendStreamOptions,
  EngineError,
  type ModelInfo,
} from "../../engine/mod.ts";
import {
  type Bundle,
  type Checkpoint,
  type CheckpointSettings,
  isCheckpoint,
  loadModel,
  type Model,
  ModelError,
  requireCacheSizes,
  withSettings,
} from "../../models/mod.ts";
import { collectGarbage } from "../../worker/mod.ts";
import { CheckpointModel } from "./checkpoint-model.ts";
import { type LocalWishes, planCheckpoint } from "./checkpoint-plan.ts";
import { type LocalModel, TaughtLocalModel } from "./local-model.ts";
import { LocalStream } from "./local-stream.ts";
import type { LocalPort } from "./port.ts";
import { tryOut } from "./trial.ts";
import { WorkerPair } from "./worker-pair.ts";

/** How long no stream must be open before garbage is collected (ms). Then it delays nobody. */
const IDLE_MS = 600;

export interface LocalBackendOptions {
  /** Folder of the model bundle. */
  readonly model: string;
  /** Inference threads of each of the two workers; default 1, so that the two fill two cores. */
  readonly threads?: number;
  /** Most words that a drafter guesses for each decode step; default 2, 0: no drafter. The output does not change. */
  readonly draftWords?: number;
  /** How a published checkpoint looks; default: as often and as large as it keeps up with, as measured at the start. */
  readonly wishes?: LocalWishes;
  /**
   * How a published checkpoint runs, where not as its bundle.json says. Keys and values of `int8` take about a quarter of
   * the memory, and lose precision.
   */
  readonly settings?: CheckpointSettings;
}

/** Runs a bundle on this machine. The main thread only passes messages; inference runs in the workers. */
export class LocalBackend implements Backend {
  readonly died: Promise<Error>;
  private described!: LocalModel;
  private readonly streams = new Map<string, LocalStream>();
  private port!: LocalPort;
  private tellDeath!: (error: Error) => void;
  private idle: NodeJS.Timeout | undefined;

  private constructor() {
    this.died = new Promise((resolve) => {
      this.tellDeath = resolve;
    });
  }

  get model(): ModelInfo {
    return this.described.info;
  }

  /** @throws {ModelError} when the model cannot be used; {EngineError} `option_out_of_range` for wishes that it cannot have */
  static async start(options: LocalBackendOptions): Promise<LocalBackend> {
    const { threads = 1, draftWords = 2 } = options;
    const model = settled(await loadModel(options.model), options.settings);
    const taught = isCheckpoint(model) ? null : describeTaught(model, options.wishes);
    const backend = new LocalBackend();
    const pair = await WorkerPair.start(
      { model, threads, draftWords },
      {
        onReport: (stream, report) => backend.streams.get(stream)?.receive(report),
        onClosed: (stream) => backend.forget(stream),
        onDeath: (error) => backend.die(error),
      },
    );
    backend.port = pair;
    backend.described = taught ?? describeCheckpoint(model as Checkpoint, pair, options.wishes);
    try {
      await tryOut(backend, join(model.dir, "bundle.json"));
    } catch (error) {
      await backend.close();
      throw error;
    }
    return backend;
  }

  open(id: string, options: BackendStreamOptions, report: (report: BackendReport) => void): LocalStream {
    clearTimeout(this.idle);
    const { described: model, port } = this;
    const stream = new LocalStream(id, { model, port, report });
    this.streams.set(id, stream);
    this.port.send({ type: "open", stream: id, options, looks: model.looks });
    return stream;
  }

  async close(): Promise<void> {
    for (const id of [...this.streams.keys()]) this.forget(id);
    clearTimeout(this.idle);
    await this.port.stop();
  }

  private forget(id: string): void {
    this.streams.get(id)?.released();
    this.streams.delete(id);
    if (this.streams.size === 0) this.collectWhenIdle();
  }

  /** An idle thread allocates nothing, so it would hold the pictures and buffers of the streams that have gone. */
  private collectWhenIdle(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(collectGarbage, IDLE_MS).unref();
  }

  /** Dead workers confirm no closing, so every stream counts as closed. */
  private die(error: Error): void {
    for (const id of [...this.streams.keys()]) this.forget(id);
    this.tellDeath(error);
  }
}

/** Checked before any worker is started. */
function describeTaught(bundle: Bundle, wishes: LocalWishes = {}): LocalModel {
  if (Object.values(wishes).some((wish) => wish !== undefined)) {
    const { id, vision } = bundle.manifest;
    const message = `${id} looks at ${vision.fps} frames a second of ${vision.width}×${vision.height} px, as it was trained. Its frame rate, picture size and window cannot be chosen. Leave --frame-rate, --picture-size and --window out, or choose a published checkpoint with --model.`;
    throw new EngineError("option_out_of_range", message, { param: "wishes" });
  }
  requireCacheSizes(bundle);
  return new TaughtLocalModel(bundle);
}

function describeCheckpoint(checkpoint: Checkpoint, pair: WorkerPair, wishes?: LocalWishes): LocalModel {
  const { towers, step } = pair.measured;
  return new CheckpointModel(checkpoint, planCheckpoint(checkpoint.manifest, towers, step!, wishes));
}

/** @throws {ModelError} `bundle_unusable` when the model cannot have such settings */
function settled(model: Model, settings: CheckpointSettings = {}): Model {
  const { kv = "f32", everyUnit = false } = settings;
  const { id } = model.manifest;
  if (!isCheckpoint(model)) {
    if (kv !== "f32")
      throw unusable(
        `${id} keeps its keys and values as 32-bit numbers. Keys and values of 8 bits are for published checkpoints. Leave --kv out.`,
      );
    if (everyUnit)
      throw unusable(`${id} was trained to say nothing where nothing is new. Leave --every-unit out.`);
    return model;
  }
  if (everyUnit && model.manifest.thinking.policy !== "prompted")
    throw unusable(`${id} was trained to decide by itself when it speaks. Leave --every-unit out.`);
  return withSettings(model, settings);
}

function unusable(message: string): ModelError {
  return new ModelError("bundle_unusable", message);
}
