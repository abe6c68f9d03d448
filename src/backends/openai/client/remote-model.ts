import type { Observable } from "rxjs";
import type { RemoteFigures } from "../../../engine/mod.ts";
import { parseBaseUrl } from "./base-url.ts";
import { type BudgetLimits, Budgets } from "./budgets.ts";
import type { ChatRequest, Json } from "./chat-body.ts";
import { type ChatResult, readChat } from "./chat-stream.ts";
import { type Choice, Chooser } from "./choose.ts";
import { Endpoint, type TimeLimits } from "./endpoint.ts";
import { Endpoints } from "./endpoints.ts";
import { RemoteError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { findContext, findModel, type ListedModel } from "./find-model.ts";
import { HealthChecks, type RemoteHealth } from "./health-checks.ts";
import { Sender } from "./sender.ts";
import type { Usage } from "./usage.ts";

export interface RemoteModelOptions extends BudgetLimits {
  /** URLs of servers that have the same model, with or without `/v1`. */
  readonly baseUrls: readonly string[];
  /** Name of the model; default: the only one that the servers have. */
  readonly model?: string;
  /** Sent as a Bearer token; never logged, never part of an error message. */
  readonly apiKey?: string;
  /** Environment variable that the key comes from, for error messages; default: `THINKALONG_API_KEY`. */
  readonly apiKeyName?: string;
  /** Most time for a whole request (ms); default: one minute. */
  readonly requestTimeoutMs?: number;
  /** Most time to the first token (ms); default: one minute. */
  readonly firstTokenTimeoutMs?: number;
  /** Most time between two tokens (ms); default: 20 s. */
  readonly tokenTimeoutMs?: number;
  /** Further fields of each request, for what one server alone knows. */
  readonly extraBody?: Readonly<Record<string, Json>>;
}

/**
 * A model on one or more OpenAI-compatible servers. Requests go to the least busy server that works, and to the one
 * whose prefix cache knows the beginning of the prompt where that makes no difference. What can pass is tried again, on
 * another server first, until something of the answer was given out.
 *
 * @example
 * ```ts
 * const remote = await RemoteModel.connect({ baseUrls: ["http://127.0.0.1:8080"] });
 * const { text } = await remote.chat(request, (delta) => process.stdout.write(delta));
 * await remote.close();
 * ```
 */
export class RemoteModel {
  private readonly budgets: Budgets;
  private readonly endpoints: Endpoints;
  private readonly checks: HealthChecks;
  private readonly limits: TimeLimits;
  private readonly sender: Sender;
  private readonly chooser = new Chooser((request, how) => this.exchange(request, how));
  private readonly closing = new AbortController();
  private readonly running = new Set<Promise<unknown>>();
  private readonly counts = { requests: 0, failed: 0, prefilledTokens: 0, cachedTokens: 0 };

  private constructor(
    private known: ListedModel,
    endpoints: readonly Endpoint[],
    options: RemoteModelOptions,
  ) {
    this.budgets = new Budgets(options);
    this.endpoints = new Endpoints(endpoints);
    this.limits = {
      requestMs: options.requestTimeoutMs ?? 60_000,
      firstTokenMs: options.firstTokenTimeoutMs ?? 60_000,
      tokenMs: options.tokenTimeoutMs ?? 20_000,
    };
    const look = async (endpoint: Endpoint, signal: AbortSignal) => {
      endpoint.model = (await findModel(endpoint, options.model ?? null, signal)).id;
    };
    this.checks = new HealthChecks(endpoints, look);
    const { checks, limits, endpoints: choice } = this;
    this.sender = new Sender({ endpoints: choice, checks, limits, look, extraBody: options.extraBody ?? {} });
    this.checks.start();
  }

  /**
   * Finds the model on its servers. One that works is enough, where the others cannot be reached: they are looked at
   * again from time to time. A server that refuses the key, or does not have the model, fails all.
   *
   * @throws {RemoteError}
   */
  static async connect(options: RemoteModelOptions): Promise<RemoteModel> {
    const { apiKey, apiKeyName: keyName = "THINKALONG_API_KEY", model = null } = options;
    const key = { keyName, hasKey: Boolean(apiKey) };
    const endpoints = options.baseUrls.map((url) => new Endpoint(parseBaseUrl(url, apiKey || null), key));
    const { signal } = new AbortController();
    const found = await Promise.all(endpoints.map((each) => look(each, model, signal)));
    const failed = endpoints.flatMap(({ cause }) => (cause === null ? [] : [cause]));
    const wrong = failed.find((cause) => !cause.passing);
    const first = found.find((each) => each !== null);
    if (wrong || !first)
      throw wrong ?? failed[0] ?? new RemoteError("remote_unreachable", "No base URL is given.");
    return new RemoteModel(first, endpoints, options);
  }

  /** What the servers say of the model. */
  get info(): ListedModel {
    return this.known;
  }

  /** Asks once more for the context, where it is not known: some servers know it when the model is loaded. */
  async learnContext(signal: AbortSignal): Promise<void> {
    const endpoint = this.endpoints.all.find(({ cause }) => cause === null);
    if (this.known.contextTokens !== null || endpoint === undefined) return;
    this.known = { ...this.known, contextTokens: await findContext(endpoint, endpoint.model, signal) };
  }

  /** Whether any of the servers works; tells of each change, and at once how it stands. */
  get health$(): Observable<RemoteHealth> {
    return this.checks.health$;
  }

  /** Whether any of the servers works. */
  get health(): RemoteHealth {
    return this.checks.now;
  }

  /** What it has asked of the servers so far, and how they stand. */
  get figures(): RemoteFigures {
    const { all } = this.endpoints;
    return {
      ...this.counts,
      servers: all.length,
      serversUp: all.filter(({ cause }) => cause === null).length,
      inFlight: all.reduce((sum, { inFlight }) => sum + inFlight, 0),
    };
  }

  /** How long until the budgets would let a request through (ms); 0: at once. */
  budgetWaitMs(urgent: boolean): number {
    return this.budgets.waitMs(urgent);
  }

  /**
   * Lets the model answer.
   *
   * @param onDelta called with each piece of text, as it arrives
   * @throws {RemoteError}, or the reason of the signal when that is aborted
   */
  chat(request: ChatRequest, onDelta: (text: string) => void): Promise<ChatResult> {
    const { tokenMs } = this.limits;
    const { maxTokens } = request;
    return this.exchange(request, {
      more: { stream: true, stream_options: { include_usage: true } },
      read: (endpoint, response, deadline, given) => {
        const give = (text: string) => {
          given();
          onDelta(text);
        };
        return readChat(endpoint, response, deadline, { onDelta: give, maxTokens, tokenMs });
      },
    });
  }

  /**
   * Lets the model choose by the first token that it would say.
   *
   * @param choices words of which no one begins another
   * @returns also the tokens of tries that a server refused to answer so
   * @throws {RemoteError}, or the reason of the signal when that is aborted
   */
  choose(request: ChatRequest, choices: readonly string[]): Promise<Choice> {
    return this.chooser.choose(request, choices);
  }

  /** How many tokens the server lists with the first one; 0: it tells no probabilities; null: nothing was chosen yet. */
  get listedProbabilities(): number | null {
    return this.chooser.listed;
  }

  /**
   * Whether the server holds the model to a JSON schema.
   *
   * @throws {RemoteError}, or the reason of the signal when that is aborted
   */
  knowsSchema(request: ChatRequest, choices: readonly string[]): Promise<boolean> {
    return this.chooser.knowsSchema(request, choices);
  }

  /** Ends all requests, which then fail with an `AbortError`, and looks at no server again. */
  async close(): Promise<void> {
    this.checks.close();
    this.closing.abort();
    await Promise.allSettled(this.running);
  }

  /** Sends a request, again where that may help. */
  private exchange<T extends { readonly usage: Usage }>(request: ChatRequest, how: Exchange<T>): Promise<T> {
    const running = this.joined(request.signal, (signal) => this.budgeted({ ...request, signal }, how));
    const settled = running.catch(() => undefined).finally(() => this.running.delete(settled));
    this.running.add(settled);
    return running;
  }

  private async budgeted<T extends { readonly usage: Usage }>(
    request: ChatRequest,
    how: Exchange<T>,
  ): Promise<T> {
    const taken = await this.budgets.take(request);
    let usage: Usage | null = null;
    try {
      const result = await this.sender.send(request, how, () => taken.again());
      usage = result.usage;
      return result;
    } catch (error) {
      if (error instanceof RemoteError) this.counts.failed++;
      throw error;
    } finally {
      this.count(usage);
      taken.settle(usage);
    }
  }

  private count(usage: Usage | null): void {
    this.counts.requests++;
    this.counts.prefilledTokens += (usage?.prompt ?? 0) - (usage?.cached ?? 0);
    this.counts.cachedTokens += usage?.cached ?? 0;
  }

  /** Runs with a signal that is aborted with the given one, and when this is closed. */
  private async joined<T>(signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const both = new AbortController();
    const stop = () => both.abort(signal.aborted ? signal.reason : this.closing.signal.reason);
    if (signal.aborted || this.closing.signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    this.closing.signal.addEventListener("abort", stop, { once: true });
    try {
      return await run(both.signal);
    } finally {
      signal.removeEventListener("abort", stop);
      this.closing.signal.removeEventListener("abort", stop);
    }
  }
}

async function look(
  endpoint: Endpoint,
  model: string | null,
  signal: AbortSignal,
): Promise<ListedModel | null> {
  try {
    const found = await findModel(endpoint, model, signal);
    endpoint.model = found.id;
    return found;
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    endpoint.cause = error;
    return null;
  }
}
