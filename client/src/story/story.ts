import { computed, signal } from "@preact/signals";
import type { ServerEvent, ServerEventOf, SessionStats } from "../../../src/protocol/server-events.ts";
import type { SessionObject } from "../../../src/protocol/session-object.ts";
import { type Count, counted } from "./counts.ts";
import type { Mark } from "./mark.ts";
import type { Thought } from "./thought.ts";
import type { UnitRecord } from "./unit-record.ts";

/** A stream may run for days, so the page keeps only the newest. */
const MOST_THOUGHTS = 500;
const MOST_UNITS = 600;
const MOST_MARKS = 200;

const NO_TOTALS = { units: 0, thoughts: 0 };

/** What has been seen and thought of one stream, as its events tell. It knows nothing of the page that shows it. */
export class Story {
  /** The newest units, in their order. */
  readonly units = signal<readonly UnitRecord[]>([]);
  /** The newest thoughts, in their order; the last one may still be told. */
  readonly thoughts = signal<readonly Thought[]>([]);
  /** Gaps, alerts and unfamiliar stretches, in their order. */
  readonly marks = signal<readonly Mark[]>([]);
  /** Who came and went, in the order in which they first did. */
  readonly counts = signal<readonly Count[]>([]);
  readonly session = signal<SessionObject | null>(null);
  readonly stats = signal<SessionStats | null>(null);
  /** The last word about the scene; null: it is familiar. */
  readonly scene = signal<ServerEventOf<"session.scene"> | null>(null);
  /** What a source that the server reads does; null: the client sends the pictures. */
  readonly source = signal<ServerEventOf<"stream.state"> | null>(null);
  /** All units and thoughts since its beginning, also those that are no longer kept. */
  readonly totals = signal(NO_TOTALS);
  readonly newestThought = computed(() => this.thoughts.value.at(-1) ?? null);
  /** Media time of the newest unit (ms); null before the first. */
  readonly nowMs = computed(() => this.units.value.at(-1)?.mediaTimeMs ?? null);
  /** How long nothing was said, in media time (ms), and over how many units. */
  readonly quiet = computed(() => {
    const said = this.units.value.findLastIndex(({ state }) => state === "said");
    const since = this.units.value[said] ?? this.units.value[0];
    const units = this.units.value.length - 1 - said;
    return since === undefined ? { ms: 0, units: 0 } : { ms: this.nowMs.value! - since.mediaTimeMs, units };
  });

  /** @param clock ms, monotonic */
  constructor(private readonly clock: () => number = () => performance.now()) {}

  /** Takes the next event of the stream. Those that tell of something else are left alone. */
  hear(event: ServerEvent): void {
    switch (event.type) {
      case "session.created":
        // One's own session begins with nothing. A stream that is watched goes on where it was.
        if (event.session.role === "own") this.forget();
        this.session.value = event.session;
        break;
      case "session.resumed":
      case "session.updated":
        this.session.value = event.session;
        break;
      case "session.stats":
        this.stats.value = event.stats;
        break;
      case "session.scene":
        this.sceneChanged(event);
        break;
      case "stream.state":
        this.source.value = event;
        break;
      case "unit.seen":
        this.seen(event);
        break;
      case "response.created":
        if (event.response.unit !== null)
          this.unit(event.response.unit, event.response.media_time_ms ?? 0, { state: "thinking" });
        break;
      case "response.reasoning_text.delta":
        this.tell(event);
        break;
      case "response.reasoning_text.done":
        this.told(event);
        break;
      case "response.done":
        this.change(event.response.id, { ttftMs: event.timing.ttft_ms });
        break;
      case "input.gap":
        this.mark({
          ...{ id: event.event_id, kind: "gap", fromMs: event.from_ms, toMs: event.to_ms },
          text: event.message,
        });
        break;
      case "session.gap":
        this.missed(event);
        break;
      case "alert.raised":
        this.mark({
          ...{ id: event.event_id, kind: "alert", fromMs: event.media_time_ms, toMs: event.media_time_ms },
          text: `${event.alert}: ${event.message}`,
        });
        break;
    }
  }

  private forget(): void {
    this.units.value = [];
    this.thoughts.value = [];
    this.marks.value = [];
    this.counts.value = [];
    this.totals.value = NO_TOTALS;
    this.scene.value = null;
    this.source.value = null;
  }

