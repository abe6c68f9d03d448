import { ClientError } from "./errors.ts";

/** Events that wait for one `for await`. Their number is bounded, because a loop that stands still must not fill memory. */
export class EventQueue<T> implements AsyncIterableIterator<T> {
  private items: T[] = [];
  private wake: (() => void) | null = null;
  private failure: { readonly error: unknown } | null = null;
  private isEnded = false;

  /**
   * @param most events that may wait
   * @param onLeft nobody iterates any more
   */
  constructor(
    private readonly most: number,
    private readonly onLeft: () => void,
  ) {}

  push(item: T): void {
    if (this.isEnded) return;
    if (this.items.length >= this.most) {
      this.items = [];
      this.fail(
        new ClientError(
          "too_slow",
          `More than ${this.most} events wait for this loop. Do less in it, or raise mostWaitingEvents.`,
        ),
      );
      return;
    }
    this.items.push(item);
    this.wake?.();
  }

  end(): void {
    this.isEnded = true;
    this.wake?.();
  }

  fail(error: unknown): void {
    this.failure ??= { error };
    this.end();
    this.onLeft();
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    while (this.items.length === 0) {
      if (this.failure) throw this.failure.error;
      if (this.isEnded) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return { done: false, value: this.items.shift() as T };
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.items = [];
    this.end();
    this.onLeft();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
