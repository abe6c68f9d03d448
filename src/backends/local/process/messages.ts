import type { BackendReport } from "../../../engine/mod.ts";
import type { LocalRequest, Measured, PortSetup, WorkerFigures } from "../port.ts";

/** What an inference process is started with. */
export interface InferenceSetup extends PortSetup {
  /** See `timeOrigin`: of the main process's main thread. */
  readonly timeOrigin: number;
  /** How long a worker may not answer (ms); longer where its steps are slow. */
  readonly hangMs: number;
}

/** From the main process to the inference process. The first is `start`. */
export type ToInference =
  | { readonly type: "start"; readonly setup: InferenceSetup }
  | LocalRequest
  /** Asks for a sign of life. */
  | { readonly type: "ping" };

/** From the inference process to the main process, several at a time. The first but for `pong` is `ready`, `refused` or `failed`. */
export type FromInference =
  | { readonly type: "ready"; readonly measured: Measured }
  /** The model cannot be used: the name, the code and the message of the error. */
  | {
      readonly type: "refused";
      readonly name: string;
      readonly code: string | undefined;
      readonly message: string;
    }
  | { readonly type: "report"; readonly stream: string; readonly report: BackendReport }
  | { readonly type: "closed"; readonly stream: string }
  | { readonly type: "figures"; readonly figures: WorkerFigures }
  /** A worker has died or hangs: the process is of no use any more. */
  | { readonly type: "failed"; readonly message: string }
  /** Answers a ping. */
  | { readonly type: "pong" };
