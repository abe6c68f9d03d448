import { MessageChannel } from "node:worker_threads";
import { type Bundle, ModelError } from "../models/mod.ts";
import type { ReasonerReport, ReasonerRequest } from "../reasoner/messages.ts";
import { spawnReasoner } from "../reasoner/spawn.ts";
import type { VisionReport, VisionRequest } from "../vision/messages.ts";
import { spawnVision } from "../vision/spawn.ts";
import { WorkerHost } from "../worker/host.ts";
import { clockOrigin } from "../worker/monotonic-time.ts";
import { EngineError } from "./errors.ts";

export interface WorkerPairOptions {
  readonly bundle: Bundle;
  /** Inference threads of each worker. */
  readonly threads: number;
  readonly draftWords: number;
  readonly onVision: (report: Exclude<VisionReport, { type: "ready" }>) => void;
  readonly onReasoner: (report: Exclude<ReasonerReport, { type: "ready" }>) => void;
  /** One of the two has died by itself. */
  readonly onDeath: (error: EngineError) => void;
}

/** The vision and the reasoner worker of one model, and the channel between them. */
export class WorkerPair {
  /** When both were ready (ms, monotonic). */
  readonly startedAtMs = performance.now();

  private constructor(
    private readonly vision: WorkerHost<VisionRequest>,
    private readonly reasoner: WorkerHost<ReasonerRequest>,
  ) {}

  /** @throws {ModelError} when a worker cannot open its graph */
  static async start({
    bundle,
    threads,
    draftWords,
    onVision,
    onReasoner,
    onDeath,
  }: WorkerPairOptions): Promise<WorkerPair> {
    const { port1: publish, port2: units } = new MessageChannel();
    const common = { bundle, threads, clockOrigin: clockOrigin() };
    const died = (name: string) => (cause: Error) =>
      onDeath(new EngineError("worker_failed", `The ${name} worker died: ${cause.message}`, { cause }));
    const started = await Promise.allSettled([
      WorkerHost.start<VisionRequest, VisionReport>(
        spawnVision({ ...common, publish }),
        (report) => report.type !== "ready" && onVision(report),
        died("vision"),
      ),
      WorkerHost.start<ReasonerRequest, ReasonerReport>(
        spawnReasoner({ ...common, draftWords, units }),
        (report) => report.type !== "ready" && onReasoner(report),
        died("reasoner"),
      ),
    ]);
    const [vision, reasoner] = started;
    if (vision.status === "fulfilled" && reasoner.status === "fulfilled") {
      return new WorkerPair(vision.value, reasoner.value);
    }
    await Promise.all(
      started.map((outcome) =>
        outcome.status === "fulfilled" ? outcome.value.stop({ type: "stop" }) : null,
      ),
    );
    throw ModelError.revive(
      (started.find(({ status }) => status === "rejected") as PromiseRejectedResult).reason,
    );
  }

  toVision(request: VisionRequest): void {
    this.vision.send(request, request.type === "unit" ? [request.unit.frames.buffer as ArrayBuffer] : []);
  }

  toReasoner(request: ReasonerRequest): void {
    this.reasoner.send(request);
  }

  /** Asks both to stop and waits until they have. */
  async stop(): Promise<void> {
    await Promise.all([this.vision.stop({ type: "stop" }), this.reasoner.stop({ type: "stop" })]);
  }
}
