import { join } from "node:path";
import {
  type Backend,
  type BackendFigures,
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
import { IdleGarbage } from "../../worker/mod.ts";
import { AskedFigures } from "./asked-figures.ts";
import { CheckpointModel } from "./checkpoint-model.ts";
import { type LocalWishes, planCheckpoint } from "./checkpoint-plan.ts";
import { type LocalModel, TaughtLocalModel } from "./local-model.ts";
import { LocalStream } from "./local-stream.ts";
import type { LocalPort, Measured, StartPort, WorkerFigures } from "./port.ts";
import { InferenceProcess } from "./process/inference-process.ts";
import { tryOut } from "./trial.ts";
import { WorkerPair } from "./worker-pair.ts";

/**
 * Where the two workers run. `threads`: in this process. When one hangs, nothing gets rid of it but the end of this
 * process. `process`: in a process of their own, which is killed when one of them hangs; it takes some 60 MiB.
 */
export type Isolation = "threads" | "process";

/** How long a worker may not answer (ms). */
const HANG_MS = 60_000;

/**
 * How a published checkpoint runs: keys and values of `int8` take about a quarter of the memory, and lose precision. And
 * how the bundled model does.
 */
export interface LocalSettings extends CheckpointSettings {
  /**
   * Only the parts of a picture are encoded that changed by more than this many levels (0..255), or by more than the
   * noise. Default: all of it. docs/benchmarks says what it saves and costs.
   */
  readonly changedLevels?: number | undefined;
}

export interface LocalBackendOptions {
  /** Folder of the model bundle. */
  readonly model: string;
  /** Inference threads of each of the two workers; default 1, so that the two fill two cores. */
  readonly threads?: number;
  /** Most words that a drafter guesses for each decode step; default 2, 0: no drafter. The output does not change. */
  readonly draftWords?: number;
  /** How a published checkpoint looks; default: as often and as large as it keeps up with, as measured at the start. */
  readonly wishes?: LocalWishes;
  /** How a model runs, where not as its bundle.json says. */
  readonly settings?: LocalSettings;
  /** Where the two workers run; default `threads`. `thinkalong serve` takes `process`. */
  readonly isolation?: Isolation;
  /**
   * With `isolation: "process"`: how long a worker may not answer before its process is replaced (ms); default 60,000. It
   * answers between two steps. Where 20 times its slowest step is longer, it has that time. In its start it has 5 times
   * as long.
   */
  readonly hangMs?: number;
}

/** Runs a bundle on this machine. The main thread only passes messages; inference runs at the other end of a port. */
export class LocalBackend implements Backend {
  readonly died: Promise<Error>;
  private described!: LocalModel;
  private readonly streams = new Map<string, LocalStream>();
  private port!: LocalPort;
  private tellDeath!: (error: Error) => void;
  private readonly garbage = new IdleGarbage();
  private readonly asked = new AskedFigures<WorkerFigures>(() => this.port.send({ type: "figures" }));

  private constructor() {
    this.died = new Promise((resolve) => {
      this.tellDeath = resolve;
    });
  }

  get model(): ModelInfo {
    return this.described.info;
  }

  /**
   * @param startPort starts what runs the model; default: as `isolation` says
   * @throws {ModelError} when the model cannot be used
   * @throws {EngineError} `option_out_of_range` for wishes that it cannot have; `worker_failed` when the process that
   *   runs it cannot be started
   */
  static async start(
    options: LocalBackendOptions,
    startPort: StartPort = portFor(options),
  ): Promise<LocalBackend> {
    const { threads = 1, draftWords = 2 } = options;
    const model = settled(await loadModel(options.model), options.settings);
    const taught = isCheckpoint(model) ? null : describeTaught(model, options.wishes);
    const backend = new LocalBackend();
    const port = await startPort(
      { model, threads, draftWords },
      {
        onReport: (stream, report) => backend.streams.get(stream)?.receive(report),
        onClosed: (stream) => backend.forget(stream),
        onFigures: (figures) => backend.asked.take(figures),
        onDeath: (error) => backend.die(error),
      },
    );
    backend.port = port;
    try {
      backend.described = taught ?? describeCheckpoint(model as Checkpoint, port.measured, options.wishes);
      await tryOut(backend, join(model.dir, "bundle.json"));
    } catch (error) {
      await backend.close();
      throw error;
    }
    return backend;
  }

  open(id: string, options: BackendStreamOptions, report: (report: BackendReport) => void): LocalStream {
    this.garbage.busy();
    const { described: model, port } = this;
    const stream = new LocalStream(id, { model, port, report });
    this.streams.set(id, stream);
    this.port.send({ type: "open", stream: id, options, looks: model.looks });
    return stream;
  }

  async figures(): Promise<BackendFigures | null> {
    const counted = await this.asked.get();
    return counted && describeFigures(counted);
  }

  async close(): Promise<void> {
    for (const id of [...this.streams.keys()]) this.forget(id);
    this.garbage.busy();
    await this.port.stop();
  }

  private forget(id: string): void {
    this.streams.get(id)?.released();
    this.streams.delete(id);
    // Or the pictures and buffers of the streams that have gone would be held.
    if (this.streams.size === 0) this.garbage.idle();
  }

  /** Dead workers confirm no closing, so every stream counts as closed. */
  private die(error: Error): void {
    for (const id of [...this.streams.keys()]) this.forget(id);
    this.tellDeath(error);
  }
}

function describeFigures({ vision, reasoner, process }: WorkerFigures): BackendFigures {
  const { steps: count, tokens, drafted, accepted } = reasoner;
  return {
    vision: { units: vision.units, busyMs: vision.busyMs },
    steps: { count, tokens, busyMs: reasoner.busyMs },
    waiting: { units: vision.waiting, thinkers: reasoner.waiting },
    cacheBytes: {
      visual: vision.cacheBytes + reasoner.cacheBytes.visual,
      text: reasoner.cacheBytes.text,
    },
    drafts: { drafted, accepted },
    process,
    remote: null,
  };
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

function portFor({ isolation = "threads", hangMs = HANG_MS }: LocalBackendOptions): StartPort {
  if (isolation === "threads") return (setup, listener) => WorkerPair.start(setup, listener);
  return (setup, listener) => InferenceProcess.start({ ...setup, hangMs }, listener);
}

function describeCheckpoint(
  checkpoint: Checkpoint,
  { towers, step }: Measured,
  wishes?: LocalWishes,
): LocalModel {
  return new CheckpointModel(checkpoint, planCheckpoint(checkpoint.manifest, towers, step!, wishes));
}

/** @throws {ModelError} `bundle_unusable` when the model cannot have such settings */
function settled(model: Model, settings: LocalSettings = {}): Model {
  const { kv = "f32", everyUnit = false, changedLevels } = settings;
  const { id } = model.manifest;
  if (!isCheckpoint(model)) {
    if (kv !== "f32")
      throw unusable(
        `${id} keeps its keys and values as 32-bit numbers. Keys and values of 8 bits are for published checkpoints. Leave --kv out.`,
      );
    if (everyUnit)
      throw unusable(`${id} was trained to say nothing where nothing is new. Leave --every-unit out.`);
    if (changedLevels === undefined) return model;
    if (typeof model.paths.eyes === "string")
      throw unusable(
        `${id} encodes whole pictures: its eyes are one graph. Leave --changed-parts out, or export the bundle again.`,
      );
    return { ...model, changedLevels };
  }
  if (changedLevels !== undefined)
    throw unusable(`${id} looks at whole pictures. Leave --changed-parts out.`);
  if (everyUnit && model.manifest.thinking.policy !== "prompted")
    throw unusable(`${id} was trained to decide by itself when it speaks. Leave --every-unit out.`);
  return withSettings(model, settings);
}

function unusable(message: string): ModelError {
  return new ModelError("bundle_unusable", message);
}
