import type { Limits } from "../../limits.ts";
import { HttpProblem } from "../http-problem.ts";
import type { EventReader } from "./event-reader.ts";

/** All clients that read events over HTTP, of all streams. */
export class EventReaders {
  private readonly open = new Set<EventReader>();
  private isClosing = false;

  constructor(private readonly limits: Limits) {}

  /** @throws {HttpProblem} 429, or 503 when the server is shutting down */
  requireRoom(): void {
    if (this.isClosing)
      throw new HttpProblem(503, "closing", "The server is shutting down. Connect again later.");
    if (this.open.size < this.limits.maxEventReaders) return;
    throw new HttpProblem(
      429,
      "too_many_readers",
      `${this.open.size} clients read events over HTTP, and no other one may. Try again later.`,
    );
  }

  add(reader: EventReader): void {
    this.open.add(reader);
    void reader.ended.then(() => this.open.delete(reader));
  }

  /** How many read events, of all streams. */
  get size(): number {
    return this.open.size;
  }

  /** How many read the events of a stream. */
  of(stream: string): number {
    return [...this.open].filter((reader) => reader.stream === stream).length;
  }

  /** Ends those whose token has expired, was withdrawn or allows other things now. */
  endLost(): void {
    for (const reader of this.open) reader.endLost();
  }

  /** Announces the shutdown to all, and ends those that are still there after `shutdownMs`. */
  async close(): Promise<void> {
    this.isClosing = true;
    const { shutdownMs } = this.limits;
    const ended = Promise.all([...this.open].map((reader) => reader.ended));
    for (const reader of this.open) reader.goAway(shutdownMs);
    const timeIsUp = setTimeout(() => {
      for (const reader of this.open) reader.end();
    }, shutdownMs);
    await ended;
    clearTimeout(timeIsUp);
  }
}
