import type { BackendFigures, BackendReport, BackendStreamOptions } from "../../engine/mod.ts";
import type { Model } from "../../models/mod.ts";
import type { Looks, ReasonerFigures, ReasonerRequest, StepSpeed } from "../../reasoner/mod.ts";
import type { TowerSpeed, VisionFigures, VisionRequest } from "../../vision/mod.ts";

/** What is run at the other end of a port. Plain data: it can be sent to a thread or a process. */
export interface PortSetup {
  readonly model: Model;
  /** Inference threads of each worker. */
  readonly threads: number;
  /** Most words that a drafter guesses for each decode step; 0: no drafter. */
  readonly draftWords: number;
}

/** What the workers have measured when they started; empty and null for a model of one size and speed. */
export interface Measured {
  readonly towers: readonly TowerSpeed[];
  readonly step: StepSpeed | null;
}

/** A message from the local backend to its workers. */
export type LocalRequest =
  | {
      readonly type: "open";
      readonly stream: string;
      readonly options: BackendStreamOptions;
      readonly looks: Looks | null;
    }
  | Extract<VisionRequest, { readonly type: "unit" }>
  | Extract<ReasonerRequest, { readonly type: "ask" | "cancel" | "end" }>
  | { readonly type: "close"; readonly stream: string }
  /** Asks both workers for what they have counted. */
  | { readonly type: "figures" };

/** What the two workers have counted. */
export interface WorkerFigures {
  readonly vision: VisionFigures;
  readonly reasoner: ReasonerFigures;
  /** The process that they run in, where it is one of their own. */
  readonly process: BackendFigures["process"];
}

/** Takes the messages of the workers. */
export interface LocalPortListener {
  onReport(stream: string, report: BackendReport): void;
  /** Everything that a stream held has been released. */
  onClosed(stream: string): void;
  /** The answer to `figures`. It comes between two steps, and not at all from a worker that hangs. */
  onFigures(figures: WorkerFigures): void;
  /** The other side has died; nothing follows. */
  onDeath(error: Error): void;
}

/**
 * The only connection from the local backend to what runs its model: two worker threads (`WorkerPair`), or a process
 * that holds them (`InferenceProcess`). The backend knows neither.
 */
export interface LocalPort {
  readonly measured: Measured;
  /**
   * Sends a request. The pixels of a unit are transferred, so this side must not use them afterwards. Ignored after a
   * death.
   */
  send(request: LocalRequest): void;
  /** Asks the other side to stop, and resolves when it has stopped. */
  stop(): Promise<void>;
}

/** Starts the other side. @throws {ModelError} when the model cannot be used */
export type StartPort = (setup: PortSetup, listener: LocalPortListener) => Promise<LocalPort>;
