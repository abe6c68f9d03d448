import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { IngestError } from "../errors.ts";
import { ByteRate } from "./byte-rate.ts";
import { GuardedClient } from "./guarded-client.ts";
import { NetworkGuard, parseUrl } from "./network-guard.ts";
import type { NetworkPolicy } from "./network-policy.ts";

/** Like `fetch` as far as pictures are fetched: GET, with headers. */
export interface FetchOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Fetches a URL of somebody who is not trusted, over HTTP(S). Every address is checked when it is connected to, also
 * after a redirection. Headers are sent to the first origin only. Without a policy it is the global `fetch`.
 *
 * @example
 * const response = await guardedFetch("http://cam.example/snapshot.jpg", {}, { signal: AbortSignal.timeout(5000) });
 * @throws {IngestError} `address_forbidden`, `url_unreachable`, `url_invalid`, `unsupported_protocol`, `url_refused` (too
 *   many redirections); the signal's reason
 */
export async function guardedFetch(
  input: string,
  policy: NetworkPolicy | undefined,
  options: FetchOptions = {},
): Promise<Response> {
  if (policy === undefined) return await fetch(input, options);
  const guard = new NetworkGuard(policy);
  const client = new GuardedClient(guard);
  const { signal = new AbortController().signal } = options;
  try {
    const { answer, url } = await follow(client, guard.limits.redirections, parseUrl(input), options, signal);
    answer.once("close", () => client.close());
    return responseOf(answer, url, new ByteRate(guard.limits.bytesPerSecond, signal));
  } catch (error) {
    client.close();
    throw signal.aborted ? signal.reason : error;
  }
}

async function follow(
  client: GuardedClient,
  most: number,
  start: URL,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<{ answer: IncomingMessage; url: URL }> {
  let url = start;
  for (let redirections = 0; redirections <= most; redirections++) {
    if (!/^https?:$/.test(url.protocol)) {
      const message = `${url.protocol}//${url.host} cannot be fetched. Give an http or https URL.`;
      throw new IngestError("unsupported_protocol", message);
    }
    const sent = url.origin === start.origin ? options.headers : {};
    const answer = await client.get(url, { headers: { ...sent, "accept-encoding": "identity" }, signal });
    const next = redirection(answer, url);
    if (next === null) return { answer, url };
    answer.resume();
    url = next;
  }
  const message = `${start.origin} redirects more than ${most} times. Give the URL to which it leads.`;
  throw new IngestError("url_refused", message);
}

/** Where an answer redirects to; null when it does not. */
export function redirection({ statusCode = 0, headers }: IncomingMessage, base: URL): URL | null {
  if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return null;
  if (!URL.canParse(headers.location, base.href)) {
    throw new IngestError("url_refused", `${base.origin} redirects to something that is not a URL.`);
  }
  return new URL(headers.location, base);
}

function responseOf(answer: IncomingMessage, url: URL, rate: ByteRate): Response {
  const status = answer.statusCode ?? 0;
  if (status < 200 || status > 599)
    throw new IngestError(
      "url_refused",
      `${url.origin} answered with the status ${status}, which HTTP does not have.`,
    );
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headersDistinct)) {
    for (const each of value ?? []) headers.append(name, each);
  }
  const hasBody = ![204, 205, 304].includes(status);
  if (!hasBody) answer.resume();
  const body = hasBody ? (Readable.toWeb(Readable.from(rate.hold(answer))) as ReadableStream) : null;
  const response = new Response(body, { status, headers });
  Object.defineProperty(response, "url", { value: url.href });
  return response;
}