  private seen(event: ServerEventOf<"unit.seen">): void {
    const { unit, media_time_ms: mediaTimeMs, still, unfamiliar, seen_ms: seenMs } = event;
    // Units are seen in their order. So an earlier number is that of another stream, which has begun under this one's name.
    const newest = this.units.value.at(-1);
    if (newest !== undefined && unit < newest.unit) this.forget();
    const missed = this.marks.value.find(({ kind, toMs }) => kind === "missed" && toMs === null);
    if (missed !== undefined) this.endMark(missed, mediaTimeMs);
    this.unit(unit, mediaTimeMs, { still, unfamiliar, seenMs });
  }

  private unit(unit: number, mediaTimeMs: number, change: Partial<UnitRecord>): void {
    const units = this.units.value;
    const at = units.findLastIndex((each) => each.unit <= unit);
    const known = units[at]?.unit === unit;
    const unknown: UnitRecord = {
      ...{ unit, mediaTimeMs, state: "thinking", skipReason: null },
      ...{ still: false, unfamiliar: false, seenMs: null, eventId: null },
    };
    const before = known ? units[at]! : unknown;
    const changed = units.toSpliced(known ? at : at + 1, known ? 1 : 0, { ...before, ...change });
    this.units.value = changed.slice(-MOST_UNITS);
    if (!known) this.totals.value = { ...this.totals.value, units: this.totals.value.units + 1 };
  }

  private tell({
    response_id: id,
    unit,
    media_time_ms: mediaTimeMs,
    delta,
  }: ServerEventOf<"response.reasoning_text.delta">): void {
    const known = this.thoughts.value.find((each) => each.id === id);
    if (known !== undefined) this.change(id, { text: known.text + delta });
    else
      this.add({
        ...{ id, unit, mediaTimeMs, text: delta, heardAtMs: this.clock() },
        ...{ eventId: null, sinceMs: null, isDone: false, ttftMs: null, unfamiliar: false },
      });
  }

  private told(event: ServerEventOf<"response.reasoning_text.done">): void {
    const { response_id: id, event_id: eventId, unit, media_time_ms: mediaTimeMs, text, unfamiliar } = event;
    const isSaid = text !== "";
    const state = isSaid ? "said" : "quiet";
    this.unit(unit, mediaTimeMs, { state, skipReason: event.skip_reason, eventId: isSaid ? eventId : null });
    if (!isSaid) return;
    this.counts.value = counted(this.counts.value, text);
    const rest = { eventId, sinceMs: event.since_media_time_ms, text, isDone: true, unfamiliar };
    if (this.thoughts.value.some((each) => each.id === id)) this.change(id, rest);
    else this.add({ id, unit, mediaTimeMs, heardAtMs: this.clock(), ttftMs: null, ...rest });
  }

  private add(thought: Thought): void {
    this.thoughts.value = [...this.thoughts.value, thought].slice(-MOST_THOUGHTS);
    this.totals.value = { ...this.totals.value, thoughts: this.totals.value.thoughts + 1 };
  }

  private change(id: string, change: Partial<Thought>): void {
    const at = this.thoughts.value.findLastIndex((each) => each.id === id);
    if (at >= 0)
      this.thoughts.value = this.thoughts.value.with(at, { ...this.thoughts.value[at]!, ...change });
  }

  private sceneChanged(event: ServerEventOf<"session.scene">): void {
    const isUnfamiliar = event.status === "unfamiliar";
    this.scene.value = isUnfamiliar ? event : null;
    const open = this.marks.value.find(({ kind, toMs }) => kind === "unfamiliar" && toMs === null);
    if (open !== undefined) this.endMark(open, event.media_time_ms);
    if (isUnfamiliar)
      this.mark({
        ...{ id: event.event_id, kind: "unfamiliar", fromMs: event.media_time_ms, toMs: null },
        text: event.message,
      });
  }

  /** What is missing lies between the newest unit and the next one. */
  private missed({ event_id: id }: ServerEventOf<"session.gap">): void {
    const fromMs = this.nowMs.peek();
    // Whoever has come late has not lost anything.
    if (fromMs === null) return;
    const text = "This page was not connected for so long that the server no longer has what was told here.";
    this.mark({ id, kind: "missed", fromMs, toMs: null, text });
  }

  private mark(mark: Mark): void {
    this.marks.value = [...this.marks.value, mark].slice(-MOST_MARKS);
  }

  private endMark(mark: Mark, toMs: number): void {
    this.marks.value = this.marks.value.map((each) => (each === mark ? { ...mark, toMs } : each));
  }
}
