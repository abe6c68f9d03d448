import type { StreamObject } from "../../lib/mod.ts";
import type { Arrivals } from "./arrivals.ts";
import { type StreamStateShown, shownState } from "./stream-state.ts";

/** An alert stands on its card for so long. */
const FRESH_MS = 60_000;

/** What a card of the wall shows of a stream. */
export interface Card {
  readonly id: string;
  readonly stream: StreamObject;
  readonly state: StreamStateShown;
  /** Since when it is in trouble (ms since 1970); null: it is not, or it was already when the page first looked. */
  readonly troubleSinceMs: number | null;
  readonly thought: { readonly text: string; readonly ageMs: number; readonly unfamiliar: boolean } | null;
  /** Null: none was raised for a while. */
  readonly alert: {
    readonly name: string;
    readonly text: string;
    readonly atMs: number;
    readonly ageMs: number;
  } | null;
}

/** Makes cards of what the server lists. It remembers since when streams are in trouble. */
export class CardMaker {
  private readonly troubles = new Map<string, number | null>();
  private isFirstLook = true;

  constructor(private readonly arrivals: Arrivals) {}

  /** @param nowMs since 1970 */
  look(streams: readonly StreamObject[], nowMs: number): readonly Card[] {
    this.arrivals.look(nowMs);
    const cards = streams.map((stream) => this.card(stream, nowMs));
    this.isFirstLook = false;
    return cards;
  }

  private card(stream: StreamObject, nowMs: number): Card {
    const { id, latest_thought: thought, latest_alert: alert } = stream;
    const state = shownState(stream);
    if (state.tone !== "trouble") this.troubles.delete(id);
    else if (!this.troubles.has(id)) this.troubles.set(id, this.isFirstLook ? null : nowMs);
    const alertAtMs = alert === null ? null : this.arrivals.of(`alert of ${id}`, alert.time);
    return {
      ...{ id, stream, state, troubleSinceMs: this.troubles.get(id) ?? null },
      thought: thought && {
        text: thought.text,
        ageMs: nowMs - this.arrivals.of(`thought of ${id}`, thought.time),
        unfamiliar: thought.unfamiliar,
      },
      alert:
        alert === null || alertAtMs === null || nowMs - alertAtMs >= FRESH_MS
          ? null
          : { name: alert.alert, text: alert.message, atMs: alertAtMs, ageMs: nowMs - alertAtMs },
    };
  }
}
