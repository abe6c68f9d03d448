import { MessageChannel } from "node:worker_threads";
import type { BackendStreamOptions } from "../../engine/mod.ts";
import { ModelError } from "../../models/mod.ts";
import {
  CHECKPOINT_STEP_TOKENS,
  type Looks,
  type ReasonerFigures,
  type ReasonerReport,
  type ReasonerRequest,
  type ReasoningOptions,
  spawnReasoner,
} from "../../reasoner/mod.ts";
import {
  type SeeingOptions,
  spawnVision,
  type VisionFigures,
  type VisionReport,
  type VisionRequest,
} from "../../vision/mod.ts";
import { timeOrigin, WorkerHost } from "../../worker/mod.ts";
import type {
  LocalPort,
  LocalPortListener,
  LocalRequest,
  Measured,
  PortSetup,
  WorkerFigures,
} from "./port.ts";

export interface WorkerPairOptions extends PortSetup {
  /** See {@link timeOrigin}; default: that of this thread. */
  readonly timeOrigin?: number;
  /** A worker that has not answered for so long counts as dead (ms); default: nobody watches. */
  readonly hangMs?: number;
}

/** How the two workers are started. */
export interface SpawnWorkers {
  readonly vision: typeof spawnVision;
  readonly reasoner: typeof spawnReasoner;
}

export const SPAWN_WORKERS: SpawnWorkers = { vision: spawnVision, reasoner: spawnReasoner };

/** The vision worker and the reasoner worker of one model, and the channel between them. */
export class WorkerPair implements LocalPort {
  private constructor(
    private readonly vision: WorkerHost<VisionRequest, VisionReport>,
    private readonly reasoner: WorkerHost<ReasonerRequest, ReasonerReport>,
  ) {}

  /**
   * @param listener may be told of a death before this resolves, when a worker hangs in its start
   * @throws {ModelError} when a worker cannot open its graph
   */
  static async start(
    { model, threads, draftWords, timeOrigin: origin = timeOrigin(), hangMs }: WorkerPairOptions,
    listener: LocalPortListener,
    spawn: SpawnWorkers = SPAWN_WORKERS,
  ): Promise<WorkerPair> {
    const { port1: publish, port2: units } = new MessageChannel();
    const common = { model, threads, timeOrigin: origin };
    const closings = new Closings((stream) => listener.onClosed(stream));
    const halves = new FigureHalves((figures) => listener.onFigures(figures));
    const take = (report: VisionReport | ReasonerReport) => {
      if (report.type === "report") listener.onReport(report.stream, report.report);
      else if (report.type === "closed") closings.confirmed(report.stream);
      else if (report.type === "figures") halves.take(report);
    };
    const hosting = (name: string) => ({
      onReport: take,
      onDeath: (cause: Error) =>
        listener.onDeath(new Error(`The ${name} worker died. ${cause.message}`, { cause })),
      watch: hangMs === undefined ? undefined : { hangMs, stepMs, onHang: hung(name) },
    });
    const hung = (name: string) => (silentMs: number) => {
      const message = `The ${name} worker hangs: it has not answered for ${(silentMs / 1000).toFixed(1)} s.`;
      listener.onDeath(new Error(message));
    };
    const started = await Promise.allSettled([
      WorkerHost.start<VisionRequest, VisionReport>(spawn.vision({ ...common, publish }), hosting("vision")),
      WorkerHost.start<ReasonerRequest, ReasonerReport>(
        spawn.reasoner({ ...common, draftWords, units }),
        hosting("reasoner"),
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

  get measured(): Measured {
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
      case "figures":
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

/** How long a step takes, as was measured when a worker started (ms). */
function stepMs(ready: VisionReport | ReasonerReport): number {
  if (ready.type !== "ready") return 0;
  if ("speeds" in ready) return Math.max(0, ...ready.speeds.map(({ ms }) => ms));
  return CHECKPOINT_STEP_TOKENS * (ready.speed?.rowMs.base ?? 0);
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

/** What each worker says of itself, until both have. */
class FigureHalves {
  private vision: VisionFigures | null = null;
  private reasoner: ReasonerFigures | null = null;

  constructor(private readonly onBoth: (figures: WorkerFigures) => void) {}

  take(report: Extract<VisionReport | ReasonerReport, { readonly type: "figures" }>): void {
    if ("vision" in report) this.vision = report.vision;
    else this.reasoner = report.reasoner;
    const { vision, reasoner } = this;
    if (vision === null || reasoner === null) return;
    [this.vision, this.reasoner] = [null, null];
    this.onBoth({ vision, reasoner, process: null });
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
