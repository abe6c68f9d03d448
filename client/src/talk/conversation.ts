import { signal } from "@preact/signals";
import type { Answer } from "../../lib/mod.ts";
import type { Exchange } from "./exchange.ts";

/** Asks a question; aborting the signal stops its answer. */
export type Ask = (question: string, options: { readonly signal: AbortSignal }) => Answer;

const MOST_EXCHANGES = 200;

/** The questions of this visitor about one stream, and the answers. Any number of them may be under way. */
export class Conversation {
  /** In the order in which they were asked. */
  readonly exchanges = signal<readonly Exchange[]>([]);
  private readonly stops = new Map<number, AbortController>();
  private asked = 0;

  constructor(private readonly put: Ask) {}

  /** Asks; what comes of it is told in `exchanges`. */
  ask(question: string, { byPage = false }: { readonly byPage?: boolean } = {}): void {
    const id = this.asked++;
    const stop = new AbortController();
    this.stops.set(id, stop);
    const begun: Exchange = { id, question, text: "", state: "asked", whole: null, problem: null, byPage };
    this.exchanges.value = [...this.exchanges.value, begun].slice(-MOST_EXCHANGES);
    void this.read(id, question, stop.signal).finally(() => this.stops.delete(id));
  }

  /** Stops an answer that is under way. */
  stop(id: number): void {
    this.stops.get(id)?.abort();
  }

  private async read(id: number, question: string, signal: AbortSignal): Promise<void> {
    try {
      const answer = this.put(question, { signal });
      let text = "";
      for await (const piece of answer) {
        text += piece;
        this.change(id, { text });
      }
      const whole = await answer.whole;
      this.change(id, {
        text: whole.text,
        whole,
        state: whole.status === "cancelled" ? "stopped" : "answered",
      });
    } catch (error) {
      if (signal.aborted) this.change(id, { state: "stopped" });
      else
        this.change(id, { state: "failed", problem: error instanceof Error ? error.message : String(error) });
    }
  }

  private change(id: number, change: Partial<Exchange>): void {
    this.exchanges.value = this.exchanges.value.map((each) =>
      each.id === id ? { ...each, ...change } : each,
    );
  }
}
