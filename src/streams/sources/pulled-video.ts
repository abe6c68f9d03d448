import { type Observable, throwError } from "rxjs";
import { type Frame, IngestError, type OpenVideoOptions, openVideo } from "../../ingest/mod.ts";
import { type ReconnectWaits, reconnecting } from "./reconnecting.ts";
import type { Intake, Source, Stop } from "./source.ts";

export interface PulledVideoOptions
  extends Pick<
    OpenVideoOptions,
    "pace" | "live" | "inputFps" | "firstFrameTimeoutMs" | "stallTimeoutMs" | "network"
  > {
  /** A video file, or an http(s), HLS or RTSP URL. */
  readonly input: string;
  /**
   * Connects to a live source again when it is lost. Its media time goes on, and the gap is told. It makes any source a
   * live one. Default: a lost source is an error.
   */
  readonly reconnect?: boolean | ReconnectWaits;
  /** Ends the replay early, as if the video ended there, but with the reason `going_away`. */
  readonly signal?: AbortSignal;
}

/** A video that this process reads from a file or a URL. When something is wrong with it, the stream fails. */
export class PulledVideo implements Source {
  constructor(private readonly options: PulledVideoOptions) {}

  start(into: Intake): Stop {
    const playing = this.frames(into).subscribe({
      next: (frame) => {
        into.arrived();
        into.see(frame);
      },
      error: (error: unknown) => {
        if (!(error instanceof IngestError)) throw error;
        const { code, message } = error;
        if (code === "aborted") return into.ended("going_away");
        into.problem({ code, message, fatal: true });
        into.ended();
      },
      complete: () => into.ended(),
    });
    return (how) => {
      playing.unsubscribe();
      if (how === "drain") into.ended();
    };
  }

  private frames(into: Intake): Observable<Frame> {
    const { input, reconnect = false, ...options } = this.options;
    const open = (more: Partial<OpenVideoOptions> = {}) =>
      openVideo(input, {
        ...options,
        ...into.format,
        ready$: into.ready$,
        onNotice: (notice) => into.notice({ ...notice, mediaTimeMs: 0 }),
        ...more,
      });
    if (reconnect === false) return open();
    if (options.live === false || !/^(?!file:)[a-z][a-z0-9+.-]+:/i.test(input)) {
      const message = "Only a live source with a URL can be connected to again. Leave out reconnect.";
      return throwError(() => new IngestError("option_out_of_range", message));
    }
    return reconnecting((startedAtMs) => open({ live: true, startedAtMs }), {
      ...(reconnect === true ? {} : reconnect),
      into,
      signal: options.signal,
    });
  }
}
