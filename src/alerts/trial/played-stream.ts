import type { ServerEventOf } from "../../protocol/mod.ts";
import type { ActiveAlert } from "../active-alert.ts";
import { alertMessage } from "../stream-watch.ts";
import { WordsWatch } from "../words-watch.ts";
import type { Recorded, TrialAlert } from "./recorded.ts";
import { endOf, firstIndex, type Units, unitsAfter, unitsBetween, unitsUpTo } from "./units.ts";

type Thought = ServerEventOf<"response.reasoning_text.done">;
type Gap = ServerEventOf<"input.gap">;

/** What was recorded last that says when its unit was. */
interface Anchor {
  readonly unit: number;
  readonly mediaMs: number;
  readonly wallMs: number;
}

export interface PlayedStreamOptions {
  readonly stream: string;
  readonly alert: ActiveAlert;
  /** From when on it is played (ms since 1970). */
  readonly sinceMs: number;
  /** How long a unit of the model usually is (ms). */
  readonly unitMs: number;
  /** Sets the clocks that the alert goes by (ms since 1970). */
  readonly setClocks: (wallMs: number) => void;
  readonly onAlert: (raised: TrialAlert) => void;
}

/**
 * Plays what was recorded of a stream through the code that watches live streams.
 *
 * A history keeps no units about which nothing was said, and it is at those that time passes. But thoughts are kept with the
 * number of their unit and the end of the unit before, and so are times in which nothing was seen. So it is known how many
 * units there were in between, and when, as far as they came at equal distances. Only those are played at which something is
 * due, because at others nothing changes.
 */
export class PlayedStream {
  private words!: WordsWatch;
  /** Media time of the unit that was played last (ms); null: none yet. */
  private playedMs: number | null = null;
  private anchor: Anchor | null = null;
  /** From when on units may have been seen before the first thought (ms since 1970). */
  private sinceMs = 0;
  /** How long a unit is (ms of media time), as far as that is known. */
  private unitMs: number;
  /** How many units streams of this name had seen when this one was opened; null: it is not known. */
  private unitsBefore: number | null = null;
  private gaps: Gap[] = [];
  private scenes: { readonly mediaMs: number; readonly unfamiliar: boolean }[] = [];
  private unfamiliar: boolean | null = null;
  /** Media time of the last picture before the source was lost (ms); null: it was not. */
  private lostAtMs: number | null = null;

  constructor(private readonly options: PlayedStreamOptions) {
    this.unitMs = options.unitMs;
    this.begin(options.sinceMs);
  }

  take(recorded: Recorded): void {
    const { event } = recorded;
    switch (event.type) {
      case "response.reasoning_text.done":
        this.hear(event, recorded);
        break;
      case "input.gap":
        this.gaps.push(event);
        this.lostAtMs = null;
        break;
      case "session.scene":
        this.scenes.push({ mediaMs: event.media_time_ms, unfamiliar: event.status === "unfamiliar" });
        break;
      case "stream.state":
        this.lostAtMs = event.state === "live" || event.state === "connecting" ? null : event.media_time_ms;
        break;
      case "session.closed":
        this.close(event.totals.units, recorded);
    }
  }

  /** Nothing more was recorded, but the stream was seen up to a media time (ms). */
  playUntil(mediaMs: number): void {
    const toMs = Math.min(mediaMs, this.lostAtMs ?? mediaMs);
    if (this.anchor !== null) this.playRest(this.anchor, toMs, Number.POSITIVE_INFINITY);
  }

  /** What comes next has nothing to do with what was before: it is of another stream of this name, say. */
  begin(sinceMs: number): void {
    this.words = new WordsWatch(this.options.stream);
    this.words.watch([this.options.alert]);
    this.playedMs = null;
    this.anchor = null;
    this.sinceMs = sinceMs;
    this.unitsBefore = null;
    this.gaps = [];
    this.scenes = [];
    this.unfamiliar = null;
    this.lostAtMs = null;
  }

  /**
   * The stream was closed. Its totals go on from those of the one before, so where both are known, they tell how many units
   * came behind the last thought.
   */
  private close(units: number, { wallMs }: Recorded): void {
    const { anchor, unitsBefore: before } = this;
    if (anchor !== null && before !== null)
      this.playRest(anchor, Number.POSITIVE_INFINITY, Math.max(0, units - before - anchor.unit - 1));
    else if (anchor !== null) this.playUntil(anchor.mediaMs + wallMs - anchor.wallMs);
    this.begin(wallMs);
    this.unitsBefore = units;
  }

  /** Plays what came behind the last thought, by its pace. */
  private playRest(anchor: Anchor, toMs: number, most: number): void {
    const { mediaMs, wallMs } = anchor;
    this.playSilence({ toMs, most, wallOf: (ms) => wallMs + ms - mediaMs });
  }

