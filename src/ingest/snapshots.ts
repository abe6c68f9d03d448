import { setTimeout as sleep } from "node:timers/promises";
import { Observable } from "rxjs";
import { checkFps, checkPositive, checkSize, type FrameFormat } from "./check-options.ts";
import { decodeImage } from "./decode-image.ts";
import { IngestError, messageOf } from "./errors.ts";
import { EncodedFrame, type Frame } from "./frame.ts";
import { type Fetch, HttpAddress } from "./http-address.ts";
import type { NetworkPolicy } from "./network/mod.ts";
import { refusal } from "./server-answer.ts";
import type { VideoInput } from "./video-input.ts";
import { allowedInput, fetchWithin } from "./video-route.ts";

export interface SnapshotOptions extends FrameFormat {
  /** Time from one request to the next (ms); default 1000. It is not less than a frame of the wanted rate takes. */
  readonly intervalMs?: number | undefined;
  /** The moment that counts as media time 0 (ms, monotonic). Default: when the first picture came. */
  readonly startedAtMs?: number | undefined;
  /** Longest time until an answer is complete (ms); default 20 000. */
  readonly stallTimeoutMs?: number | undefined;
  /** What the URL may reach. Default: everything. */
  readonly network?: NetworkPolicy | undefined;
  /** Ends it with an `aborted` error. */
  readonly signal?: AbortSignal | undefined;
  /** Called when the server has answered, also when its picture is the same as before. */
  readonly onAlive?: (() => void) | undefined;
  /** Called when a picture cannot be used. The next one is waited for, for as long as `stallTimeoutMs`. */
  readonly onProblem?: ((problem: IngestError) => void) | undefined;
}

const DEFAULT_INTERVAL_MS = 1000;
/** Most bytes of a picture. */
const MOST_BYTES = 8 * 2 ** 20;

/**
 * The pictures of a camera that gives one picture at a time over HTTP. It is asked again and again, and a picture that has
 * not changed is not a new frame: where the server marks its pictures (`ETag`, `Last-Modified`) it does not even send
 * them. Media time is the time at which a picture has arrived.
 *
 * @example
 * openSnapshots("http://camera/snapshot.jpg", { width: 64, height: 64, fps: 4, intervalMs: 2000 }).subscribe(see);
 * @throws {IngestError} as an error of the observable: `url_unreachable`, `url_refused`, `first_frame_timeout`,
 *   `stall_timeout`, `address_forbidden`, `aborted`, and `image_…` when no picture can be used
 */
export function openSnapshots(url: string, options: SnapshotOptions): Observable<Frame> {
  return new Observable((subscriber) => {
    const cancel = new AbortController();
    poll(url, options, cancel.signal, (frame) => subscriber.next(frame)).catch((error) =>
      subscriber.error(error),
    );
    return () => cancel.abort();
  });
}

