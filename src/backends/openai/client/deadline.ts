import { RemoteError } from "./errors.ts";

/**
 * How long a request may take, as a whole and to its next sign of life, joined with the signal of whoever asked.
 * Its own signal closes the connection.
 */
export class Deadline {
  private readonly controller = new AbortController();
  private readonly whole: NodeJS.Timeout;
  private next: NodeJS.Timeout | undefined;

  /**
   * @param outer signal of whoever asked
   * @param wholeMs most time for all of it (ms)
   * @param label the server, for people
   * @param hint what to do when it is late
   */
  constructor(
    private readonly outer: AbortSignal,
    wholeMs: number,
    private readonly label: string,
    private readonly hint: string,
  ) {
    this.whole = setTimeout(() => this.expire("the end of its answer", wholeMs), wholeMs);
    outer.addEventListener("abort", this.cancel, { once: true });
    if (outer.aborted) this.cancel();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /**
   * Awaits the next sign of life from now on.
   *
   * @param what goes on a sentence that begins "The server did not send"
   */
  expect(what: string, withinMs: number): void {
    clearTimeout(this.next);
    this.next = setTimeout(() => this.expire(what, withinMs), withinMs);
  }

  /** Ends the timers, and closes the connection if something of the answer was left. */
  end(): void {
    this.controller.abort();
    clearTimeout(this.whole);
    clearTimeout(this.next);
    this.outer.removeEventListener("abort", this.cancel);
  }

  private readonly cancel = (): void => this.controller.abort(this.outer.reason);

  private expire(what: string, ms: number): void {
    const seconds = Number((ms / 1000).toFixed(1));
    const text = `${this.label} did not send ${what} within ${seconds} s. ${this.hint}`;
    this.controller.abort(new RemoteError("remote_slow", text, { passing: true }));
  }
}
