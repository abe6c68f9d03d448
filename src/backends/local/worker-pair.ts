import { MessageChannel } from "node:worker_threads";
import type { BackendStreamOptions } from "../../engine/mod.ts";
import { type Model, ModelError } from "../../models/mod.ts";
import {
  type Looks,
  type ReasonerReport,
  type ReasonerRequest,
  type ReasoningOptions,
  type StepSpeed,
  spawnReasoner,
} from "../../reasoner/mod.ts";
import {
  type SeeingOptions,
  spawnVision,
  type TowerSpeed,
  type VisionReport,
  type VisionRequest,
} from "../../vision/mod.ts";
import { timeOrigin, WorkerHost } from "../../worker/mod.ts";
import type { LocalPort, LocalPortListener, LocalRequest } from "./port.ts";

export interface WorkerPairOptions {
  readonly model: Model;
  /** Inference threads of each worker. */
  readonly threads: number;
  /** Most words that a drafter guesses for each decode step; 0: no drafter. */
  readonly draftWords: number;
}

/** The vision worker and the reasoner worker of one model, and the channel between them. */
export class WorkerPair implements LocalPort {
  private constructor(
    private readonly vision: WorkerHost<VisionRequest, VisionReport>,
    private readonly reasoner: WorkerHost<ReasonerRequest, ReasonerReport>,
  ) {}

  /** @throws {ModelError} when a worker cannot open its graph */
  static async start(
    { model, threads, draftWords }: WorkerPairOptions,
    listener: LocalPortListener,
  ): Promise<WorkerPair> {
    const { port1: publish, port2: units } = new MessageChannel();
    const common = { model, threads, timeOrigin: timeOrigin() };
    const died = (name: string) => (cause: Error) =>
      listener.onDeath(new Error(`The ${name} worker died. ${cause.message}`, { cause }));
    const closings = new Closings((stream) => listener.onClosed(stream));
    const take = (report: VisionReport | ReasonerReport) => {
      if (report.type === "report") listener.onReport(report.stream, report.report);
      else if (report.type === "closed") closings.confirmed(report.stream);
    };
    const started = await Promise.allSettled([
      WorkerHost.start<VisionRequest, VisionReport>(
        spawnVision({ ...common, publish }),
        take,
        died("vision"),
      ),
      WorkerHost.start<ReasonerRequest, ReasonerReport>(
        spawnReasoner({ ...common, draftWords, units }),
        take,
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

  /** What the workers have measured when they started; empty and null for a model of one size and speed. */
  get measured(): { readonly towers: readonly TowerSpeed[]; readonly step: StepSpeed | null } {
    const [vision, reasoner] = [this.vision.ready, this.reasoner.ready];
    return {
      towers: vision.type === "ready" ? vision.speeds : [],
      step: reasoner.type === "ready" ? reasoner.speed : null,
    };
  }

  send(request: LocalRequest): void {
    switch (request.type) {
      case "open": {
        const { stream, options, looks } = request;
        this.vision.send({ type: "open", stream, options: seeingOptions(options, looks) });
        this.reasoner.send({ type: "open", stream, options: reasoningOptions(options, looks) });
        return;
      }
      case "unit":
        this.vision.send(request, [request.unit.frames.buffer as ArrayBuffer]);
        return;
      case "close":
        this.vision.send(request);
        this.reasoner.send(request);
        return;
      default:
        this.reasoner.send(request);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.vision.stop({ type: "stop" }), this.reasoner.stop({ type: "stop" })]);
  }
}

/** The streams that are being closed and that only one of the two workers has released yet. */
class Closings {
  private readonly half = new Set<string>();

  constructor(private readonly onBoth: (stream: string) => void) {}

  confirmed(stream: string): void {
    if (this.half.delete(stream)) this.onBoth(stream);
    else this.half.add(stream);
  }
}

function seeingOptions(options: BackendStreamOptions, looks: Looks | null): SeeingOptions {
  const { visualWindowUnits: windowUnits, positions, stillLevels, sceneMonitor } = options;
  const unitMs = looks?.unitMs ?? null;
  return {
    windowUnits,
    unitMs,
    positions: positions as SeeingOptions["positions"],
    stillLevels,
    sceneMonitor,
  };
}

function reasoningOptions(options: BackendStreamOptions, looks: Looks | null): ReasoningOptions {
  const { stillLevels: _, sceneMonitor: __, positions, ...rest } = options;
  return { ...rest, positions: positions as ReasoningOptions["positions"], looks };
}
