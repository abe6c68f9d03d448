import { DeliveryError } from "../delivery-error.ts";
import { SinkError } from "../errors.ts";
import { noticeJson } from "../notice.ts";
import type { Notice, Sink } from "../sink.ts";
import { retryAfterMs } from "./retry-after.ts";
import { LEAST_SECRET_BYTES, sign, signingKey } from "./signature.ts";
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
  private readonly key: Uint8Array | null;

  /** @throws {SinkError} when the secret is not there, or too short */
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
    this.key = keyOf(entry, env);
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
      ...(this.key !== null && { "webhook-signature": sign(this.key, id, timestamp, body) }),
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

/** @throws {SinkError} */
function keyOf({ secret, secret_env }: WebhookEntry, env: Readonly<Record<string, string | undefined>>) {
  const given = secret ?? (secret_env === undefined ? undefined : env[secret_env]);
  if (secret_env !== undefined && !given)
    throw new SinkError(
      `The environment variable ${secret_env} is not set. Set it to the secret.`,
      "secret_env",
    );
  if (given === undefined) return null;
  const key = signingKey(given);
  if (key !== null) return key;
  const where = secret_env === undefined ? "It" : `What is in ${secret_env}`;
  throw new SinkError(
    `${where} must have at least ${LEAST_SECRET_BYTES} bytes, and be base64 behind whsec_.`,
    secret_env === undefined ? "secret" : "secret_env",
  );
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
