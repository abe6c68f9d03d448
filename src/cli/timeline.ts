import pc from "picocolors";
import type { FfmpegBinary } from "../ingest/mod.ts";
import { answerText, atLeastText, outsideText, type ServerEvent } from "../protocol/mod.ts";
import { AnswerOrder } from "./answer-order.ts";
import { printable } from "./printable.ts";
import type { Screen } from "./screen.ts";

/** Media time as minutes, seconds and tenths: `1:05.2`. */
export function timecode(mediaTimeMs: number): string {
  const tenths = Math.max(0, Math.floor(mediaTimeMs / 100));
  const seconds = Math.floor(tenths / 10);
  const rest = String(seconds % 60).padStart(2, "0");
  return `${Math.floor(seconds / 60)}:${rest}.${tenths % 10}`;
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
const ms = (value: number | null) => (value === null ? "–" : `${Math.round(value)} ms`);
const at = (mediaTimeMs: number) => timecode(mediaTimeMs).padStart(8);

/** Width of the column of times. */
const INDENT = " ".repeat(10);
/** Indentation (columns) of the further rows of the totals. */
const TOTALS_HANG = 2;
/** Most and least columns of a progress bar. */
const [MOST_BAR, LEAST_BAR] = [40, 8];

/** The position in a video, with a progress bar when its length is known and there is room. */
export function position(atMs: number, durationMs: number | null, columns: number): string {
  if (durationMs === null || durationMs <= 0) return timecode(atMs);
  const text = `${timecode(atMs)} / ${timecode(durationMs)}`;
  const width = Math.min(MOST_BAR, columns - text.length - 1);
  if (width < LEAST_BAR) return text;
  const done = Math.round(width * Math.min(1, Math.max(0, atMs / durationMs)));
  return `${"█".repeat(done)}${"░".repeat(width - done)} ${text}`;
}

type SkipReasons = Extract<ServerEvent, { type: "session.stats" }>["stats"]["skip_reasons"];

/** How often nothing was said: because there was nothing to say, or for a reason that one should know. */
function silences({ nothing_new, still, repeated, ...lost }: SkipReasons): string {
  const quiet = `${count(nothing_new + still + repeated, "time")} nothing to say`;
  const reasons = Object.entries(lost).filter(([, times]) => times > 0);
  return [quiet, ...reasons.map(([reason, times]) => `${times} not thought about (${reason})`)].join(", ");
}

/**
 * Shows the events of a replay: a line for each thought and answer, the position in the video as the status of the
 * screen, and a summary at the end.
 */
export class Timeline {
  private readonly questions = new Map<string, string>();
  private readonly answers = new AnswerOrder();
  private drops = 0;

  /** @param durationMs length of the video (ms); null when it is not known */
  constructor(
    private readonly screen: Screen,
    private readonly durationMs: number | null,
    private readonly ffmpeg: FfmpegBinary,
  ) {}

  show(event: ServerEvent): void {
    switch (event.type) {
      case "response.reasoning_text.done":
        this.screen.status((columns) => position(event.media_time_ms, this.durationMs, columns));
        if (event.text !== "")
          this.screen.line(`${pc.cyan(at(event.media_time_ms))}  `, printable(event.text));
        break;
      case "response.created":
        if (event.response.question === null) break;
        this.questions.set(event.response.id, event.response.question);
        this.answers.asked(event.response.id);
        break;
      case "response.output_text.done":
        this.answers.show(event.response_id, () => this.answer(event));
        break;
      case "response.done": {
        const { id, status_details } = event.response;
        if (status_details !== null) this.answers.show(id, () => this.screen.error(status_details.message));
        this.answers.done(id);
        break;
      }
      case "session.scene": {
        const paint = event.status === "familiar" ? pc.green : pc.yellow;
        this.screen.line(
          `${paint(at(event.media_time_ms))}  `,
          paint(`${event.status} scene: ${event.message}`),
        );
        break;
      }
      case "session.source":
        this.screen.line(`${pc.yellow(at(event.media_time_ms))}  `, pc.yellow(`note: ${event.message}`));
        break;
      case "stream.state":
      case "input.gap": {
        const whenMs = event.type === "input.gap" ? event.to_ms : event.media_time_ms;
        this.screen.line(`${pc.yellow(at(whenMs))}  `, pc.yellow(`note: ${event.message}`));
        break;
      }
      case "session.model": {
        const paint = event.status === "available" ? pc.green : pc.yellow;
        this.screen.line(
          `${paint(at(Math.max(0, event.media_time_ms)))}  `,
          paint(`model ${event.status}: ${event.message}`),
        );
        break;
      }
      case "input_video_frame.dropped":
        this.drops++;
        break;
      case "session.context_compressed":
        this.screen.line(
          INDENT,
          pc.dim(
            `out of the windows: ${count(event.visual_evicted, "unit")} of video, ${count(event.text_evicted, "token")} of thought`,
          ),
        );
        break;
      case "error":
        this.screen.error(event.error.message);
        break;
      case "session.stats":
        this.answers.flush();
        this.screen.status(null);
        this.summary(event.stats);
        break;
    }
  }

  private answer(event: Extract<ServerEvent, { type: "response.output_text.done" }>): void {
    const question = this.questions.get(event.response_id) ?? "";
    this.screen.line(
      `${pc.cyan(at(event.media_time_ms))}  `,
      `${pc.dim(question)} ${pc.bold(printable(answerText(event)))}`,
    );
    const atLeast = atLeastText(event);
    if (atLeast !== null) this.screen.line(INDENT, pc.dim(atLeast));
    if (event.note !== null) this.screen.line(INDENT, pc.dim(event.note));
    if (event.outside !== null) this.screen.line(INDENT, pc.dim(outsideText(event.outside)));
  }

  private summary(stats: Extract<ServerEvent, { type: "session.stats" }>["stats"]): void {
    const { ttft_ms: spoken, skip_ms: quiet } = stats;
    const { version, path, origin } = this.ffmpeg;
    const unfamiliar =
      stats.units_unfamiliar > 0 ? ` (${stats.units_unfamiliar} of an unfamiliar scene)` : "";
    this.screen.line("", "");
    for (const total of [
      `${count(stats.units, "unit")} seen${unfamiliar}, ${count(stats.thoughts, "thought")}, ${silences(stats.skip_reasons)}, ${count(stats.frames_in, "frame")}, ${this.drops} dropped`,
      `from a unit's arrival to its first word: ${ms(spoken.p50)} (p50), ${ms(spoken.p95)} (p95); to a skip: ${ms(quiet.p50)} (p50), ${ms(quiet.p95)} (p95)`,
      `read with ffmpeg ${version}: ${path} (${origin})`,
    ])
      this.screen.line("", pc.dim(total), TOTALS_HANG);
  }
}
