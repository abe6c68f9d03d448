import { IngestError, type OpenVideoOptions, openVideo } from "../../ingest/mod.ts";
import type { Intake, Source, Stop } from "./source.ts";

export interface PulledVideoOptions
  extends Pick<OpenVideoOptions, "pace" | "live" | "inputFps" | "firstFrameTimeoutMs" | "stallTimeoutMs"> {
  /** A video file, or an http(s), HLS or RTSP URL. */
  readonly input: string;
  /** Ends the replay early, as if the video ended there, but with the reason `going_away`. */
  readonly signal?: AbortSignal;
}

/** A video that this process reads from a file or a URL. When something is wrong with it, the stream fails. */
export class PulledVideo implements Source {
  constructor(private readonly options: PulledVideoOptions) {}

  start(into: Intake): Stop {
    const { input, ...options } = this.options;
    const frames$ = openVideo(input, {
      ...options,
      ...into.format,
      ready$: into.ready$,
      onNotice: (notice) => into.notice({ ...notice, mediaTimeMs: 0 }),
    });
    const playing = frames$.subscribe({
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
}
