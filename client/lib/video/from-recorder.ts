import type { Dom } from "../dom.ts";
import { ClientError } from "../errors.ts";
import type { Session } from "../session/session.ts";

/**
 * How a recording is made.
 *
 * @example
 * fromRecorder(session, stream, { videoBitsPerSecond: 500_000 });
 */
export interface RecordingOptions {
  /** Default: the first of WebM with VP8 and what else the browser records. */
  readonly mimeType?: string;
  /** Length of a chunk (ms); default 100. All pictures of a chunk arrive with it. */
  readonly timesliceMs?: number;
  /** Default: the browser's choice. */
  readonly videoBitsPerSecond?: number;
  /** When so much waits for the network, the recording pauses until half of it has gone (bytes); default 1 MiB. */
  readonly mostBufferedBytes?: number;
}

/** A recording that is being sent. */
export interface Recording {
  /** How often it has paused because the network was behind. */
  readonly pauses: number;
  /** Ends it. What was recorded is sent and looked at to its end. */
  stop(): void;
}

const MIME_TYPES = ["video/webm;codecs=vp8", "video/webm", "video/mp4"];

const MOST_BUFFERED_BYTES = 1024 * 1024;

/** How often a paused recording is looked after (ms). */
const POLL_MS = 50;

/** `event_id` of the message that ends what was recorded before the connection was lost. */
const TIDY = "recording_before";

/**
 * Sends a camera, or whatever else a `MediaStream` shows, as a video that the browser's `MediaRecorder` compresses. It
 * takes far fewer bytes than pictures do, and the server has to decode it. After a lost connection another recording begins.
 *
 * @throws {ClientError} `unsupported`, where the browser has no recorder for the type
 * @example
 * ```ts
 * const recording = fromRecorder(session, await openCamera());
 * recording.stop();
 * ```
 */
export function fromRecorder(
  session: Session,
  stream: Dom<"MediaStream">,
  options: RecordingOptions = {},
): Recording {
  return new Recorded(session, stream, options);
}

class Recorded implements Recording {
  pauses = 0;
  private readonly mimeType: string;
  private readonly offs: (() => void)[];
  private recorder: MediaRecorder | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly session: Session,
    private readonly stream: MediaStream,
    private readonly options: RecordingOptions,
  ) {
    this.mimeType = mimeTypeOf(options.mimeType);
    this.offs = [
      session.on("state", ({ phase }) => phase !== "open" && this.abandon()),
      session.on("session.created", () => this.start()),
      // A recorder writes its header once. So what was open is ended, and another one begins.
      session.on("session.resumed", () => session.send({ type: "input_video.stop", event_id: TIDY })),
      session.on("input_video.stopped", () => this.start()),
      session.on("error", ({ error }) => {
        if (error.event_id === TIDY && error.code === "input_not_open") this.start();
      }),
    ];
    if (session.state.phase === "open") this.start();
  }

  stop(): void {
    for (const off of this.offs) off();
    clearInterval(this.timer);
    // What it still gives goes out before its end is told.
    if (this.recorder?.state === "inactive") return;
    this.recorder?.addEventListener("stop", () => this.session.send({ type: "input_video.stop" }));
    this.recorder?.stop();
  }

  private start(): void {
    if (this.recorder !== null) return;
    const { timesliceMs = 100, videoBitsPerSecond } = this.options;
    const recorder = new MediaRecorder(this.stream, {
      mimeType: this.mimeType,
      ...(videoBitsPerSecond === undefined ? {} : { videoBitsPerSecond }),
    });
    this.recorder = recorder;
    if (!this.session.send({ type: "input_video.start", mime: this.mimeType })) {
      this.abandon();
      return;
    }
    recorder.addEventListener("dataavailable", ({ data }) => {
      if (this.recorder !== recorder || data.size === 0) return;
      this.session.send(data);
      this.pauseWhenBehind(recorder);
    });
    recorder.start(timesliceMs);
  }

  /** What is left out of a container breaks it. So nothing is recorded for a while instead. */
  private pauseWhenBehind(recorder: MediaRecorder): void {
    const { mostBufferedBytes = MOST_BUFFERED_BYTES } = this.options;
    if (recorder.state !== "recording" || this.session.bufferedBytes <= mostBufferedBytes) return;
    this.pauses++;
    recorder.pause();
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      if (this.session.bufferedBytes > mostBufferedBytes / 2) return;
      clearInterval(this.timer);
      if (recorder.state === "paused") recorder.resume();
    }, POLL_MS);
  }

  private abandon(): void {
    clearInterval(this.timer);
    const { recorder } = this;
    this.recorder = null;
    if (recorder !== null && recorder.state !== "inactive") recorder.stop();
  }
}

/** @throws {ClientError} `unsupported` */
function mimeTypeOf(wanted: string | undefined): string {
  const found =
    typeof MediaRecorder === "undefined"
      ? undefined
      : (wanted ? [wanted] : MIME_TYPES).find((type) => MediaRecorder.isTypeSupported(type));
  if (found !== undefined) return found;
  throw new ClientError(
    "unsupported",
    `This browser cannot record ${wanted ?? MIME_TYPES.join(" or ")}. Send pictures with fromVideo instead.`,
  );
}
