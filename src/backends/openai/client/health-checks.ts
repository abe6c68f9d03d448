import { BehaviorSubject, type Observable } from "rxjs";
import type { Endpoint } from "./endpoint.ts";
import { RemoteError } from "./errors.ts";
import { wait } from "./wait.ts";

/** Whether the model can be reached. */
export type RemoteHealth = { readonly up: true } | { readonly up: false; readonly cause: RemoteError };

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const GROWTH = 1.7;

/**
 * Keeps whether servers work. One that has failed is looked at again, after waits that grow, until it works. The model
 * is up while any of them works.
 */
export class HealthChecks {
  /** Tells of each change; a new listener is told how it stands. */
  readonly health$: Observable<RemoteHealth>;
  private readonly health = new BehaviorSubject<RemoteHealth>({ up: true });
  private readonly closing = new AbortController();
  private readonly checked = new Set<Endpoint>();

  /** @param look looks at a server; throws when it does not work */
  constructor(
    private readonly endpoints: readonly Endpoint[],
    private readonly look: (endpoint: Endpoint, signal: AbortSignal) => Promise<void>,
  ) {
    this.health$ = this.health.asObservable();
    this.tell();
  }

  get now(): RemoteHealth {
    return this.health.value;
  }

  /** A server has failed as a whole, not only at one request. */
  failed(endpoint: Endpoint, cause: RemoteError): void {
    endpoint.cause = cause;
    this.tell();
    this.watch(endpoint);
  }

  /** A server has answered. */
  works(endpoint: Endpoint): void {
    if (endpoint.cause === null) return;
    endpoint.cause = null;
    this.tell();
  }

  /** Looks at those again that had failed before. */
  start(): void {
    for (const endpoint of this.endpoints) if (endpoint.cause !== null) this.watch(endpoint);
  }

  close(): void {
    this.closing.abort();
    this.health.complete();
  }

  private watch(endpoint: Endpoint): void {
    if (this.checked.has(endpoint) || this.closing.signal.aborted) return;
    this.checked.add(endpoint);
    void this.untilItWorks(endpoint, this.closing.signal)
      // Closing ends it.
      .catch(() => undefined)
      .finally(() => this.checked.delete(endpoint));
  }

  private async untilItWorks(endpoint: Endpoint, signal: AbortSignal): Promise<void> {
    for (let waitMs = FIRST_WAIT_MS; endpoint.cause !== null; waitMs *= GROWTH) {
      // The waits are not the same on all machines that lost one server.
      await wait(Math.min(waitMs, LONGEST_WAIT_MS) * (0.75 + Math.random() / 2), signal, false);
      if (endpoint.cause === null) return;
      try {
        await this.look(endpoint, signal);
        this.works(endpoint);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof RemoteError) endpoint.cause = error;
      }
    }
  }

  private tell(): void {
    const down = this.endpoints.filter((endpoint) => endpoint.cause !== null);
    const up = down.length < this.endpoints.length;
    if (up === this.health.value.up || this.health.closed) return;
    this.health.next(up ? { up } : { up, cause: down[0]!.cause! });
  }
}
