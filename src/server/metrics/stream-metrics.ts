import type { SkipReason } from "../../engine/mod.ts";
import type { DropReason } from "../../ingest/mod.ts";
import type { ServerEvent, ServerEventOf, SessionStats } from "../../protocol/mod.ts";
import type { ListenedStream, StreamListener } from "../../streams/mod.ts";
import type { MetricSet } from "./metric-set.ts";
import { SESSIONS, streamLabel } from "./stream-label.ts";

/** How long the values of a camera are kept that is gone (ms). By then every scraper has seen the last of them. */
const KEPT_MS = 10 * 60_000;

/** Most cameras that are gone whose values are kept. */
const MOST_GONE = 64;

const DROPS: Readonly<Record<DropReason, true>> = {
  busy: true,
  rate: true,
  duplicate: true,
  decode_error: true,
};
const SKIPS: Readonly<Record<SkipReason, true>> = {
  ...{ nothing_new: true, still: true, repeated: true },
  ...{ late: true, limited: true, unavailable: true },
};
const ANSWERS: Readonly<Record<ServerEventOf<"response.done">["response"]["status"], true>> = {
  ...{ completed: true, cancelled: true, incomplete: true, failed: true },
};

export interface StreamMetricsOptions {
  /** Default: 10 minutes. */
  readonly keptMs?: number;
  /** The time (ms, monotonic). Default: `performance.now`. */
  readonly now?: () => number;
}

/**
 * Counts what happens on streams, from their logs. A camera is counted under its name, sessions all together. The values
 * of a camera that is gone are forgotten after a while, and sooner when many are gone, so their number is bounded.
 */
export class StreamMetrics {
  private readonly open = new Set<StreamTally>();
  /** When each camera has gone, the one first that has been gone for longest (ms). */
  private readonly gone = new Map<string, number>();
  /** Resolves when the values of those are gone that are to be forgotten. */
  private forgetting: Promise<void> = Promise.resolve();
  private readonly keptMs: number;
  private readonly now: () => number;

  constructor(
    private readonly metrics: MetricSet,
    { keptMs = KEPT_MS, now = () => performance.now() }: StreamMetricsOptions = {},
  ) {
    this.keptMs = keptMs;
    this.now = now;
    this.announce(SESSIONS);
  }

  /** Hears of a stream that is opened. */
  readonly listener: StreamListener = (stream) => {
    const label = streamLabel(stream);
    if (stream.kind === "camera") {
      // It may be one that is opened again, whose values go on.
      if (!this.gone.delete(label)) this.announce(label);
    }
    const tally = new StreamTally(this.metrics, stream, label);
    this.open.add(tally);
    stream.log.from(null).subscribe({
      next: (entry) => "event" in entry && tally.take(entry.event),
      complete: () => {
        tally.catchUp();
        this.open.delete(tally);
        if (stream.kind === "camera") this.gone.set(label, this.now());
        // Also where nobody asks for the metrics.
        if (this.gone.size > MOST_GONE) this.forget((_, left) => left > MOST_GONE / 2);
      },
    });
  };

  /** Brings what is not told by events up to now, and forgets the values of those that are gone for long. */
  async settle(): Promise<void> {
    for (const tally of this.open) tally.catchUp();
    const untilMs = this.now() - this.keptMs;
    this.forget((goneAtMs) => goneAtMs <= untilMs);
    await this.forgetting;
  }

  /** Many at once, because all values are gone through for that. */
  private forget(isDue: (goneAtMs: number, left: number) => boolean): void {
    const due = new Set<string>();
    for (const [label, goneAtMs] of this.gone) if (isDue(goneAtMs, this.gone.size - due.size)) due.add(label);
    for (const label of due) this.gone.delete(label);
    if (due.size > 0) this.forgetting = this.forgetting.then(() => this.metrics.forget(due));
  }

