import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { IngestError, messageOf } from "../errors.ts";
import type { NetworkGuard } from "./network-guard.ts";

export interface GuardedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Sends HTTP requests to allowed addresses only. Redirections are answers like others: it follows none. Certificates are
 * not checked, as ffmpeg does not check them either, because cameras sign their own.
 */
export class GuardedClient {
  private readonly http: HttpAgent;
  private readonly https: HttpsAgent;

  constructor(private readonly guard: NetworkGuard) {
    const options = { keepAlive: true, maxSockets: guard.limits.connections };
    this.http = new HttpAgent(options);
    this.https = new HttpsAgent({ ...options, rejectUnauthorized: false });
  }

  /**
   * Asks with GET. Credentials in the URL are left out.
   *
   * @returns when the header of the answer is there. The signal ends its body too
   * @throws {IngestError} `address_forbidden`, `url_unreachable`, `unsupported_protocol`; else what `node:http` throws
   */
  async get(url: URL, { headers, signal }: GuardedRequest): Promise<IncomingMessage> {
    const { host, port, isTls } = this.guard.destination(url);
    const { headerBytes, answerMs } = this.guard.limits;
    signal.throwIfAborted();
    return await new Promise((resolve, reject) => {
      const ask = isTls ? httpsRequest : httpRequest;
      const request = ask({
        host,
        port,
        path: `${url.pathname}${url.search}`,
        headers: { ...headers, host: url.host },
        agent: isTls ? this.https : this.http,
        lookup: this.guard.lookup,
        maxHeaderSize: headerBytes,
        signal,
      });
      const timer = setTimeout(() => request.destroy(new Error(`no answer in ${answerMs} ms`)), answerMs);
      request.once("close", () => clearTimeout(timer));
      request.on("error", (error) => reject(unreachable(url, error)));
      request.once("response", (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      request.end();
    });
  }

  close(): void {
    this.http.destroy();
    this.https.destroy();
  }
}

/** What a failed connection is called. */
export function unreachable(url: URL, cause: unknown): Error {
  if (cause instanceof IngestError || (cause instanceof Error && cause.name === "AbortError")) return cause;
  const why = (cause as NodeJS.ErrnoException).code ?? messageOf(cause);
  const message = `${url.protocol}//${url.host} cannot be reached (${why}). Check the address and the network.`;
  return new IngestError("url_unreachable", message, { cause });
}
