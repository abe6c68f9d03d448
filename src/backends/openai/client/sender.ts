import { type ChatRequest, chatBody, type Json } from "./chat-body.ts";
import type { Endpoint, TimeLimits } from "./endpoint.ts";
import type { Endpoints } from "./endpoints.ts";
import { RemoteError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import type { HealthChecks } from "./health-checks.ts";
import { LONGEST_RETRY_AFTER_MS, retryWait } from "./retry.ts";
import { wait } from "./wait.ts";

export interface SenderOptions {
  readonly endpoints: Endpoints;
  readonly checks: HealthChecks;
  readonly limits: TimeLimits;
  /** Further fields of each request. */
  readonly extraBody: Readonly<Record<string, Json>>;
  /** Finds the model on a server that could not be reached before. */
  readonly look: (endpoint: Endpoint, signal: AbortSignal) => Promise<void>;
}

/** Sends requests: chooses a server for each, and tries again what can pass. */
export class Sender {
  constructor(private readonly options: SenderOptions) {}

  /**
   * @param again called before each further try
   * @throws {RemoteError}, or the reason of the signal when that is aborted
   */
  async send<T>(request: ChatRequest, how: Exchange<T>, again: () => void): Promise<T> {
    const { endpoints, checks } = this.options;
    const { signal, messages } = request;
    const tried = new Set<Endpoint>();
    let isGiven = false;
    const given = () => {
      isGiven = true;
    };
    for (let failures = 0; ; again()) {
      signal.throwIfAborted();
      const endpoint = endpoints.pick(messages, tried, performance.now());
      const restMs = restOf(endpoint, request.urgent || failures > 0);
      // From here on: the next request must see that this one goes there.
      endpoint.inFlight++;
      try {
        if (restMs > 0) await wait(restMs, signal);
        const result = await this.once(endpoint, request, how, given);
        checks.works(endpoint);
        return result;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof RemoteError)) throw error;
        if (!isGiven && endpoint.dialect.learn(error)) continue;
        this.learn(endpoint, error);
        tried.add(endpoint);
        const waitMs = isGiven ? null : retryWait(error, ++failures);
        if (waitMs === null) throw error;
        const hasOther = endpoints.all.some((each) => each.cause === null && !tried.has(each));
        if (!hasOther) await wait(waitMs, signal);
      } finally {
        endpoint.inFlight--;
      }
    }
  }

  private async once<T>(
    endpoint: Endpoint,
    request: ChatRequest,
    how: Exchange<T>,
    given: () => void,
  ): Promise<T> {
    const { extraBody, limits, look } = this.options;
    if (endpoint.model === "") await look(endpoint, request.signal);
    const body = chatBody(endpoint.model, request, { ...extraBody, ...how.more });
    return await endpoint.chat(body, request.signal, limits, (response, deadline) =>
      how.read(endpoint, response, deadline, given),
    );
  }

  /** What a failure says about a server. */
  private learn(endpoint: Endpoint, error: RemoteError): void {
    if (error.retryAfterMs !== null) endpoint.restsUntilMs = performance.now() + error.retryAfterMs;
    const isDown = ["remote_unreachable", "remote_slow"].includes(error.code) || error.status === 503;
    if (isDown) this.options.checks.failed(endpoint, error);
  }
}

/**
 * For how long a server has asked to be left alone (ms); 0: it has not.
 *
 * @param waits whether the request may wait for that, if it is not too long
 * @throws {RemoteError} `remote_busy` when it may not
 */
function restOf(endpoint: Endpoint, waits: boolean): number {
  const restMs = Math.max(0, endpoint.restsUntilMs - performance.now());
  if (restMs === 0 || (waits && restMs <= LONGEST_RETRY_AFTER_MS)) return restMs;
  const seconds = Math.ceil(restMs / 1000);
  const text = `${endpoint.url.label} asked to be left alone for ${seconds} s more. Send fewer requests: --calls-per-minute limits them.`;
  throw new RemoteError("remote_busy", text, { passing: true, retryAfterMs: restMs });
}
