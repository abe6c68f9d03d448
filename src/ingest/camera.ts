import { defer, from, map, type Observable, repeat, switchMap, takeWhile, timer } from "rxjs";
import { IngestError } from "./errors.ts";
import { type Frame, restamped } from "./frame.ts";
import { noPictures, type PicturePlace, picturePlace, picturesAt } from "./picture-files.ts";
import { openPictures } from "./pictures.ts";
import { probeVideo } from "./probe-video.ts";
import { contentOf } from "./sends-pictures.ts";
import { openSnapshots } from "./snapshots.ts";
import { localPath, mayComeBack, STDIN, withoutCredentials } from "./video-input.ts";
import { allowedInput, fetchWithin } from "./video-route.ts";
import { type OpenVideoOptions, openVideo } from "./video-source.ts";

/**
 * What is at an address. `video`: a file or a stream that ffmpeg reads. `snapshot`: one picture over HTTP, which is asked
 * for again and again. `images`: pictures in files.
 */
export type CameraKind = "video" | "snapshot" | "images";

export interface OpenCameraOptions extends OpenVideoOptions {
  /** Default: what the address is, and what its server says of it. */
  readonly kind?: CameraKind | undefined;
  /** Of snapshots and of pictures in files: time from one to the next (ms). */
  readonly intervalMs?: number | undefined;
  /** Plays a file or a folder again whenever it ends; its media time goes on. Default: false. */
  readonly loop?: boolean | undefined;
  /** Takes the pictures that come into a folder from now on, instead of those that are there. Default: false. */
  readonly watch?: boolean | undefined;
  /** Called when a camera gives a sign of life that is not a frame, such as a picture that has not changed. */
  readonly onAlive?: (() => void) | undefined;
  /** Called when a picture cannot be used, and the next one is waited for. */
  readonly onProblem?: ((problem: IngestError) => void) | undefined;
}

/** An input, and how it is read. */
type Found =
  | { readonly kind: "video"; readonly live: boolean | undefined }
  | { readonly kind: "snapshot" }
  | { readonly kind: "images"; readonly place: PicturePlace };

/**
 * Opens anything that yields frames: what {@link openVideo} plays, a snapshot URL, a folder of pictures or a single one,
 * a camera of this machine (`/dev/video0`), or the standard input (`-`). With `network`, only http(s) and rtsp(s) URLs.
 *
 * With `startedAtMs`, an HTTP URL whose end is not known counts as live. Playlists and recordings are played by their own
 * times all the same: their parts come in bursts.
 *
 * @example
 * openCamera("http://camera/snapshot.jpg", { width: 64, height: 64, fps: 4, pace: "realtime" }).subscribe(see);
 * @throws {IngestError} as an error of the observable: as `openVideo`, and for pictures that cannot be used
 */
export function openCamera(input: string, options: OpenCameraOptions): Observable<Frame> {
  const { loop = false, fps, maxDurationMs = Number.POSITIVE_INFINITY } = options;
  const stop = options.signal ?? new AbortController().signal;
  const open = () =>
    defer(() => from(find(input, options, stop))).pipe(switchMap((found) => play(input, found, options)));
  if (!loop) return open();
  if (mayComeBack(input) || input === STDIN || options.watch) {
    const message = "Only a file or a folder can be played again. Leave out loop.";
    return defer(() => {
      throw new IngestError("option_out_of_range", message);
    });
  }
  const inTime = takeWhile<Frame>(({ mediaTimeMs }) => mediaTimeMs < maxDurationMs);
  const periodMs = options.intervalMs ?? 1000 / fps;
  if (options.decode !== "keyframes") return again(open, periodMs).pipe(inTime);
  // The last key frame comes long before the end, so it does not say when the next round begins.
  return defer(() => cameraDuration(input, { ...options, loop: false })).pipe(
    switchMap((durationMs) => again(open, periodMs, { durationMs, pace: options.pace })),
    inTime,
  );
}

/**
 * How long an input plays (ms); null when that is not known, or cannot be found out without opening it for good.
 *
 * @throws {IngestError} as {@link openCamera}, where that can be found out
 */
