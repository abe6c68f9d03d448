import type { IngestError } from "../../ingest/mod.ts";
import type { GapReason, SourceState } from "../../protocol/mod.ts";
import type { Intake } from "./source.ts";

export interface SourceStatesOptions {
  /** Told what becomes of the source. */
  readonly into: Pick<Intake, "changed" | "gap">;
  /** Name of the source for people, without credentials. */
  readonly label: string;
  /** After so long without a sign of life a source counts as stalled (ms); null: it never does. */
  readonly stalledAfterMs: number | null;
}

/**
 * Keeps what becomes of a source, and tells each change once. A gap is told when pictures come again, before the first of
 * them.
 */
export class SourceStates {
  private state: SourceState | null = null;
  /** Media time of the last frame (ms). */
  private lastMs = 0;
  /** Why nothing has been seen since the last frame; null when nothing has kept it. */
  private missing: GapReason | null = null;
  private hasFrames = false;
  /** Since it has stalled one frame has come, which may be an old one that a decoder had held back. */
  private isDoubtful = false;
  private readonly alarm: NodeJS.Timeout | null;

  constructor(private readonly options: SourceStatesOptions) {
    const { stalledAfterMs } = options;
    this.alarm = stalledAfterMs === null ? null : setTimeout(() => this.stalled(), stalledAfterMs);
    this.alarm?.unref();
  }

  connecting(): void {
    this.tell("connecting", `Connecting to ${this.options.label}.`);
  }

  /** A frame has come. */
  frame(mediaTimeMs: number): void {
    this.alarm?.refresh();
    this.isDoubtful = this.state === "stalled" && !this.isDoubtful && !this.isMissing(mediaTimeMs);
    if (!this.isDoubtful && (this.state !== "live" || this.missing !== null)) this.live(mediaTimeMs);
    this.hasFrames = true;
    this.lastMs = mediaTimeMs;
  }

  /** It has shown that it is there, though there is no new picture. */
  alive(): void {
    this.alarm?.refresh();
    if (this.state === "stalled") this.tell("live", `${this.options.label} answers again.`);
    // It has answered before, and without a new picture: what comes now was not missed.
    else if (this.state === "live") this.missing = null;
  }

  /** The connection has failed, and it is tried again. */
  lost(error: IngestError): void {
    this.missing = reasonOf(error);
    this.tell("reconnecting", `${error.message} Trying to connect again.`);
  }

  /** The connection still fails, now for a reason that waiting alone may not mend. */
  refused(error: IngestError): void {
    this.missing = "refused";
    this.state = null;
    this.tell("reconnecting", `${error.message} Trying to connect again.`);
  }

  /** @param why default: it has come to its end */
  ended(why = `${this.options.label} has ended.`): void {
    this.tell("ended", why);
    this.close();
  }

  /** Tells nothing more. */
  close(): void {
    if (this.alarm !== null) clearTimeout(this.alarm);
  }

  private live(mediaTimeMs: number): void {
    const { label, into } = this.options;
    const seconds = ((mediaTimeMs - this.lastMs) / 1000).toFixed(1);
    if (this.missing !== null && this.hasFrames && this.isMissing(mediaTimeMs)) {
      const message = `For ${seconds} seconds nothing was seen: ${WHY[this.missing]}.`;
      into.gap({ fromMs: this.lastMs, toMs: mediaTimeMs, reason: this.missing, message });
    }
    this.missing = null;
    this.lastMs = mediaTimeMs;
    this.tell("live", this.hasFrames ? `${label} is back.` : `${label} is live.`);
  }

  /**
   * Whether something was not seen before a frame. A playlist that stalls goes on where it stood: then its pictures are
   * late, and none is missing.
   */
  private isMissing(mediaTimeMs: number): boolean {
    const leastMs = this.missing === "stalled" ? this.options.stalledAfterMs! / 2 : 0;
    return mediaTimeMs - this.lastMs > leastMs;
  }

  private stalled(): void {
    if (this.state !== "live") return;
    this.isDoubtful = false;
    const { label, stalledAfterMs } = this.options;
    this.missing = "stalled";
    const waited = `${stalledAfterMs! / 1000} s`;
    const message = `${label} has sent no picture for ${waited}. Waiting for it; check the camera and the network.`;
    this.tell("stalled", message);
  }

  private tell(state: SourceState, message: string): void {
    if (state === this.state) return;
    this.state = state;
    this.options.into.changed({ state, message, mediaTimeMs: this.lastMs });
  }
}

const WHY: Readonly<Record<GapReason, string>> = {
  stalled: "the source sent nothing",
  lost: "its connection was lost",
  refused: "it could not be connected to",
  restarted: "its decoder was started again",
};

function reasonOf({ code }: IngestError): GapReason {
  if (code === "url_refused" || code === "url_unreachable") return "refused";
  return code === "ffmpeg_killed" ? "restarted" : "lost";
}
