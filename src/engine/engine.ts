import { MessageChannel } from "node:worker_threads";
import { type Bundle, loadBundle, ModelError, TextCodec } from "../models/mod.ts";
import type { ReasonerReport, ReasonerRequest, ReasonerSetup } from "../reasoner/messages.ts";
import { spawnReasoner } from "../reasoner/spawn.ts";
import type { VisionReport, VisionRequest, VisionSetup } from "../vision/messages.ts";
import { spawnVision } from "../vision/spawn.ts";
import { clockOrigin } from "../worker/clock.ts";
import { WorkerHost } from "../worker/host.ts";
import { EngineError } from "./errors.ts";
import { Stream } from "./stream.ts";
import { describeModel, resolveStreamOptions } from "./stream-options.ts";
import type { Engine, EngineStream, ModelInfo, StreamOptions } from "./types.ts";

export interface EngineOptions {
  /** Folder of the model's bundle. */
  readonly model: string;
  /** Threads of each worker's inference; default 1, so that two workers fill two cores. */
  readonly threads?: number;
  /** Most streams at a time; default 64. */
  readonly maxStreams?: number;
  /** Is told when a worker has died and the engine can no longer be used. */
  readonly onFailure?: (error: EngineError) => void;
}

type Workers = { readonly vision: WorkerHost<VisionRequest>; readonly reasoner: WorkerHost<ReasonerRequest> };

/** Vision and reasoning in a worker each. The main thread only passes messages; it never runs inference. */
class TwoWorkerEngine implements Engine {
  readonly model: ModelInfo;
  private readonly codec: TextCodec;
  private readonly streams = new Map<string, Stream>();
  private workers!: Workers;
  private state: "open" | "closed" | "failed" = "open";
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
    if (this.state === "closed") throw new EngineError("engine_closed", "The engine is closed.");
    if (this.state === "failed")
      throw new EngineError("worker_failed", "A worker has died; restart the service.");
    const most = this.options.maxStreams ?? 64;
    if (this.streams.size >= most)
      throw new EngineError("too_many_streams", `${most} streams are open; close one first.`);
    const resolved = resolveStreamOptions(options, this.model);
    const id = `stream-${this.opened++}`;
    const stream = new Stream(id, resolved, {
      model: this.model,
      codec: this.codec,
      toVision: (request) => {
        const transfer = request.type === "unit" ? [request.unit.frames.buffer as ArrayBuffer] : [];
        this.workers.vision.send(request, transfer);
      },
      toReasoner: (request) => this.workers.reasoner.send(request),
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
    await Promise.all([
      this.workers.vision.stop({ type: "stop" }),
      this.workers.reasoner.stop({ type: "stop" }),
    ]);
  }

  private async startWorkers(): Promise<Workers> {
    const { port1: publish, port2: units } = new MessageChannel();
    const common = { bundle: this.bundle, threads: this.options.threads ?? 1, clockOrigin: clockOrigin() };
    const visionSetup: VisionSetup = { ...common, publish };
    const reasonerSetup: ReasonerSetup = { ...common, units };
    const onVision = (report: VisionReport) => {
      if (report.type !== "ready") this.streams.get(report.stream)?.onVision(report);
    };
    const onReasoner = (report: ReasonerReport) => {
      if (report.type !== "ready") this.streams.get(report.stream)?.onReasoner(report);
    };
    const died = (name: string) => (error: Error) =>
      this.fail(
        new EngineError("worker_failed", `The ${name} worker died: ${error.message}`, { cause: error }),
      );
    const [vision, reasoner] = await Promise.allSettled([
      WorkerHost.start<VisionRequest, VisionReport>(spawnVision(visionSetup), onVision, died("vision")),
      WorkerHost.start<ReasonerRequest, ReasonerReport>(
        spawnReasoner(reasonerSetup),
        onReasoner,
        died("reasoner"),
      ),
    ]);
    if (vision.status === "fulfilled" && reasoner.status === "fulfilled") {
      return { vision: vision.value, reasoner: reasoner.value };
    }
    if (vision.status === "fulfilled") await vision.value.stop({ type: "stop" });
    if (reasoner.status === "fulfilled") await reasoner.value.stop({ type: "stop" });
    throw ModelError.revive(
      vision.status === "rejected" ? vision.reason : (reasoner as PromiseRejectedResult).reason,
    );
  }

  private fail(error: EngineError): void {
    const wasOpen = this.state === "open";
    if (wasOpen) this.state = "failed";
    for (const stream of [...this.streams.values()]) {
      stream.released();
      stream.fail("worker_failed", error.message);
    }
    if (wasOpen) this.options.onFailure?.(error);
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
