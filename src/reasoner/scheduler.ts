import type { StepLogits, TextStep } from "./step.ts";

/** Most tokens of one step of the reasoner. With more, all who take part would wait longer for their next token. */
export const STEP_TOKENS = 96;

/** A thinker as the scheduler knows it. It never runs the model itself. */
export interface Schedulable {
  /** Lower numbers come first. May change from step to step. */
  readonly priority: number;
  /** Tokens that its next step must feed; 0 while there is nothing to do. Asking changes nothing. */
  readonly demand: number;
  /**
   * The next step, which is then run at once. It feeds `demand` tokens.
   * @param spare tokens that it may feed beyond them, as a draft
   */
  prepare(spare: number): TextStep;
  /** Takes the logits of the step that was prepared. */
  accept(logits: StepLogits): void;
}

/** Thinkers that share a fate, those of one stream: when one of them fails, all of them leave. */
export interface ThinkerGroup {
  /** Everybody who may have something to do now. Asked once before every step. */
  thinkers(): readonly Schedulable[];
}

type Member<Group extends ThinkerGroup> = ReturnType<Group["thinkers"]>[number];

/** A thinker's part in one step. */
export interface Turn<Group extends ThinkerGroup> {
  readonly group: Group;
  readonly thinker: Member<Group>;
  readonly step: TextStep;
}

export interface SchedulerOptions<Group extends ThinkerGroup> {
  /** Most tokens of one step. */
  readonly stepTokens: number;
  /** Runs the steps of some thinkers as one; results are in the order of the steps. */
  readonly run: (steps: readonly TextStep[]) => Promise<readonly StepLogits[]>;
  /** A group has failed and has left. */
  readonly onFailed: (group: Group, error: unknown) => void;
}

interface Candidate<Group extends ThinkerGroup> {
  readonly group: Group;
  readonly thinker: Member<Group>;
  readonly priority: number;
  readonly demand: number;
  /** The lower, the longer it has waited. */
  readonly ticket: number;
}

/**
 * Chooses who takes part in the next step of the model. Thinkers join and leave between steps (iteration-level
 * scheduling, as in Orca, OSDI 2022). It is fair to thinkers, whichever stream they belong to.
 *
 * - Lower priority numbers come first. Of one priority, whoever has waited longest comes first.
 * - A step takes at most `stepTokens`. The first thinker of a priority that does not fit ends the turn of that
 *   priority, so nobody of the same priority overtakes it. Lower priorities may use the room that is left.
 * - If somebody had to wait, the next step begins with the thinker that has waited longest, whatever its priority. The
 *   step after such a step does not, so that high priorities have at least every second step to themselves.
 * - A thinker that needs more than `stepTokens` runs alone when it is the first of a step.
 * - Drafts get what is left when everybody has been chosen.
 *
 * Long prompts are split over several steps by those who feed them, see {@link Thinker} (chunked prefill, as in
 * Sarathi-Serve, OSDI 2024).
 *
 * Therefore no thinker starves: when n thinkers have something to do, none of them waits for more than 2n steps. And as
 * long as the thinkers of the highest priority fit into one step together, none of them waits for more than one step.
 */
export class Scheduler<Group extends ThinkerGroup> {
  private readonly groups = new Set<Group>();
  /** Tickets of those who had something to do at the last step. Who takes a step gets a new ticket. */
  private tickets = new Map<Schedulable, number>();
  private nextTicket = 0;
  /** Those who had to wait during the last step. */
  private leftOut: ReadonlySet<Schedulable> = new Set();
  /** Whether the last step began with the thinker that had waited longest. */
  private begunByLongestWait = false;

  constructor(private readonly options: SchedulerOptions<Group>) {}

  /** How many had something to do and found no room in the last step. */
  get waiting(): number {
    return this.leftOut.size;
  }

  /** Must not be called while a step is running. */
  join(group: Group): void {
    this.groups.add(group);
  }

  /** Must not be called while a step is running. */
  leave(group: Group): void {
    this.groups.delete(group);
  }

