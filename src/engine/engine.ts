import { type Bundle, loadBundle, TextCodec } from "../models/mod.ts";
import { EngineError } from "./errors.ts";
import { Stream } from "./stream.ts";
import { describeModel, resolveStreamOptions } from "./stream-options.ts";
import type { Engine, EngineStream, ModelInfo, StreamOptions } from "./types.ts";
import { WorkerPair } from "./worker-pair.ts";

export interface EngineOptions {
  /** Folder of the model's bundle. */
  readonly model: string;
  /** Threads of each worker's inference; default 1, so that two workers fill two cores. */
  readonly threads?: number;
  /** Most words that are drafted and verified in one step; default 2, 0: none. What is said does not change. */
  readonly draftWords?: number;
  /** Lets streams ask for windows longer than the model was trained for, to see what they cost; default false. */
  readonly untrainedWindows?: boolean;
  /** Most streams at a time; default 64. */
  readonly maxStreams?: number;
  /** Is told when a worker has died; its streams have failed, and the workers are being started anew. */
  readonly onWorkerDeath?: (error: EngineError) => void;
  /** Is told when the engine can no longer be used: a worker died again soon, or could not be started anew. */
  readonly onFailure?: (error: EngineError) => void;
  /** A worker that dies sooner than this after its start would only die again (ms); default 10,000. */
  readonly minUptimeMs?: number;
}

/** Vision and reasoning in a worker each. The main thread only passes messages; it never runs inference. */
class TwoWorkerEngine implements Engine {
  readonly model: ModelInfo;
  private readonly codec: TextCodec;
  private readonly streams = new Map<string, Stream>();
  private workers!: WorkerPair;
  private state: "open" | "restarting" | "failed" | "closed" = "open";
  private restart: Promise<void> = Promise.resolve();
  private closing: Promise<void> | null = null;
  private opened = 0;

  private constructor(
    private readonly bundle: Bundle,
    private readonly options: EngineOptions,
  ) {
    this.model = describeModel(bundle);
    this.codec = new TextCodec(bundle);
  }

  static async start(options: EngineOptions): Promise<TwoWorkerEngine> {
    const engine = new TwoWorkerEngine(await loadBundle(options.model), options);
    engine.workers = await engine.startWorkers();
    return engine;
  }

  openStream(options: StreamOptions = {}): EngineStream {
    this.requireOpen();
    const most = this.options.maxStreams ?? 64;
    if (this.streams.size >= most) {
      throw new EngineError("too_many_streams", `${most} streams are open; close one first.`);
    }
    const resolved = resolveStreamOptions(options, this.model, this.options.untrainedWindows);
    const id = `stream-${this.opened++}`;
    const { workers } = this;
    const stream = new Stream(id, resolved, {
      model: this.model,
      codec: this.codec,
      toVision: (request) => workers.toVision(request),
      toReasoner: (request) => workers.toReasoner(request),
      unitsAtVision: () =>
        [...this.streams.values()].reduce((sum, { unitsAtVision }) => sum + unitsAtVision, 0),
      gone: () => this.streams.delete(id),
    });
    this.streams.set(id, stream);
    return stream;
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    this.state = "closed";
    await Promise.all([...this.streams.values()].map((stream) => stream.close()));
    await this.restart;
    await this.workers.stop();
  }

  private requireOpen(): void {
    switch (this.state) {
      case "closed":
        throw new EngineError("engine_closed", "The engine is closed.");
      case "failed":
        throw new EngineError("worker_failed", "A worker has died; restart the service.");
      case "restarting":
        throw new EngineError(
          "worker_failed",
          "A worker has died and is being started anew; try again soon.",
        );
    }
  }

  private startWorkers(): Promise<WorkerPair> {
    return WorkerPair.start({
      bundle: this.bundle,
      threads: this.options.threads ?? 1,
      draftWords: this.options.draftWords ?? 2,
      onVision: (report) => this.streams.get(report.stream)?.onVision(report),
      onReasoner: (report) => this.streams.get(report.stream)?.onReasoner(report),
      onDeath: (error) => this.onDeath(error),
    });
  }

  /** The streams of a dead worker cannot go on: what its caches held is gone. */
  private onDeath(error: EngineError): void {
    const wasOpen = this.state === "open";
    if (wasOpen) this.state = "restarting";
    for (const stream of [...this.streams.values()]) {
      stream.released();
      stream.fail("worker_failed", error.message);
    }
    if (!wasOpen) return;
    this.options.onWorkerDeath?.(error);
    const uptimeMs = performance.now() - this.workers.startedAtMs;
    if (uptimeMs < (this.options.minUptimeMs ?? 10_000)) this.giveUp(error);
    else this.restart = this.startAnew();
  }

  private async startAnew(): Promise<void> {
    await this.workers.stop();
    try {
      this.workers = await this.startWorkers();
      if (this.state === "restarting") this.state = "open";
    } catch (cause) {
      const message = `The workers could not be started anew: ${(cause as Error).message}`;
      this.giveUp(new EngineError("worker_failed", message, { cause }));
    }
  }

  private giveUp(error: EngineError): void {
    if (this.state !== "restarting") return;
    this.state = "failed";
    this.options.onFailure?.(error);
  }
}

/**
 * Loads a model and starts its workers.
 *
 * @example
 * ```ts
 * const engine = await createEngine({ model: "models/street-narrator" });
 * const stream = engine.openStream();
 * stream.events$.subscribe(console.log);
 * ```
 * @throws {ModelError} when the bundle cannot be used
 */
export function createEngine(options: EngineOptions): Promise<Engine> {
  return TwoWorkerEngine.start(options);
}
