import type { BackendReport, BackendStreamOptions } from "../../engine/mod.ts";
import type { UnitFrames } from "../../vision/mod.ts";

/** What the local backend asks of its workers. */
export type LocalRequest =
  | { readonly type: "open"; readonly stream: string; readonly options: BackendStreamOptions }
  | { readonly type: "unit"; readonly stream: string; readonly unit: UnitFrames }
  | {
      readonly type: "ask";
      readonly stream: string;
      readonly task: string;
      readonly tokens: readonly number[];
      readonly when: "now" | "end";
    }
  | { readonly type: "cancel"; readonly stream: string; readonly task: string }
  | { readonly type: "end"; readonly stream: string; readonly units: number }
  | { readonly type: "close"; readonly stream: string };

/** What the local backend is told by its workers. */
export interface LocalPortListener {
  onReport(stream: string, report: BackendReport): void;
  /** Everything that a stream held has been given back. */
  onClosed(stream: string): void;
  /** The other side has died by itself; nothing follows. */
  onDeath(error: Error): void;
}

/**
 * The one way from the local backend to whatever runs its model. Today two worker threads are at its other end
 * ({@link WorkerPair}); that they are threads, and that they are two, is known to nobody on this side.
 */
export interface LocalPort {
  /** Hands a request on; the pixels of a unit are gone from this side afterwards. Ignored after a death. */
  send(request: LocalRequest): void;
  /** Asks the other side to stop and resolves when it has. */
  stop(): Promise<void>;
}