export async function cameraDuration(
  input: string,
  options: Pick<
    OpenCameraOptions,
    "kind" | "intervalMs" | "loop" | "watch" | "transport" | "network" | "signal"
  > & {
    readonly timeoutMs?: number | undefined;
  } = {},
): Promise<number | null> {
  const { signal = new AbortController().signal, timeoutMs } = options;
  const patience = timeoutMs === undefined ? {} : { firstFrameTimeoutMs: timeoutMs };
  const found = await find(input, { ...options, ...patience }, signal);
  if (found.kind === "images" && !options.watch && (await picturesAt(found.place)).length === 0)
    throw noPictures(found.place);
  if (found.kind !== "video" || options.loop || !(await allowedInput(input, options)).reopens) return null;
  const probing = timeoutMs === undefined ? {} : { timeoutMs };
  const { durationMs } = await probeVideo(input, {
    ...probing,
    transport: options.transport,
    network: options.network,
  });
  return durationMs;
}

async function find(
  input: string,
  options: Pick<
    OpenCameraOptions,
    | ("kind" | "intervalMs" | "live" | "startedAtMs" | "watch" | "firstFrameTimeoutMs")
    | ("transport" | "network")
  >,
  stop: AbortSignal,
): Promise<Found> {
  const { kind, intervalMs, live, watch = false, network } = options;
  // Whoever may name no files is not told either which there are.
  if (network !== undefined) await allowedInput(input, options);
  const path = localPath(input);
  const place = path === null || kind === "video" ? null : await picturePlace(path);
  if (place !== null) return { kind: "images", place };
  if (kind === "images" || watch) {
    // The better error, if it is not even there.
    await allowedInput(input, options);
    const message = `${withoutCredentials(input)} is no folder and no JPEG, PNG or WebP picture. Give one of these, or leave out what is for pictures alone.`;
    throw new IngestError("option_out_of_range", message);
  }
  if (kind === "snapshot") return { kind };
  const { url } = await allowedInput(input, options);
  if (!/^https?:/.test(url)) return { kind: "video", live };
  const mayBePicture = kind !== "video";
  if (mayBePicture && intervalMs !== undefined) return { kind: "snapshot" };
  const content = await contentOf(url, fetchWithin(network), stop, options.firstFrameTimeoutMs);
  if (mayBePicture && content === "picture") return { kind: "snapshot" };
  const isCamera = options.startedAtMs !== undefined && content !== "recording" && content !== "playlist";
  return { kind: "video", live: live ?? (content === "pictures" || isCamera) };
}

function play(input: string, found: Found, options: OpenCameraOptions): Observable<Frame> {
  const { maxDurationMs = Number.POSITIVE_INFINITY } = options;
  const inTime = takeWhile<Frame>(({ mediaTimeMs }) => mediaTimeMs < maxDurationMs);
  if (found.kind === "snapshot") return openSnapshots(input, options).pipe(inTime);
  if (found.kind === "images") return openPictures(found.place, options).pipe(inTime);
  const { live } = found;
  return openVideo(input, live === undefined ? options : { ...options, live });
}

interface Rounds {
  /** How long a round lasts (ms); null: until a period after its last frame. */
  readonly durationMs: number | null;
  readonly pace: OpenVideoOptions["pace"];
}

/**
 * Plays a recording again and again. The first frame of a round comes a period after the last one of the round before, or
 * when that one has lasted as long as it should.
 */
function again(
  open: () => Observable<Frame>,
  periodMs: number,
  { durationMs, pace }: Rounds = { durationMs: null, pace: "max" },
): Observable<Frame> {
  return defer(() => {
    let seq = 0;
    let nextMs = 0;
    let restMs = 0;
    return defer(() => {
      let offsetMs: number | null = null;
      return open().pipe(
        map((frame) => {
          offsetMs ??= nextMs - (seq === 0 ? 0 : frame.mediaTimeMs);
          const mediaTimeMs = frame.mediaTimeMs + offsetMs;
          restMs = Math.max(0, (durationMs ?? 0) - frame.mediaTimeMs - periodMs);
          nextMs = mediaTimeMs + periodMs + restMs;
          return restamped(frame, { seq: seq++, mediaTimeMs });
        }),
      );
    }).pipe(pace === "realtime" ? repeat({ delay: () => timer(restMs) }) : repeat());
  });
}
