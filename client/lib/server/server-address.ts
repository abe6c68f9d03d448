import { ClientError } from "../errors.ts";
import { findSocketClass, isNode, type SocketClass, type SocketLike } from "./web-socket.ts";

/**
 * How a server is reached.
 *
 * @example
 * new ThinkalongClient("https://cameras.example", { token: process.env.THINKALONG_TOKEN });
 */
export interface ServerOptions {
  /**
   * Secret of a token, when the server wants one. Programs send it as a header. Browsers cannot, so a ticket is taken with
   * it before each connection. A page whose visitors must not have the secret gives `ticket` instead.
   */
  readonly token?: string | undefined;
  /** Gives a ticket for one connection, for example from a backend of yours. It is asked before each connection. */
  readonly ticket?: () => Promise<string>;
  /** Stands in for the `fetch` of this environment. */
  readonly fetch?: typeof globalThis.fetch;
  /** Stands in for the WebSocket of this environment. */
  readonly WebSocket?: SocketClass;
}

/** What `request` sends. */
export interface RequestOptions {
  readonly method?: string;
  /** Is sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Where a server is, and who asks it. */
export class ServerAddress {
  readonly base: URL;

  /**
   * @param url of the server, such as `https://cameras.example`; of a page, it may be relative
   * @throws {TypeError} it is not a URL
   */
  constructor(
    url: string | URL,
    private readonly options: ServerOptions = {},
  ) {
    const { location } = globalThis as { location?: { readonly href: string } };
    this.base = new URL(url, location?.href);
    this.base.protocol = this.base.protocol.replace(/^ws/, "http");
    this.base.search = this.base.hash = "";
    if (!this.base.pathname.endsWith("/")) this.base.pathname += "/";
  }

  /**
   * Asks over HTTP.
   *
   * @param path without a slash before it, such as `v1/streams`
   * @throws {ClientError} with the code of the answer, when it is an error; `connection_failed`, when there is none
   */
  async request(path: string, options: RequestOptions = {}): Promise<Response> {
    const { method = "GET", body, signal } = options;
    const headers = {
      ...this.authorization(),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    };
    const { fetch = globalThis.fetch } = this.options;
    let response: Response;
    try {
      response = await fetch(new URL(path, this.base), {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw this.unreachable(cause);
    }
    // "Not modified" is what is hoped for by whoever names what it knows.
    if (!response.ok && response.status !== 304) throw await errorOfResponse(response);
    return response;
  }

  /**
   * Asks for something that is answered in JSON.
   *
   * @throws {ClientError} as {@link request}; `bad_answer`, when the answer is not JSON
   */
  async json<T>(path: string, options: RequestOptions = {}): Promise<T> {
    const response = await this.request(path, options);
    const text = await response.text();
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw badAnswer(response, text, cause);
    }
  }

  /**
   * What opens a socket. The caller adds its listeners in the same turn: a socket may fail right behind it.
   *
   * @param query parameters of `/v1/stream`
   * @throws {ClientError} there is no ticket, or no WebSocket
   */
  async socketOpener(query: Readonly<Record<string, string>>): Promise<() => SocketLike> {
    const url = new URL("v1/stream", this.base);
    url.protocol = url.protocol.replace(/^http/, "ws");
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const headers = this.authorization();
    const isHeaderTaken = isNode() && this.options.ticket === undefined;
    if (!isHeaderTaken && (this.options.ticket || headers.authorization))
      url.searchParams.set("ticket", await this.ticket());
    const SocketOf = this.options.WebSocket ?? (await findSocketClass());
    return () => {
      const socket =
        isHeaderTaken && headers.authorization ? new SocketOf(url.href, { headers }) : new SocketOf(url.href);
      socket.binaryType = "arraybuffer";
      return socket;
    };
  }

  /** Why there was no WebSocket. The socket itself does not tell, so the server is asked over HTTP. */
  async whyRefused(): Promise<ClientError> {
    try {
      await this.json("v1/models");
    } catch (error) {
      if (error instanceof ClientError) return error;
      throw error;
    }
    return new ClientError(
      "connection_failed",
      `The server at ${this.base.origin} answers, but opens no WebSocket. It may be full, a proxy may not pass on upgrades, or the token is not for this: one for named streams opens sessions under their names only.`,
    );
  }

  private async ticket(): Promise<string> {
    if (this.options.ticket) return await this.options.ticket();
    return (await this.json<{ ticket: string }>("v1/tickets", { method: "POST" })).ticket;
  }

  private authorization(): Record<string, string> {
    const { token } = this.options;
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  private unreachable(cause: unknown): ClientError {
    return new ClientError("connection_failed", `The server at ${this.base.origin} cannot be reached.`, {
      cause,
    });
  }
}

/** The error that an answer tells of, in the shape of OpenAI's API. */
async function errorOfResponse(response: Response): Promise<ClientError> {
  const { status } = response;
  const text = await response.text();
  try {
    const { code, message, param } = (
      JSON.parse(text) as { error: { code: string; message: string; param?: string } }
    ).error;
    if (typeof code === "string" && typeof message === "string")
      return new ClientError(code, message, { param: param ?? null, status });
  } catch {
    // It is told below: what answers is something else, such as a proxy.
  }
  return badAnswer(response, text);
}

function badAnswer({ url, status }: Response, text: string, cause?: unknown): ClientError {
  return new ClientError("bad_answer", `${url} answered ${status}: ${text.slice(0, 200)}`, { status, cause });
}
