/** What decides where a stream stands on the wall. */
export interface Placed {
  readonly id: string;
  /** An alert was raised a short while ago. */
  readonly isAlerted: boolean;
  /** Its pictures should come, and do not. */
  readonly isInTrouble: boolean;
}

type Group = 0 | 1 | 2;

/** A stream must be in trouble, or out of it, so long before it moves: a network that stutters moves nothing. */
const SETTLED_MS = 10_000;

/**
 * The order of the wall: those with a fresh alert, then those in trouble, then the others, each by their names. What
 * somebody is about to choose must not move, so an alert moves a stream at once and everything else only when it has lasted.
 */
export class CalmOrder {
  private readonly groups = new Map<string, { group: Group; wanted: Group; sinceMs: number }>();
  private order: readonly string[] = [];

  /**
   * @param nowMs any clock that does not go back
   * @param isHeld somebody is about to choose: nobody moves, and who is new stands last
   * @returns the ids of the streams, in their order
   */
  place(streams: readonly Placed[], nowMs: number, isHeld = false): readonly string[] {
    for (const stream of streams) this.settle(stream, nowMs);
    const ids = new Set(streams.map(({ id }) => id));
    for (const id of this.groups.keys()) if (!ids.has(id)) this.groups.delete(id);
    const sorted = [...ids].sort((a, b) => this.groupOf(a) - this.groupOf(b) || byName(a, b));
    const stayed = this.order.filter((id) => ids.has(id));
    this.order = isHeld ? [...stayed, ...sorted.filter((id) => !stayed.includes(id))] : sorted;
    return this.order;
  }

  private settle(stream: Placed, nowMs: number): void {
    const wanted = groupFor(stream);
    const known = this.groups.get(stream.id);
    if (known === undefined) this.groups.set(stream.id, { group: wanted, wanted, sinceMs: nowMs });
    else if (known.wanted !== wanted)
      this.groups.set(stream.id, { group: wanted === 0 ? 0 : known.group, wanted, sinceMs: nowMs });
    else if (nowMs - known.sinceMs >= SETTLED_MS) known.group = wanted;
  }

  private groupOf(id: string): Group {
    return this.groups.get(id)!.group;
  }
}

function groupFor({ isAlerted, isInTrouble }: Placed): Group {
  if (isAlerted) return 0;
  return isInTrouble ? 1 : 2;
}

/** `camera 2` stands before `camera 10`. */
const { compare: byName } = new Intl.Collator("en", { numeric: true });
