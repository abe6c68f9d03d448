import { guardedFetch, IngestError, type NetworkPolicy, withoutCredentials } from "../../ingest/mod.ts";
import { errorInfo } from "../../protocol/mod.ts";
import type { ShownMedium } from "../../streams/mod.ts";
import { base64Bytes } from "../base64.ts";
import { type HttpErrorStatus, HttpProblem } from "../http/http-problem.ts";
import type { Limits } from "../limits.ts";
import type { MediumUrl } from "./turns.ts";

export interface LoadMediaOptions {
  readonly limits: Pick<Limits, "maxFrameBytes" | "maxCompletionBytes">;
  /** What an http(s) URL may reach. */
  readonly network: NetworkPolicy;
  readonly signal: AbortSignal;
}

/**
 * Gets the bytes of pictures and videos, one after the other. All of them together have no more than
 * `maxCompletionBytes`, and each picture no more than `maxFrameBytes`.
 *
 * @throws {HttpProblem} with the field that is wrong; the signal's reason
 */
export async function loadMedia(
  urls: readonly MediumUrl[],
  { limits, network, signal }: LoadMediaOptions,
): Promise<ShownMedium[]> {
  const media: ShownMedium[] = [];
  let left = limits.maxCompletionBytes;
  for (const medium of urls) {
    const most = medium.kind === "image" ? Math.min(limits.maxFrameBytes, left) : left;
    const bytes = await bytesOf(medium, most, network, signal);
    left -= bytes.length;
    media.push({ kind: medium.kind, bytes });
  }
  return media;
}

async function bytesOf(
  { kind, url, param }: MediumUrl,
  most: number,
  network: NetworkPolicy,
  signal: AbortSignal,
): Promise<Uint8Array> {
  try {
    if (/^data:/i.test(url)) return requireUsable(kind, dataOf(url), most);
    if (/^https?:/i.test(url)) return await fetched(kind, url, most, network, signal);
    const more = kind === "video" ? " A live stream is named as stream:door." : "";
    throw new IngestError("unsupported_protocol", `The URL must begin with data:, http: or https:.${more}`);
  } catch (error) {
    if (!(error instanceof IngestError)) throw error;
    const status = errorInfo(error.code).status as HttpErrorStatus;
    throw new HttpProblem(status, error.code, error.message, param);
  }
}

/** @throws {IngestError} `url_invalid` */
function dataOf(url: string): Uint8Array {
  const comma = url.indexOf(",");
  const isBase64 = comma >= 0 && /;base64$/i.test(url.slice(0, comma));
  const bytes = isBase64 ? base64Bytes(url.slice(comma + 1)) : null;
  if (bytes !== null) return bytes;
  const message =
    "The data: URL cannot be read. Write it as data:image/jpeg;base64, or data:video/mp4;base64, and the bytes in base64.";
  throw new IngestError("url_invalid", message);
}

async function fetched(
  kind: MediumUrl["kind"],
  url: string,
  most: number,
  network: NetworkPolicy,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { ok, status, body } = await guardedFetch(url, network, { signal });
  if (!ok) {
    await body?.cancel();
    const message = `${withoutCredentials(url)} was answered with the status ${status}. Give a URL from which the ${kind} can be fetched.`;
    throw new IngestError("url_refused", message, { status });
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the rest.
  for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length;
    parts.push(part);
    if (size > most) break;
  }
  return requireUsable(kind, Buffer.concat(parts), most);
}

/** @throws {IngestError} `image_too_large`, `video_too_large`, `image_undecodable` or `file_empty` */
function requireUsable(kind: MediumUrl["kind"], bytes: Uint8Array, most: number): Uint8Array {
  if (bytes.length === 0) {
    const code = kind === "image" ? "image_undecodable" : "file_empty";
    throw new IngestError(code, `The ${kind} is empty (0 bytes).`);
  }
  if (bytes.length <= most) return bytes;
  const message = `The ${kind} has more than ${most} bytes, which is all that the server takes here. Send a smaller one.`;
  throw new IngestError(kind === "image" ? "image_too_large" : "video_too_large", message);
}
