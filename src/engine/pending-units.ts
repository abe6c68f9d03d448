import type { ReasonerReport } from "../reasoner/messages.ts";
import type { EngineEvent, ThoughtDone } from "./events.ts";
import type { AssembledUnit } from "./frame-queue.ts";

interface OpenUnit {
  readonly sinceMediaTimeMs: number;
  readonly mediaTimeMs: number;
  /** When its last frame arrived (ms, monotonic). */
  readonly arrivedAtMs: number;
  firstAtMs: number | null;
}

type ThoughtReport<T extends ReasonerReport["type"]> = Extract<ReasonerReport, { type: T }>;

/** Units that were given to vision and are not thought about yet; what the reasoner says of them becomes events. */
export class PendingUnits {
  private readonly units = new Map<number, OpenUnit>();
  private last = -1;

  constructor(private readonly stream: string) {}

  /** The newest unit whose thought is finished; -1 before the first. */
  get thought(): number {
    return this.last;
  }

  add({ frames: { unit, mediaTimeMs }, sinceMediaTimeMs, arrivedAtMs }: AssembledUnit): void {
    this.units.set(unit, { sinceMediaTimeMs, mediaTimeMs, arrivedAtMs, firstAtMs: null });
  }

  token({ unit, delta }: ThoughtReport<"thought.token">): EngineEvent[] {
    const open = this.units.get(unit)!;
    const about = { thought: this.thoughtId(unit), unit, mediaTimeMs: open.mediaTimeMs };
    const events: EngineEvent[] = [];
    if (open.firstAtMs === null) {
      open.firstAtMs = performance.now();
      events.push({ type: "thought.started", ...about });
    }
    if (delta !== "") events.push({ type: "thought.delta", ...about, delta });
    return events;
  }

  /**
   * @param newestMediaTimeMs of the newest frame that has arrived
   * @param unfamiliar whether the scene was
   */
  done(report: ThoughtReport<"thought.done">, newestMediaTimeMs: number, unfamiliar: boolean): ThoughtDone {
    const { unit, text, skipped, stop, tokens, startedAtMs, finishedAtMs } = report;
    const open = this.units.get(unit)!;
    this.units.delete(unit);
    this.last = unit;
    return {
      type: "thought.done",
      thought: this.thoughtId(unit),
      unit,
      sinceMediaTimeMs: open.sinceMediaTimeMs,
      mediaTimeMs: open.mediaTimeMs,
      text,
      skipped,
      unfamiliar,
      stop,
      tokens,
      ttftMs: (open.firstAtMs ?? performance.now()) - open.arrivedAtMs,
      stalenessMs: newestMediaTimeMs - open.mediaTimeMs,
      reasoned: { startedAtMs, finishedAtMs },
    };
  }

  private thoughtId(unit: number): string {
    return `${this.stream}-thought-${unit}`;
  }
}
