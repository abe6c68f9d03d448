/** How old figures may be that are given out again (ms). */
const FRESH_MS = 1000;

/** How long to wait for new ones (ms). A step of a large model takes seconds, and workers answer between two steps. */
const PATIENCE_MS = 500;

/**
 * Figures that somebody else counts and must be asked for. They are asked for once a second at most, however many want to
 * know them. Whoever wants to know gets the last ones where new ones do not come in time.
 *
 * @example
 * const figures = new AskedFigures<Counts>(() => port.postMessage("figures"));
 * port.on("message", (counts) => figures.take(counts));
 * await figures.get();
 */
export class AskedFigures<T> {
  private last: T | null = null;
  private askedAtMs = Number.NEGATIVE_INFINITY;
  /** The answer that is still to come; null: none is. */
  private answer: { readonly come: Promise<void>; readonly resolve: () => void } | null = null;

  /** @param ask asks for them; the answer is given to {@link take} */
  constructor(private readonly ask: () => void) {}

  /** Null while there are none. */
  async get(): Promise<T | null> {
    const nowMs = performance.now();
    if (nowMs - this.askedAtMs >= FRESH_MS) {
      this.askedAtMs = nowMs;
      this.answer ??= expected();
      this.ask();
    }
    if (this.answer !== null) await Promise.race([this.answer.come, patience()]);
    return this.last;
  }

  /** They have come. */
  take(figures: T): void {
    this.last = figures;
    this.answer?.resolve();
    this.answer = null;
  }
}

function expected() {
  let resolve: () => void = () => {};
  const come = new Promise<void>((done) => {
    resolve = done;
  });
  return { come, resolve };
}

function patience(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, PATIENCE_MS).unref());
}
