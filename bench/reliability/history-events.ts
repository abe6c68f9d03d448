import type { Change, NewEvent } from "../../src/history/changes.ts";
import type { EntryType } from "../../src/history/mod.ts";
import { numberEvent } from "../../src/protocol/mod.ts";
import { random } from "../../test/support/random.ts";

/** Names of the cameras. */
export const CAMERAS = ["door", "yard", "street", "garage", "gate", "hall", "roof", "shed"] as const;
export const COLOURS = ["red", "blue", "white", "black", "green", "yellow", "grey", "orange"] as const;
export const THINGS = ["car", "person", "dog", "bicycle", "lorry", "bus", "cat", "motorcycle"] as const;
/** Each of them is in one thought of some ten thousand. */
export const RARE = ["ambulance", "horse", "fox", "balloon", "excavator"] as const;
const DEEDS = [
  "enters from the left",
  "leaves to the right",
  "stops at the gate",
  "turns",
  "comes closer",
] as const;
const TYPES: readonly EntryType[] = ["alert", "answer", "gap", "question"];

const pick = <T>(from: readonly T[], below: (most: number) => number): T => from[below(from.length)]!;

/** Events as several cameras give them, from some time on (ms since 1970), always the same for a seed. */
export class InventedEvents {
  private readonly below: (most: number) => number;
  private number = 0;

  constructor(
    seed: number,
    private wallMs: number,
    /** Mean time between two events (ms). */
    private readonly everyMs: number,
  ) {
    this.below = random(seed);
  }

  next(): NewEvent {
    const { below } = this;
    const number = this.number++;
    this.wallMs += below(2 * this.everyMs + 1);
    const thing = below(2000) === 0 ? pick(RARE, below) : pick(THINGS, below);
    const text = `a ${pick(COLOURS, below)} ${thing} ${pick(DEEDS, below)} , a ${pick(COLOURS, below)} ${pick(THINGS, below)} ${pick(DEEDS, below)}`;
    const type = below(50) === 0 ? pick(TYPES, below) : "thought";
    const event = numberEvent(number, {
      ...{
        type: "response.reasoning_text.done",
        response_id: `stream_0_thought_${number}`,
        unit: number,
        text,
      },
      ...{ since_media_time_ms: 500 * number - 500, media_time_ms: 500 * number },
      ...{ skipped: false, skip_reason: null, unfamiliar: false },
    });
    return {
      ...{ what: "event", stream: pick(CAMERAS, below), number, wallMs: this.wallMs, mediaMs: 500 * number },
      ...{ type, text, event: JSON.stringify(event) },
    };
  }

  batch(size: number): Change[] {
    return Array.from({ length: size }, () => this.next());
  }
}
