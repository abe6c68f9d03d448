import type { BaseUrl } from "./base-url.ts";
import type { Json } from "./chat-body.ts";
import { Deadline } from "./deadline.ts";
import { Dialect } from "./dialect.ts";
import { RemoteError } from "./errors.ts";
import { explainNetwork } from "./network-errors.ts";
import { type Asked, explainStatus, isHtml, parseJson } from "./status-errors.ts";

const LOOK_MS = 10_000;
const NO_ANSWER = "Check the address, and whether it is one of https.";
const OVERLOADED = "It may be overloaded: try fewer or smaller pictures, or a longer time-out.";
/** An answer that is longer than this is none. */
const MOST_CHARACTERS = 8_000_000;

/** How long a request may take (ms). */
export interface TimeLimits {
  readonly requestMs: number;
  readonly firstTokenMs: number;
  readonly tokenMs: number;
}

/** One server: its requests, and whether it works. */
export class Endpoint {
  /** Requests that were given to it and have not ended; counted by who gives them. */
  inFlight = 0;
  /** Why it does not work; null: it does, as far as is known. */
  cause: RemoteError | null = null;
  /** It asked to be left alone until then (ms, monotonic). */
  restsUntilMs = 0;
  readonly dialect = new Dialect();
  /** Name of the model on this server. */
  model = "";

  constructor(
    readonly url: BaseUrl,
    private readonly key: { readonly keyName: string; readonly hasKey: boolean },
  ) {}

  /** What an error of a chat is about. */
  get asked(): Asked {
    return { url: this.url, ...this.key, model: this.model };
  }

  /**
   * Gets a JSON document.
   *
   * @param to URL
   * @throws {RemoteError}, or the reason of the signal
   */
  async look(to: string, signal: AbortSignal): Promise<unknown> {
    const deadline = new Deadline(signal, LOOK_MS, this.url.label, NO_ANSWER);
    try {
      const response = await this.send(to, { method: "GET" }, deadline, { ...this.asked, model: null });
      return await this.json(response, deadline);
    } finally {
      deadline.end();
    }
  }

  /**
   * Sends a chat completion and hands its answer to a reader. What the reader leaves is not awaited: the connection is
   * closed.
   *
   * @throws {RemoteError}, or the reason of the signal
   */
  async chat<T>(
    body: Readonly<Record<string, Json>>,
    signal: AbortSignal,
    limits: TimeLimits,
    read: (response: Response, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const deadline = new Deadline(signal, limits.requestMs, this.url.label, OVERLOADED);
    try {
      deadline.expect("the beginning of an answer", limits.firstTokenMs);
      const init = { method: "POST", body: JSON.stringify(this.dialect.speak(body)) };
      const response = await this.send(this.url.at("chat/completions"), init, deadline, this.asked);
      return await read(response, deadline);
    } finally {
      deadline.end();
    }
  }

  /** Reads an answer that must be a JSON document. */
  async json(response: Response, deadline: Deadline): Promise<unknown> {
    const text = await this.text(response, deadline);
    const value = parseJson(text);
    if (value === undefined) throw this.nonsense(text);
    return value;
  }

  /** The pieces of an answer as they arrive. */
  async *pieces(response: Response, deadline: Deadline): AsyncGenerator<string> {
    if (response.body === null) return;
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        yield decoder.decode(value, { stream: true });
      }
    } catch (error) {
      throw deadline.signal.aborted ? deadline.signal.reason : explainNetwork(error, this.url.label);
    }
  }

  /** The error for what no OpenAI-compatible server sends. */
  nonsense(text: string): RemoteError {
    const { label, secrets } = this.url;
    const what = isHtml(text) ? "a web page" : text.trim() === "" ? "nothing" : `“${secrets.excerpt(text)}”`;
    const hint = "It is no OpenAI-compatible server, or its API has another path.";
    return new RemoteError("remote_nonsense", `${label} answers with ${what}. ${hint}`);
  }

  private async text(response: Response, deadline: Deadline): Promise<string> {
    let text = "";
    for await (const piece of this.pieces(response, deadline)) {
      text += piece;
      if (text.length > MOST_CHARACTERS) throw this.nonsense(text);
    }
    return text;
  }

  private async send(
    to: string,
    init: { method: string; body?: string },
    deadline: Deadline,
    asked: Asked,
  ): Promise<Response> {
    const headers = {
      ...this.url.headers,
      ...(init.body === undefined ? {} : { "content-type": "application/json" }),
    };
    const { signal } = deadline;
    let response: Response;
    try {
      // A redirection could lead a key, or a picture, where nobody wants it.
      response = await fetch(to, { ...init, headers, signal, redirect: "manual" });
    } catch (error) {
      throw signal.aborted ? signal.reason : explainNetwork(error, this.url.label);
    }
    if (response.ok) return response;
    const body = await this.text(response, deadline);
    throw explainStatus(response.status, response.headers, body, asked);
  }
}