  /** Every value that is known beforehand is there from the beginning, at 0. */
  private announce(stream: string): void {
    const { metrics } = this;
    for (const key of ["ttft", "skip", "staleness", "answerFirst", "answerDone"] as const)
      metrics.begin(key, { stream });
    for (const key of ["frames", "units", "unfamiliar", "thoughts", "alerts"] as const)
      metrics.add(key, { stream }, 0);
    for (const reason of Object.keys(DROPS)) metrics.add("dropped", { stream, reason }, 0);
    for (const reason of Object.keys(SKIPS)) metrics.add("skips", { stream, reason }, 0);
    for (const status of Object.keys(ANSWERS)) metrics.add("answers", { stream, status }, 0);
    for (const kind of ["thought", "answer"]) metrics.add("tokens", { stream, for: kind }, 0);
  }
}

/** Counts one stream. */
class StreamTally {
  /** How far its own counters are counted. They may begin with what an earlier stream of the same name had. */
  private counted: Pick<SessionStats, "frames_in" | "units" | "units_unfamiliar">;
  /** The thought that was skipped last, whose times follow. */
  private skipped: string | null = null;

  constructor(
    private readonly metrics: MetricSet,
    private readonly stream: ListenedStream,
    private readonly label: string,
  ) {
    this.counted = stream.figures;
  }

  take(event: ServerEvent): void {
    const { metrics, label: stream } = this;
    switch (event.type) {
      case "input_video_frame.dropped":
        metrics.add("dropped", { stream, reason: event.reason });
        return;
      case "response.reasoning_text.done":
        if (!event.skipped) return;
        this.skipped = event.response_id;
        metrics.add("skips", { stream, reason: event.skip_reason ?? "nothing_new" });
        return;
      case "response.done":
        if (event.response.kind === "thought") this.thought(event);
        else this.answer(event);
        return;
      case "stream.state":
        metrics.add("sourceChanges", { stream, state: event.state });
        return;
      case "input.gap":
        metrics.add("gaps", { stream, reason: event.reason });
        metrics.add("gapSeconds", { stream, reason: event.reason }, (event.to_ms - event.from_ms) / 1000);
        return;
      case "alert.raised":
        metrics.add("alerts", { stream });
        return;
      case "error":
        metrics.add("errors", { stream, code: event.error.code });
        return;
      case "session.closed":
        metrics.add("closed", { kind: this.stream.kind, reason: event.reason });
    }
  }

  /** Counts what there are no events about. */
  catchUp(): void {
    const { metrics, counted, label: stream } = this;
    const now = this.stream.figures;
    metrics.add("frames", { stream }, now.frames_in - counted.frames_in);
    metrics.add("units", { stream }, now.units - counted.units);
    metrics.add("unfamiliar", { stream }, now.units_unfamiliar - counted.units_unfamiliar);
    this.counted = now;
  }

  private thought({ response, timing }: ServerEventOf<"response.done">): void {
    const { metrics, label: stream } = this;
    const isSkipped = this.skipped === response.id;
    this.skipped = null;
    if (!isSkipped) metrics.add("thoughts", { stream });
    metrics.add("tokens", { stream, for: "thought" }, response.usage.output_tokens);
    this.observe(isSkipped ? "skip" : "ttft", timing.ttft_ms);
    this.observe("staleness", timing.staleness_ms);
  }

  private answer({ response, timing }: ServerEventOf<"response.done">): void {
    const { metrics, label: stream } = this;
    const { status, usage } = response;
    metrics.add("answers", { stream, status });
    metrics.add("tokens", { stream, for: "answer" }, usage.output_tokens);
    if (status !== "completed" && status !== "incomplete") return;
    this.observe("answerFirst", timing.answer_first_ms);
    this.observe("answerDone", timing.answer_done_ms);
  }

  private observe(key: Parameters<MetricSet["observe"]>[0], ms: number | null): void {
    if (ms !== null) this.metrics.observe(key, { stream: this.label }, ms / 1000);
  }
}