async function poll(
  url: string,
  options: SnapshotOptions,
  cancelled: AbortSignal,
  emit: (frame: Frame) => void,
): Promise<void> {
  const {
    width,
    height,
    fps,
    intervalMs = DEFAULT_INTERVAL_MS,
    stallTimeoutMs = 20_000,
    network,
    signal,
  } = options;
  checkSize(options);
  checkFps(fps);
  checkPositive("interval", intervalMs);
  checkPositive("stallTimeoutMs", stallTimeoutMs);
  const stop = signal === undefined ? cancelled : AbortSignal.any([cancelled, signal]);
  const snapshots = new Snapshots(await allowedInput(url, { network }), fetchWithin(network), stallTimeoutMs);
  const periodMs = Math.max(intervalMs, 1000 / fps);
  let startedAtMs = options.startedAtMs;
  let usedAtMs: number | null = null;
  let seq = 0;
  for (;;) {
    const askedAtMs = performance.now();
    try {
      const bytes = await snapshots.next(stop);
      options.onAlive?.();
      const arrivedAtMs = performance.now();
      const decoded = bytes === null ? null : await decodeImage(bytes, { width, height });
      if (stop.aborted) break;
      usedAtMs = arrivedAtMs;
      if (bytes !== null && decoded !== null) {
        startedAtMs ??= arrivedAtMs;
        const mediaTimeMs = Math.max(0, arrivedAtMs - startedAtMs);
        emit(new EncodedFrame({ seq: seq++, mediaTimeMs, arrivedAtMs }, bytes, decoded));
      }
    } catch (error) {
      if (stop.aborted) break;
      const isPicture = error instanceof IngestError && error.code.startsWith("image_");
      if (!isPicture || usedAtMs === null || performance.now() - usedAtMs > stallTimeoutMs) throw error;
      snapshots.forget();
      options.onProblem?.(error);
    }
    await sleep(Math.max(0, askedAtMs + periodMs - performance.now()), undefined, { signal: stop }).catch(
      () => {},
    );
    if (stop.aborted) break;
  }
  if (signal?.aborted && !cancelled.aborted)
    throw new IngestError("aborted", "The camera was stopped by its AbortSignal.", { cause: signal.reason });
}

/** One picture after the other from one address. */
class Snapshots {
  private readonly address: HttpAddress;
  private last: Buffer | null = null;
  /** What to say, so that the server sends only a picture that is new. */
  private known: Readonly<Record<string, string>> = {};

  constructor(
    private readonly input: VideoInput,
    fetch: Fetch,
    private readonly timeoutMs: number,
  ) {
    if (!/^https?:/.test(input.url)) {
      const message = `${input.label} is no snapshot: those come over http or https.`;
      throw new IngestError("option_out_of_range", message);
    }
    this.address = new HttpAddress(input.url, fetch);
  }

  /** The picture that is there now; null when it is the same as before. */
  async next(stop: AbortSignal): Promise<Buffer | null> {
    const timeout = AbortSignal.timeout(this.timeoutMs);
    try {
      return await this.ask(AbortSignal.any([stop, timeout]));
    } catch (cause) {
      if (cause instanceof IngestError) throw cause;
      const { label } = this.input;
      if (timeout.aborted) {
        const code = this.last === null ? "first_frame_timeout" : "stall_timeout";
        const message = `${label} gave no picture within ${this.timeoutMs} ms. Check the camera and the network.`;
        throw new IngestError(code, message, { cause });
      }
      const message = `${label} cannot be reached. Check the address and the network (${reasonOf(cause)}).`;
      throw new IngestError("url_unreachable", message, { cause });
    }
  }

  /** The last picture could not be used: the same one again is no sign of life. */
  forget(): void {
    this.last = null;
    this.known = {};
  }

  private async ask(signal: AbortSignal): Promise<Buffer | null> {
    const response = await this.address.get({ headers: this.known, signal });
    if (response.status === 304 && this.last !== null) return null;
    if (!response.ok) {
      await response.body?.cancel();
      throw refusal(this.input, response.status);
    }
    const bytes = await this.read(response);
    this.known = {
      ...header(response, "etag", "if-none-match"),
      ...header(response, "last-modified", "if-modified-since"),
    };
    if (this.last?.equals(bytes)) return null;
    this.last = bytes;
    return bytes;
  }

  private async read({ body }: Response): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    let size = 0;
    // Leaving the loop cancels the rest.
    for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) {
      size += part.length;
      if (size > MOST_BYTES) {
        const message = `${this.input.label} has more than ${MOST_BYTES} bytes. A snapshot is one JPEG, PNG or WebP picture; let the camera send a smaller one.`;
        throw new IngestError("image_too_large", message);
      }
      parts.push(part);
    }
    return Buffer.concat(parts);
  }
}

function header({ headers }: Response, from: string, to: string): Record<string, string> {
  const value = headers.get(from);
  return value === null ? {} : { [to]: value };
}

/** `fetch` says why in the cause of its error. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? messageOf(error);
}
