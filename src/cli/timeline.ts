import { MultiBar, Presets, type SingleBar } from "cli-progress";
import pc from "picocolors";
import type { FfmpegBinary } from "../ingest/mod.ts";
import { outsideText, type ServerEvent } from "../protocol/mod.ts";
import { reportError } from "./failure.ts";

/** Media time as minutes, seconds and tenths: `1:05.2`. */
export function timecode(mediaTimeMs: number): string {
  const tenths = Math.max(0, Math.floor(mediaTimeMs / 100));
  const seconds = Math.floor(tenths / 10);
  const rest = String(seconds % 60).padStart(2, "0");
  return `${Math.floor(seconds / 60)}:${rest}.${tenths % 10}`;
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
const ms = (value: number | null) => (value === null ? "–" : `${Math.round(value)} ms`);

/**
 * Shows the events of a replay: a line for each thought and answer, a progress bar below when the output is a terminal,
 * and a summary at the end.
 */
export class Timeline {
  private readonly bars: MultiBar | null;
  private readonly bar: SingleBar | null;
  private readonly questions = new Map<string, string>();
  private drops = 0;

  /** @param durationMs length of the video (ms); null when it is not known */
  constructor(
    durationMs: number | null,
    private readonly ffmpeg: FfmpegBinary,
  ) {
    const terminal = process.stderr.isTTY === true && process.stdout.isTTY === true;
    const format = durationMs === null ? "{at}" : "{bar} {at} / {of}";
    this.bars = terminal
      ? new MultiBar(
          { format, hideCursor: true, stream: process.stderr, barsize: 40 },
          Presets.shades_classic,
        )
      : null;
    this.bar =
      this.bars?.create(durationMs ?? 1, 0, { at: timecode(0), of: timecode(durationMs ?? 0) }) ?? null;
  }

  show(event: ServerEvent): void {
    switch (event.type) {
      case "response.reasoning_text.done":
        this.bar?.update(event.media_time_ms, { at: timecode(event.media_time_ms) });
        if (!event.skipped) this.line(`${pc.cyan(timecode(event.media_time_ms).padStart(8))}  ${event.text}`);
        break;
      case "response.created":
        if (event.response.question !== null) this.questions.set(event.response.id, event.response.question);
        break;
      case "response.output_text.done": {
        const at = pc.cyan(timecode(event.media_time_ms).padStart(8));
        this.line(`${at}  ${pc.dim(this.questions.get(event.response_id) ?? "")} ${pc.bold(event.text)}`);
        if (event.outside !== null) this.line(pc.dim(`${" ".repeat(10)}${outsideText(event.outside)}`));
        break;
      }
      case "response.done":
        if (event.response.status_details !== null) this.error(event.response.status_details.message);
        break;
      case "session.scene": {
        const at = timecode(event.media_time_ms).padStart(8);
        const paint = event.status === "familiar" ? pc.green : pc.yellow;
        this.line(`${paint(at)}  ${paint(`${event.status} scene: ${event.message}`)}`);
        break;
      }
      case "input_video_frame.dropped":
        this.drops++;
        break;
      case "session.context_compressed":
        this.line(
          pc.dim(
            `${" ".repeat(10)}out of the windows: ${count(event.visual_evicted, "unit")} of video, ${count(event.text_evicted, "token")} of thought`,
          ),
        );
        break;
      case "error":
        this.error(event.error.message);
        break;
      case "session.stats":
        this.summary(event.stats);
        break;
    }
  }

  private summary(stats: Extract<ServerEvent, { type: "session.stats" }>["stats"]): void {
    this.bars?.stop();
    const { ttft_ms: spoken, skip_ms: quiet } = stats;
    const { version, path, origin } = this.ffmpeg;
    const unfamiliar =
      stats.units_unfamiliar > 0 ? ` (${stats.units_unfamiliar} of an unfamiliar scene)` : "";
    console.log(
      pc.dim(
        `\n${stats.units} units seen${unfamiliar}, ${stats.thoughts} thoughts, ${stats.skips} times nothing to say, ${stats.frames_in} frames, ${this.drops} dropped` +
          `\nfrom a unit's arrival to its first word: ${ms(spoken.p50)} (p50), ${ms(spoken.p95)} (p95); to a skip: ${ms(quiet.p50)} (p50), ${ms(quiet.p95)} (p95)` +
          `\nread with ffmpeg ${version}: ${path} (${origin})`,
      ),
    );
  }

  private error(message: string): void {
    if (this.bars === null) {
      reportError(message);
      return;
    }
    process.exitCode = 1;
    this.bars.log(`${pc.red("error:")} ${message}\n`);
  }

  private line(text: string): void {
    if (this.bars) this.bars.log(`${text}\n`);
    else console.log(text);
  }
}
