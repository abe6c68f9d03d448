import type { ServerEvent } from "../../../../src/protocol/server-events.ts";

/** What was said about one unit, on the clock of the comparison. */
export interface Said {
  readonly id: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** From the arrival of the unit's last frame to the first word (ms); null until the server has told it. */
  readonly ttftMs: number | null;
}

/** What one order has come to. */
export interface Outcome {
  readonly units: number;
  readonly thoughts: number;
  readonly thoughtsWhilePlaying: number;
  readonly ttftP50Ms: number | null;
}

/** When one order saw and when it thought, while a clip was played: two lanes on one time axis. */
export class OrderRun {
  version = 0;
  /** When each unit had been seen (ms from the beginning). */
  readonly seen: number[] = [];
  private readonly told = new Map<string, Said>();

  get said(): readonly Said[] {
    return [...this.told.values()];
  }

  /** @param atMs when it came, from the beginning of the comparison */
  hear(event: ServerEvent, atMs: number): void {
    switch (event.type) {
      case "unit.seen":
        this.seen.push(atMs);
        break;
      case "response.reasoning_text.delta":
        this.tell(event.response_id, { toMs: atMs }, atMs);
        break;
      case "response.reasoning_text.done":
        if (event.text !== "") this.tell(event.response_id, { toMs: atMs }, atMs);
        break;
      case "response.done":
        if (this.told.has(event.response.id))
          this.tell(event.response.id, { ttftMs: event.timing.ttft_ms }, atMs);
        break;
      default:
        return;
    }
    this.version++;
  }

  /** @param endMs when the clip had ended; null: it plays */
  outcome(endMs: number | null): Outcome {
    const delays = this.said.flatMap(({ ttftMs }) => ttftMs ?? []).sort((a, b) => a - b);
    return {
      units: this.seen.length,
      thoughts: this.told.size,
      thoughtsWhilePlaying: this.said.filter(({ fromMs }) => endMs === null || fromMs < endMs).length,
      ttftP50Ms: median(delays),
    };
  }

  private tell(id: string, change: Partial<Said>, atMs: number): void {
    const before = this.told.get(id) ?? { id, fromMs: atMs, toMs: atMs, ttftMs: null };
    this.told.set(id, { ...before, ...change });
  }
}

function median(sorted: readonly number[]): number | null {
  const [below, above] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return below === undefined || above === undefined ? null : (below + above) / 2;
}
