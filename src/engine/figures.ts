/** What a backend has counted since its start, and what it holds now. What it does not know is null. */
export interface BackendFigures {
  /** Looking at units; null: somebody else does. */
  readonly vision: { readonly units: number; readonly busyMs: number } | null;
  /** Steps of the model, the tokens that they took, and the time that they took (ms); null: somebody else runs them. */
  readonly steps: { readonly count: number; readonly tokens: number; readonly busyMs: number } | null;
  /** What waits for its turn now: units to be looked at, and thinkers that found no room in the last step. */
  readonly waiting: { readonly units: number; readonly thinkers: number } | null;
  /** Bytes that the two caches hold, all copies of them together. */
  readonly cacheBytes: { readonly visual: number; readonly text: number } | null;
  /** Tokens that were drafted, and those of them that the model has chosen too. */
  readonly drafts: { readonly drafted: number; readonly accepted: number } | null;
  /** The process in which the model runs, where that is one of its own: its CPU time (ms), and its memory (bytes). */
  readonly process: { readonly cpuMs: number; readonly residentBytes: number } | null;
  /** The servers that run the model, where others do. */
  readonly remote: RemoteFigures | null;
}

/** What is known of servers that run the model. */
export interface RemoteFigures {
  readonly servers: number;
  /** Those of them that work, as far as is known. */
  readonly serversUp: number;
  /** Requests that have not ended. */
  readonly inFlight: number;
  /** Requests that have ended, however often each was tried. */
  readonly requests: number;
  /** Those of them that have failed. Those that were ended on purpose are none. */
  readonly failed: number;
  /** Tokens of prompts that were computed, and those that a server's prefix cache had from before. */
  readonly prefilledTokens: number;
  readonly cachedTokens: number;
}

/** What an engine knows of its work. */
export interface EngineFigures {
  /** How often its backend was started again. */
  readonly restarts: number;
  /** Streams that are open, and that can be opened beside them. */
  readonly openStreams: number;
  readonly freeStreams: number;
  /** Null: the backend counts nothing, has not answered yet, or has died. */
  readonly backend: BackendFigures | null;
}

/**
 * Whether an engine can serve anybody. `restarting`: its backend has died and is started again. `unreachable`: the model
 * runs elsewhere and cannot be reached for now. `failed` and `closed` last.
 */
export type EngineHealth = "ready" | "restarting" | "unreachable" | "failed" | "closed";
