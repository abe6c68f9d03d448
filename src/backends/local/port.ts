import type { BackendReport, BackendStreamOptions } from "../../engine/mod.ts";
import type { Looks, ReasonerRequest } from "../../reasoner/mod.ts";
import type { VisionRequest } from "../../vision/mod.ts";

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
  | { readonly type: "close"; readonly stream: string };

/** Takes the messages of the workers. */
export interface LocalPortListener {
  onReport(stream: string, report: BackendReport): void;
  /** Everything that a stream held has been released. */
  onClosed(stream: string): void;
  /** The other side has died; nothing follows. */
  onDeath(error: Error): void;
}

/**
 * The only connection from the local backend to what runs its model. Today that is two worker threads
 * ({@link WorkerPair}), but the backend knows neither that they are threads nor that they are two.
 */
export interface LocalPort {
  /**
   * Sends a request. The pixels of a unit are transferred, so this side must not use them afterwards. Ignored after a
   * death.
   */
  send(request: LocalRequest): void;
  /** Asks the other side to stop, and resolves when it has stopped. */
  stop(): Promise<void>;
}
