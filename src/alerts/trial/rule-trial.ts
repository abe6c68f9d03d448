import type { ModelInfo } from "../../engine/mod.ts";
import { ActiveAlert } from "../active-alert.ts";
import { AlertError, WordsError } from "../errors.ts";
import type { AlertRule } from "../rule-schema.ts";
import { PlayedStream } from "./played-stream.ts";
import type { Recorded, TrialAlert } from "./recorded.ts";

/**
 * Tries a rule on what was recorded: says when it would have been raised, had it been there.
 *
 * @example
 * const trial = new RuleTrial({ when: "a person enters" }, engine.model, fromMs);
 * for (const recorded of inOrder) trial.take(recorded);
 * trial.alerts.length // how often
 */
export class RuleTrial {
  /** When it would have been raised, in the order in which it was played. */
  readonly alerts: TrialAlert[] = [];
  private readonly alert: ActiveAlert;
  private readonly streams = new Map<string, PlayedStream>();
  private wallMs = 0;
  private sinceMs: number;

  /**
   * @param fromMs from when on it is tried (ms since 1970): what happened before is not known
   * @throws {AlertError} `alert_refused`, when the model can never say it; `alert_untriable`, when the model would be asked
   */
  constructor(
    rule: AlertRule,
    private readonly model: ModelInfo,
    fromMs: number,
  ) {
    this.sinceMs = fromMs;
    this.alert = compiled(rule, model, () => this.wallMs);
    if (this.alert.matching.how === "question")
      throw new AlertError(
        "alert_untriable",
        "This model takes instructions, so alerts ask it about what it sees. What it has said before does not tell what it would have answered. Ask it now, with POST /v1/streams/{id}/ask, or make the alert and wait.",
      );
  }

  get how(): "words" | "question" {
    return this.alert.matching.how;
  }

  /** What it waits for, in words. */
  get understood(): string {
    return this.alert.matching.understood;
  }

  /** Streams of which something was played. */
  get played(): readonly string[] {
    return [...this.streams.keys()];
  }

  /** Takes what was recorded next. All that is taken is in the order in which it was heard. */
  take(recorded: Recorded): void {
    const { stream, kind, event } = recorded;
    this.streamOf(stream).take(recorded);
    // A camera comes again under its name, and goes on with what it was told.
    if (event.type === "session.closed" && kind === "session") this.alert.forget(stream);
  }

  /** Nothing was recorded for a while (ms since 1970). What went on meanwhile is not known, so all begins anew. */
  gap(toMs: number): void {
    this.sinceMs = toMs;
    for (const [name, stream] of this.streams) {
      stream.begin(toMs);
      this.alert.forget(name);
    }
  }

  /** A stream of which nothing more was recorded was seen up to a media time (ms). */
  playUntil(stream: string, mediaMs: number): void {
    this.streams.get(stream)?.playUntil(mediaMs);
  }

  private streamOf(name: string): PlayedStream {
    const known = this.streams.get(name);
    if (known !== undefined) return known;
    const stream = new PlayedStream({
      stream: name,
      alert: this.alert,
      sinceMs: this.sinceMs,
      unitMs: (1000 * this.model.framesPerUnit) / this.model.fps,
      setClocks: (wallMs) => {
        this.wallMs = wallMs;
      },
      onAlert: (raised) => this.alerts.push(raised),
    });
    this.streams.set(name, stream);
    return stream;
  }
}

function compiled(rule: AlertRule, model: ModelInfo, nowMs: () => number): ActiveAlert {
  try {
    return new ActiveAlert("trial", rule, model, { wallMs: nowMs, steadyMs: nowMs });
  } catch (error) {
    if (!(error instanceof WordsError)) throw error;
    throw new AlertError("alert_refused", error.message, { key: error.key });
  }
}
