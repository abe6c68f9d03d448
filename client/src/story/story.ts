import { computed, signal } from "@preact/signals";
import type { ServerEvent, ServerEventOf, SessionStats } from "../../../src/protocol/server-events.ts";
import type { SessionObject } from "../../../src/protocol/session-object.ts";
import type { Thought } from "./thought.ts";
import type { UnitRecord } from "./unit-record.ts";

/** A stream may run for days, so the page keeps only the newest. */
const MOST_THOUGHTS = 500;
const MOST_UNITS = 600;

/** What has been seen and thought of one stream, as its events tell. It knows nothing of the page that shows it. */
export class Story {
  /** The newest units, in their order. */
  readonly units = signal<readonly UnitRecord[]>([]);
  /** The newest thoughts, in their order; the last one may still be told. */
  readonly thoughts = signal<readonly Thought[]>([]);
  readonly session = signal<SessionObject | null>(null);
  readonly stats = signal<SessionStats | null>(null);
  /** The last word about the scene; null: it is familiar. */
  readonly scene = signal<ServerEventOf<"session.scene"> | null>(null);
  /** All units and thoughts since its beginning, also those that are no longer kept. */
  readonly totals = signal({ units: 0, thoughts: 0 });
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
        this.scene.value = null;
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
        this.scene.value = event.status === "unfamiliar" ? event : null;
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
    }
  }

  private unit(unit: number, mediaTimeMs: number, change: Partial<UnitRecord>): void {
    const units = this.units.value;
    const at = units.findLastIndex((each) => each.unit <= unit);
    const known = units[at]?.unit === unit;
    const before = known ? units[at]! : ({ unit, mediaTimeMs, state: "thinking", skipReason: null } as const);
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
    const { response_id: id, unit, media_time_ms: mediaTimeMs, text, unfamiliar } = event;
    const isSaid = text !== "";
    this.unit(unit, mediaTimeMs, { state: isSaid ? "said" : "quiet", skipReason: event.skip_reason });
    if (!isSaid) return;
    const rest = {
      eventId: event.event_id,
      sinceMs: event.since_media_time_ms,
      text,
      isDone: true,
      unfamiliar,
    };
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
}
