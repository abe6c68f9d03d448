import { setTimeout as sleep } from "node:timers/promises";
import type { Backend } from "./backend.ts";
import { EngineError } from "./errors.ts";
import type { EngineFigures, EngineHealth } from "./figures.ts";
import type { ModelInfo } from "./model-info.ts";
import { Stream } from "./stream.ts";
import { resolveStreamOptions } from "./stream-options.ts";
import type { Engine, EngineStream, StreamOptions } from "./types.ts";

export interface EngineOptions {
  /** Whether streams may have longer windows than the model was trained for (for measurements); default false. */
  readonly untrainedWindows?: boolean;
  /** Most streams that may be open at once; default 64. */
  readonly maxStreams?: number;
  /** Called when the backend has died. Its streams have failed, and it is being started again. */
  readonly onWorkerDeath?: (error: EngineError) => void;
  /** Called when the engine can no longer be used: the backend has failed too often in a row, see `maxQuickFailures`. */
  readonly onFailure?: (error: EngineError) => void;
  /** A backend that dies sooner than this after its start (ms), or does not start, has failed quickly; default 10,000. */
  readonly minUptimeMs?: number;
  /** Most quick failures in a row after which the backend is started again, ever later; default 3. */
  readonly maxQuickFailures?: number;
}

/** How long to wait before the backend is started after its second quick failure in a row (ms). It doubles from then on. */
const QUICK_FAILURE_WAIT_MS = 500;

/** Starts a backend. The engine calls it once at its own start, and again when the backend has died. */
export type StartBackend = () => Promise<Backend>;

/** An engine that starts its backend again when that has died. */
class BackendEngine implements Engine {
  readonly model: ModelInfo;
  private readonly streams = new Map<string, Stream>();
  private startedAtMs = 0;
  private state: "open" | "restarting" | "failed" | "closed" = "open";
  private restart: Promise<void> = Promise.resolve();
  private closing: Promise<void> | null = null;
  private quickFailures = 0;
  private restarts = 0;
  /** Ends the wait for the next start. */
  private readonly stopWaiting = new AbortController();
  private opened = 0;

  constructor(
    private backend: Backend,
    private readonly startBackend: StartBackend,
    private readonly options: EngineOptions,
  ) {
    this.model = backend.model;
    this.adopt(backend);
  }

  get freeStreams(): number {
    return Math.max(0, this.most - this.streams.size);
  }

  get health(): EngineHealth {
    if (this.state !== "open") return this.state;
    return this.backend.isReachable === false ? "unreachable" : "ready";
  }

  async figures(): Promise<EngineFigures> {
    const backend = this.state === "open" ? ((await this.backend.figures?.()) ?? null) : null;
    const { restarts, freeStreams } = this;
    return { restarts, openStreams: this.streams.size, freeStreams, backend };
  }

  openStream(options: StreamOptions = {}): EngineStream {
    this.requireOpen();
    if (this.freeStreams === 0) {
      throw new EngineError(
        "too_many_streams",
        `All ${this.most} streams of this engine are open. Close one first.`,
      );
    }
    const resolved = resolveStreamOptions(options, this.model, this.options.untrainedWindows);
    const id = `stream_${this.opened++}`;
    const stream = new Stream(id, resolved, {
      backend: this.backend,
      unseenUnits: () => [...this.streams.values()].reduce((sum, { unseenUnits }) => sum + unseenUnits, 0),
      gone: () => this.streams.delete(id),
    });
    this.streams.set(id, stream);
    return stream;
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private get most(): number {
    return this.options.maxStreams ?? 64;
  }

  private async shutDown(): Promise<void> {
    this.state = "closed";
    this.stopWaiting.abort();
    await Promise.all([...this.streams.values()].map((stream) => stream.close()));
    await this.restart;
    await this.backend.close();
  }

  private requireOpen(): void {
    switch (this.state) {
      case "closed":
        throw new EngineError("engine_closed", "The engine is closed. Create another one.");
      case "failed":
        throw new EngineError("worker_failed", "The model's backend has died. Restart the service.");
      case "restarting":
        throw new EngineError(
          "worker_failed",
          "The model's backend has died and is being started again. Try again soon.",
        );
    }
  }

  private adopt(backend: Backend): void {
    this.backend = backend;
    this.startedAtMs = performance.now();
    void backend.died.then((cause) =>
      this.onDeath(new EngineError("worker_failed", cause.message, { cause })),
    );
  }

  /** The streams of a dead backend cannot go on, because the contents of its caches are lost. */
  private onDeath(error: EngineError): void {
    const wasOpen = this.state === "open";
    if (wasOpen) this.state = "restarting";
    for (const stream of [...this.streams.values()]) stream.fail("worker_failed", error.message);
    if (!wasOpen) return;
    this.options.onWorkerDeath?.(error);
    const uptimeMs = performance.now() - this.startedAtMs;
    if (uptimeMs >= (this.options.minUptimeMs ?? 10_000)) this.quickFailures = 0;
    else if (!this.forgives(error)) return;
    this.restart = this.startAgain();
  }

  private async startAgain(): Promise<void> {
    await this.backend.close();
    for (;;) {
      await this.pause();
      if (this.state !== "restarting") return;
      try {
        this.adopt(await this.startBackend());
        this.restarts++;
        if (this.state === "restarting") this.state = "open";
        return;
      } catch (cause) {
        const message = `The model's backend could not be started again. ${(cause as Error).message}`;
        if (!this.forgives(new EngineError("worker_failed", message, { cause }))) return;
      }
    }
  }

  /** Waits after quick failures, the longer the more there were in a row, unless the engine is closed. */
  private async pause(): Promise<void> {
    if (this.quickFailures < 2) return;
    const waitMs = QUICK_FAILURE_WAIT_MS * 2 ** (this.quickFailures - 2);
    await sleep(waitMs, undefined, { signal: this.stopWaiting.signal }).catch(() => {});
  }

  /** Counts a quick failure. Gives up when there were too many in a row. */
  private forgives(error: EngineError): boolean {
    this.quickFailures++;
    if (this.quickFailures <= (this.options.maxQuickFailures ?? 3)) return true;
    this.giveUp(error);
    return false;
  }

  private giveUp(error: EngineError): void {
    if (this.state !== "restarting") return;
    this.state = "failed";
    this.options.onFailure?.(error);
  }
}

/**
 * Starts an engine on any backend. `createEngine` does this with the backend that runs a bundle on this machine.
 *
 * @throws whatever `startBackend` rejects with
 */
export async function startEngine(startBackend: StartBackend, options: EngineOptions = {}): Promise<Engine> {
  return new BackendEngine(await startBackend(), startBackend, options);
}
