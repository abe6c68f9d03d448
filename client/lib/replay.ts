/** A list that grows until it ends. Everybody who iterates over it gets all of it, from its beginning. */
export class Replay<T> implements AsyncIterable<T> {
  private readonly items: T[] = [];
  private readonly waiting = new Set<() => void>();
  private failure: { readonly error: unknown } | null = null;
  private isEnded = false;

  push(item: T): void {
    if (this.isEnded) return;
    this.items.push(item);
    this.wake();
  }

  end(): void {
    this.isEnded = true;
    this.wake();
  }

  /** Ends it. Whoever iterates gets the error behind what came before it. */
  fail(error: unknown): void {
    if (this.isEnded) return;
    this.failure = { error };
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for (let at = 0; ; at++) {
      while (at >= this.items.length) {
        if (this.failure) throw this.failure.error;
        if (this.isEnded) return;
        await new Promise<void>((resolve) => this.waiting.add(resolve));
      }
      yield this.items[at] as T;
    }
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}