  /** Runs one step. Returns who took part; empty when nobody had anything to do. */
  async step(): Promise<readonly Turn<Group>[]> {
    for (;;) {
      const chosen = this.choose(this.candidates());
      const turns = this.prepare(chosen);
      if (turns.length > 0) await this.run(turns);
      // When all who were chosen have failed, somebody else may have something to do.
      if (turns.length > 0 || chosen.length === 0) return turns;
    }
  }

  private candidates(): Candidate<Group>[] {
    const candidates: Candidate<Group>[] = [];
    for (const group of [...this.groups])
      this.guard(group, () => {
        for (const thinker of group.thinkers()) {
          const { priority, demand } = thinker;
          if (demand === 0) continue;
          const ticket = this.tickets.get(thinker) ?? this.nextTicket++;
          candidates.push({ group, thinker, priority, demand, ticket });
        }
      });
    return candidates.filter(({ group }) => this.groups.has(group));
  }

  private choose(candidates: readonly Candidate<Group>[]): Candidate<Group>[] {
    const chosen = new Set<Candidate<Group>>();
    const full = new Set<number>();
    let room = this.options.stepTokens;
    for (const candidate of this.inOrder(candidates)) {
      if (full.has(candidate.priority)) continue;
      if (candidate.demand <= room || chosen.size === 0) {
        chosen.add(candidate);
        room -= candidate.demand;
      } else full.add(candidate.priority);
    }
    const left = candidates.filter((candidate) => !chosen.has(candidate));
    this.leftOut = new Set(left.map(({ thinker }) => thinker));
    this.tickets = new Map([
      ...left.map(({ thinker, ticket }): [Schedulable, number] => [thinker, ticket]),
      ...Array.from(chosen, ({ thinker }): [Schedulable, number] => [thinker, this.nextTicket++]),
    ]);
    return [...chosen];
  }

  private inOrder(candidates: readonly Candidate<Group>[]): Candidate<Group>[] {
    const byWait = candidates.toSorted((a, b) => a.ticket - b.ticket);
    const byPriority = byWait.toSorted((a, b) => a.priority - b.priority);
    const [longest] = byWait;
    const hasWaited = longest !== undefined && this.leftOut.has(longest.thinker);
    this.begunByLongestWait = hasWaited && !this.begunByLongestWait;
    return this.begunByLongestWait
      ? [longest!, ...byPriority.filter((other) => other !== longest)]
      : byPriority;
  }

  private prepare(chosen: readonly Candidate<Group>[]): Turn<Group>[] {
    const turns: Turn<Group>[] = [];
    let spare = this.options.stepTokens - chosen.reduce((sum, { demand }) => sum + demand, 0);
    for (const { group, thinker, demand } of chosen)
      this.guard(group, () => {
        const step = thinker.prepare(Math.max(0, spare));
        spare -= step.tokens.length - demand;
        turns.push({ group, thinker, step });
      });
    return turns.filter(({ group }) => this.groups.has(group));
  }

  /** When a step fails, its groups are run one by one, so that only those fail that have to. */
  private async run(turns: readonly Turn<Group>[]): Promise<void> {
    let results: readonly StepLogits[];
    try {
      results = await this.options.run(turns.map(({ step }) => step));
    } catch (error) {
      const groups = new Set(turns.map(({ group }) => group));
      for (const group of groups) {
        if (groups.size === 1) this.fail(group, error);
        else await this.run(turns.filter((turn) => turn.group === group));
      }
      return;
    }
    turns.forEach(({ group, thinker }, i) => {
      this.guard(group, () => thinker.accept(results[i]!));
    });
  }

  /** Does something on behalf of a group that has not failed. */
  private guard(group: Group, work: () => void): void {
    if (!this.groups.has(group)) return;
    try {
      work();
    } catch (error) {
      this.fail(group, error);
    }
  }

  private fail(group: Group, error: unknown): void {
    this.leave(group);
    this.options.onFailed(group, error);
  }
}
