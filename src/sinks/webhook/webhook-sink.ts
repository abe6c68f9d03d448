import { DeliveryError } from "../delivery-error.ts";
import { noticeJson } from "../notice.ts";
import type { Notice, Sink } from "../sink.ts";
import { retryAfterMs } from "./retry-after.ts";
import { sign } from "./signature.ts";
import { signingKeys } from "./signing-keys.ts";
import { statusFailure } from "./status-failure.ts";
import type { WebhookEntry } from "./webhook-schema.ts";

/** Most bytes of an answer that are read. They are read at all so that the connection can be used again. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Sends each notice as a POST request, signed as Standard Webhooks does where there is a secret. */
export class WebhookSink implements Sink {
  private readonly url: string;
  /** What may be shown of the URL: many services have their secret in its path. */
  private readonly shown: string;
  private readonly headers: Readonly<Record<string, string>>;
  private readonly keys: readonly Uint8Array[];

  /** @throws {SinkError} as `signingKeys` does */
  constructor(
    readonly name: string,
    entry: WebhookEntry,
    env: Readonly<Record<string, string | undefined>> = process.env,
  ) {
    const url = new URL(entry.url);
    this.shown = url.origin;
    const authorization = basicAuthorization(url);
    url.username = "";
    url.password = "";
    this.url = url.href;
    this.keys = signingKeys(entry, env);
    this.headers = {
      "user-agent": "thinkalong",
      ...(authorization !== null && { authorization }),
      ...Object.fromEntries(Object.entries(entry.headers ?? {}).map(([at, is]) => [at.toLowerCase(), is])),
      "content-type": "application/json",
    };
  }

  async deliver(notice: Notice, signal: AbortSignal): Promise<void> {
    const body = noticeJson(notice);
    const response = await this.post(notice.id, body, signal);
    await drain(response);
    const failure = statusFailure(response.status);
    if (failure === null) return;
    throw new DeliveryError(
      failure,
      `${this.shown} answers with ${response.status}.${hint(response.status)}`,
      {
        retryAfterMs: retryAfterMs(response.headers),
      },
    );
  }

  async close(): Promise<void> {}

  private async post(id: string, body: string, signal: AbortSignal): Promise<Response> {
    const timestamp = Math.floor(Date.now() / 1000);
    const headers = {
      ...this.headers,
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      ...(this.keys.length > 0 && { "webhook-signature": sign(this.keys, id, timestamp, body) }),
    };
    try {
      return await fetch(this.url, { method: "POST", headers, body, signal, redirect: "manual" });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      // `fetch failed` says nothing; its cause does.
      const { message, code } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
      throw new DeliveryError("passing", `${this.shown} cannot be reached (${message || code}).`, {
        cause: error,
      });
    }
  }
}

function hint(status: number): string {
  if (status >= 300 && status < 400) return " Redirections are not followed. Give the address itself.";
  if (status === 401 || status === 403) return " Check its secret and headers.";
  return "";
}

function basicAuthorization({ username, password }: URL): string | null {
  if (username === "" && password === "") return null;
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(plain).toString("base64")}`;
}

/** Reads the answer, which is of no interest. The status has come, so nothing that happens here changes the outcome. */
async function drain({ body }: Response): Promise<void> {
  const reader = body?.getReader();
  if (reader === undefined) return;
  try {
    let bytes = 0;
    while (bytes <= MAX_ANSWER_BYTES) {
      const { done, value } = await reader.read();
      if (done) return;
      bytes += value.length;
    }
    await reader.cancel();
  } catch {
    // The connection broke behind the status.
  }
}
