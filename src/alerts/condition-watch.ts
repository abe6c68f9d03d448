import type { Clause } from "./clause.ts";
import { sayClause } from "./clause.ts";
import { type AbsencePattern, type Condition, describePattern, isEvent, type Pattern } from "./condition.ts";
import type { SceneMemory, Spell } from "./scene-memory.ts";

/** What a thought says, clause by clause, and when. */
export interface Heard {
  /** Media time of the last frame of its unit (ms). */
  readonly atMs: number;
  readonly clauses: readonly Clause[];
}

/** Decides at every thought, also at those that say nothing, whether a condition is met. */
export class ConditionWatch {
  private readonly watches: readonly PatternWatch[];

  /** @param forMs how long it must hold (ms); null: not at all */
  constructor(condition: Condition, forMs: number | null) {
    this.watches = condition.map((pattern) =>
      pattern.type === "event"
        ? new EventWatch(pattern)
        : pattern.type === "absence"
          ? new AbsenceWatch(pattern, forMs)
          : new StateWatch(pattern, forMs ?? 0),
    );
  }

  /**
   * @param memory what is there, this thought included
   * @returns in words, what meets the condition now for the first time; null: nothing does
   */
  hear(heard: Heard, memory: SceneMemory): Met | null {
    // Each is asked, because each keeps count of what it has heard.
    const met = this.watches.map((watch) => watch.hear(heard, memory));
    return met.find((each) => each !== null) ?? null;
  }

  /** The media times (ms) from which on what holds is met, if nothing is said until then. */
  dueTimes(memory: SceneMemory): number[] {
    return this.watches.flatMap((watch) => watch.dueTimes(memory));
  }

  /** Nothing was seen until a media time (ms). */
  restart(atMs: number): void {
    for (const watch of this.watches) watch.restart(atMs);
  }
}

/** What meets a condition. */
export interface Met {
  /** For people: what was thought, or what holds. */
  readonly what: string;
  /** Whether it has begun to hold before this thought, and may be told later in its time, too. */
  readonly holds: boolean;
  /** Marks it as told. What holds and was not told is met again at the next thought. */
  readonly told: () => void;
}

interface PatternWatch {
  hear(heard: Heard, memory: SceneMemory): Met | null;
  dueTimes(memory: SceneMemory): number[];
  restart(atMs: number): void;
}

class EventWatch implements PatternWatch {
  constructor(private readonly pattern: Extract<Pattern, { type: "event" }>) {}

  hear({ clauses }: Heard): Met | null {
    const found = clauses.find((clause) => isEvent(this.pattern, clause));
    return found === undefined ? null : { what: sayClause(found), holds: false, told: () => {} };
  }

  dueTimes(): number[] {
    return [];
  }

  restart(): void {}
}

/** Each spell is told once, when it has lasted long enough. */
class StateWatch implements PatternWatch {
  private told: ReadonlySet<string> = new Set();

  constructor(
    private readonly pattern: Extract<Pattern, { type: "state" | "scene" }>,
    private readonly forMs: number,
  ) {}

  hear({ atMs }: Heard, memory: SceneMemory): Met | null {
    const spells = memory.spells(this.pattern);
    const ids = new Set(spells.map(({ id }) => id));
    this.told = new Set([...this.told].filter((id) => ids.has(id)));
    const due = spells.filter(({ id, sinceMs }) => !this.told.has(id) && atMs - sinceMs >= this.forMs);
    if (due.length === 0) return null;
    return {
      what: describePattern(this.pattern),
      holds: true,
      told: () => {
        this.told = new Set([...this.told, ...due.map(({ id }: Spell) => id)]);
      },
    };
  }

  dueTimes(memory: SceneMemory): number[] {
    return memory
      .spells(this.pattern)
      .filter(({ id }) => !this.told.has(id))
      .map(({ sinceMs }) => sinceMs + this.forMs);
  }

  restart(): void {}
}

/** Something has not happened, or held of nobody, since a time. */
class AbsenceWatch implements PatternWatch {
  private sinceMs: number | null = null;
  /** Of the absence with which a stream begins there is nothing to tell where no duration is asked for. */
  private isTold: boolean;

  constructor(
    private readonly pattern: AbsencePattern,
    private readonly forMs: number | null,
  ) {
    this.isTold = forMs === null;
  }

  hear({ atMs, clauses }: Heard, memory: SceneMemory): Met | null {
    const { of } = this.pattern;
    const isThere =
      of.type === "event" ? clauses.some((clause) => isEvent(of, clause)) : memory.spells(of).length > 0;
    if (isThere) {
      // Of an event, the time begins anew with it.
      this.sinceMs = of.type === "event" ? atMs : null;
      this.isTold = false;
      return null;
    }
    this.sinceMs ??= atMs;
    if (this.isTold || atMs - this.sinceMs < (this.forMs ?? 0)) return null;
    return {
      what: describePattern(this.pattern),
      holds: true,
      told: () => {
        this.isTold = true;
      },
    };
  }

  dueTimes(): number[] {
    return this.isTold || this.sinceMs === null ? [] : [this.sinceMs + (this.forMs ?? 0)];
  }

  restart(atMs: number): void {
    if (this.sinceMs !== null) this.sinceMs = atMs;
  }
}
