/** What may be asked for. */
export interface RoundLimits {
  /** Requests at once. A browser opens six connections to a server, and other things want some, too. */
  readonly mostAtOnce?: number;
  /** Pictures a round. */
  readonly mostARound?: number;
}

/**
 * Fetches pictures in rounds, one round for each look at the list of streams. A round takes those first whose picture is the
 * oldest, so with many streams each has its turn, only less often. What a round does not come to is left to the next.
 */
export class PictureRounds {
  private readonly mostAtOnce: number;
  private readonly mostARound: number;
  private readonly underWay = new Set<string>();
  /** The round in which each was fetched last. */
  private readonly fetched = new Map<string, number>();
  private waiting: string[] = [];
  private rounds = 0;

  /** @param fetch never fails */
  constructor(
    private readonly fetch: (id: string) => Promise<void>,
    { mostAtOnce = 4, mostARound = 12 }: RoundLimits = {},
  ) {
    this.mostAtOnce = mostAtOnce;
    this.mostARound = mostARound;
  }

  /** @param wanted those that can be seen, and have a newer picture */
  begin(wanted: readonly string[]): void {
    this.rounds++;
    this.waiting = wanted
      .filter((id) => !this.underWay.has(id))
      .sort((a, b) => (this.fetched.get(a) ?? 0) - (this.fetched.get(b) ?? 0))
      .slice(0, this.mostARound);
    this.goOn();
  }

  /** Fetches nothing more until the next round. */
  stop(): void {
    this.waiting = [];
  }

  private goOn(): void {
    while (this.underWay.size < this.mostAtOnce) {
      const id = this.waiting.shift();
      if (id === undefined) return;
      this.underWay.add(id);
      this.fetched.set(id, this.rounds);
      void this.fetch(id).finally(() => {
        this.underWay.delete(id);
        this.goOn();
      });
    }
  }
}
