import type { TaskDone, TaskStarted, TaskToken } from "./backend.ts";
import { ContractBreach } from "./errors.ts";
import type { EngineEvent, ThoughtDone } from "./events.ts";
import type { PendingUnit } from "./pending-units.ts";

interface PendingThought {
  readonly id: string;
  readonly about: PendingUnit;
  readonly firstAtMs: number;
}

/** The thoughts of a stream that have begun and not ended. Turns reports about them into events. */
export class PendingThoughts {
  private readonly thoughts = new Map<string, PendingThought>();
  /** How many thoughts have begun about a unit, by unit. */
  private readonly begun = new Map<number, number>();

  constructor(private readonly stream: string) {}

  has(task: string): boolean {
    return this.thoughts.has(task);
  }

  /** @throws {ContractBreach} when the task had begun already */
  started({ task }: TaskStarted, about: PendingUnit): EngineEvent {
    if (this.thoughts.has(task)) throw new ContractBreach(`task ${task} began twice`);
    const { unit, mediaTimeMs } = about;
    const before = this.begun.get(unit) ?? 0;
    this.begun.set(unit, before + 1);
    const id = `${this.stream}_thought_${unit}${before === 0 ? "" : `_${before + 1}`}`;
    this.thoughts.set(task, { id, about, firstAtMs: performance.now() });
    return { type: "thought.started", thought: id, unit, mediaTimeMs };
  }

  token({ task, delta }: TaskToken): EngineEvent {
    const { id, about } = this.thoughts.get(task)!;
    return { type: "thought.delta", thought: id, unit: about.unit, mediaTimeMs: about.mediaTimeMs, delta };
  }

  /**
   * @param newestMediaTimeMs media time of the newest frame that has arrived (ms)
   * @param unfamiliar whether the scene was unfamiliar at the thought's unit
   * @throws {ContractBreach} when the outcome is one that only an answer can have
   */
  done(report: TaskDone, newestMediaTimeMs: number, unfamiliar: boolean): ThoughtDone {
    const { task, text, outcome, skipReason, tokens, prompt, startedAtMs, finishedAtMs } = report;
    const { id, about, firstAtMs } = this.thoughts.get(task)!;
    const skipped = outcome === "skipped";
    if (!skipped && outcome !== "completed" && outcome !== "incomplete") {
      throw new ContractBreach(`task ${task}, a thought, ended as ${outcome}`);
    }
    if (skipped !== (skipReason !== null))
      throw new ContractBreach(`task ${task} ended as ${outcome} with the skip reason ${skipReason}`);
    this.thoughts.delete(task);
    return {
      type: "thought.done",
      thought: id,
      unit: about.unit,
      sinceMediaTimeMs: about.sinceMediaTimeMs,
      mediaTimeMs: about.mediaTimeMs,
      text: skipped ? "" : text,
      skipped,
      skipReason,
      unfamiliar,
      stop: outcome === "incomplete" ? "length" : "end",
      tokens,
      prompt,
      ttftMs: firstAtMs - about.arrivedAtMs,
      stalenessMs: newestMediaTimeMs - about.mediaTimeMs,
      reasoned: { startedAtMs, finishedAtMs },
    };
  }

  /** @throws {ContractBreach} when a thought about the unit is still open */
  unitDone(unit: number): void {
    this.begun.delete(unit);
    for (const [task, { about }] of this.thoughts) {
      if (about.unit === unit)
        throw new ContractBreach(`unit ${unit} was reported as done before task ${task}`);
    }
  }
}
