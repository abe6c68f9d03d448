import type { EngineHealth } from "../engine/mod.ts";

/** Why a server can serve nobody now. */
export interface NotReady {
  readonly code:
    | "closing"
    | "engine_closed"
    | "engine_failed"
    | "engine_restarting"
    | "model_unreachable"
    | "full";
  /** For people: what it means, and what to do. It tells nothing that is not for everybody. */
  readonly message: string;
}

/** Whether a server can serve somebody who comes now. */
export interface Readiness {
  /** Sessions that are open. */
  readonly sessions: number;
  /** Why it cannot; empty: it can. */
  readonly reasons: readonly NotReady[];
}

/** How a server stands. */
export interface Standing {
  readonly engine: EngineHealth;
  readonly sessions: number;
  readonly isFull: boolean;
  readonly isClosing: boolean;
}

const ENGINE: Readonly<Record<Exclude<EngineHealth, "ready">, NotReady>> = {
  restarting: {
    code: "engine_restarting",
    message: "What runs the model has died and is being started again. Try again soon.",
  },
  unreachable: {
    code: "model_unreachable",
    message: "The server of the model cannot be reached. The log says why.",
  },
  failed: {
    code: "engine_failed",
    message: "What runs the model has failed too often. The log says why. Restart the service.",
  },
  closed: { code: "engine_closed", message: "The engine was closed. Restart the service." },
};

/**
 * Whether a server can serve somebody who comes now, and every reason why not.
 *
 * @example readinessOf({ engine: "restarting", sessions: 0, isFull: false, isClosing: false }).reasons[0]?.code
 */
export function readinessOf({ engine, sessions, isFull, isClosing }: Standing): Readiness {
  const reasons: NotReady[] = [];
  if (isClosing) reasons.push({ code: "closing", message: "The server is shutting down." });
  if (engine !== "ready") reasons.push(ENGINE[engine]);
  if (isFull)
    reasons.push({
      code: "full",
      message:
        "There is no room for another session. Those that are open go on. Raise --max-sessions, or try later.",
    });
  return { sessions, reasons };
}