  private hear(thought: Thought, recorded: Recorded): void {
    const { wallMs, snapshot } = recorded;
    const { unit, media_time_ms: mediaMs, since_media_time_ms: sinceMs } = thought;
    const { anchor } = this;
    const behindMs = anchor === null ? null : mediaMs - anchor.mediaMs;
    // The first unit of a stream has none before it, and one behind a gap may have begun before that.
    if (this.gaps.length === 0 && unit > 0)
      this.unitMs =
        anchor !== null && unit > anchor.unit ? behindMs! / (unit - anchor.unit) : mediaMs - sinceMs;
    const pace = behindMs !== null && behindMs > 0 ? (wallMs - anchor!.wallMs) / behindMs : 1;
    this.unfamiliar ??= this.scenes.length > 0 ? false : thought.unfamiliar;
    this.playSilence({
      toMs: sinceMs,
      most: Math.max(0, unit - (anchor?.unit ?? -1) - 1),
      wallOf: (ms) => wallMs - (mediaMs - ms) * pace,
    });
    this.scenes = [];
    this.unfamiliar = thought.unfamiliar;
    this.anchor = { unit, mediaMs, wallMs };
    this.lostAtMs = null;
    this.raise(thought.text, mediaMs, wallMs, { eventId: thought.event_id, snapshot });
  }

  /** Plays the units about which nothing was said, up to the one that ended at a media time, with the gaps between them. */
  private playSilence(silence: {
    readonly toMs: number;
    readonly most: number;
    readonly wallOf: (mediaMs: number) => number;
  }): void {
    const { toMs, wallOf } = silence;
    const { anchor, gaps, unitMs: stepMs } = this;
    this.gaps = [];
    let left = silence.most;
    let fromMs = anchor?.mediaMs ?? toMs - (wallOf(toMs) - this.sinceMs);
    let isBehindThought = anchor !== null;
    const play = (units: Units) => {
      left -= units.count;
      this.play(units, wallOf);
    };
    for (const gap of gaps) {
      const before = { fromMs, toMs: gap.from_ms, most: left, stepMs };
      play(isBehindThought ? unitsAfter(before) : unitsUpTo(before));
      this.words.restart(gap.to_ms);
      fromMs = gap.to_ms;
      isBehindThought = false;
    }
    const isCounted = Number.isFinite(left) && Number.isFinite(toMs);
    if (isBehindThought && isCounted) play(unitsBetween(fromMs, toMs, left));
    else if (Number.isFinite(toMs) && !isBehindThought) play(unitsUpTo({ fromMs, toMs, most: left, stepMs }));
    else play(unitsAfter({ fromMs: isBehindThought ? fromMs : fromMs - stepMs, toMs, most: left, stepMs }));
  }

  /** Plays those of some units at which something is due. */
  private play(units: Units, wallOf: (mediaMs: number) => number): void {
    const { alert, stream } = this.options;
    const { count } = units;
    const wallAt = (index: number) => wallOf(endOf(units, index));
    for (let index = 0; index < count; index++) {
      const { playedMs } = this;
      // The first one of all is when it begins that something has not happened.
      if (playedMs !== null) {
        const due = this.words.dueTimes();
        const next = Math.min(...due.filter((ms) => ms > playedMs));
        const atNext = firstIndex(index, count, (each) => endOf(units, each) >= next);
        // What is met and was not told waits until it may be.
        const isWaiting = due.some((ms) => ms <= playedMs);
        const mayMs = isWaiting ? alert.mayRaiseFrom(stream, wallAt(index)) : Number.POSITIVE_INFINITY;
        index = Math.min(
          atNext,
          firstIndex(index, count, (each) => wallAt(each) >= mayMs),
        );
        if (index >= count) return;
      }
      this.raise("", endOf(units, index), wallAt(index), { eventId: null, snapshot: null });
    }
  }

  private raise(
    text: string,
    mediaMs: number,
    wallMs: number,
    thought: Pick<TrialAlert, "eventId" | "snapshot">,
  ): void {
    const { stream, alert, setClocks, onAlert } = this.options;
    setClocks(wallMs);
    this.playedMs = mediaMs;
    while (this.scenes.length > 0 && this.scenes[0]!.mediaMs <= mediaMs)
      this.unfamiliar = this.scenes.shift()!.unfamiliar;
    for (const { what } of this.words.hear({ text, atMs: mediaMs })) {
      alert.wasRaised(stream);
      onAlert({ stream, wallMs, mediaMs, message: alertMessage(what, this.unfamiliar ?? false), ...thought });
    }
  }
}
