import { computed, signal } from "@preact/signals";
import type { ServerEvent, ServerEventOf } from "../../../src/protocol/server-events.ts";
import type { Answer } from "../../lib/mod.ts";
import { type Exchange, pinOf } from "./exchange.ts";

/** Asks a question; aborting the signal stops its answer. */
export type Ask = (
  question: string,
  options: { readonly signal: AbortSignal },
) => Pick<Answer, "id" | "whole">;

/** A stream may be asked for days, so the page keeps only the newest. Alerts may ask every few seconds. */
const MOST_OWN = 200;
const MOST_ELSEWHERE = 50;

const isElsewhere = ({ by }: Exchange) => by === "elsewhere";

/** The questions about one stream, and the answers. Any number of them may be under way. */
export class Conversation {
  /** In the order in which they were asked. */
  readonly exchanges = signal<readonly Exchange[]>([]);
  /** Where the answers to this page's questions stand on the axis of time. */
  readonly pins = computed(() =>
    this.exchanges.value
      .filter((each) => !isElsewhere(each))
      .map(pinOf)
      .filter((pin) => pin !== null),
  );
  /** `id` of the exchange to which somebody points, here or on the axis of time; null: none. */
  readonly highlighted = signal<number | null>(null);
  /** What stands in the question box. */
  readonly draft = signal("");
  /** Those that are no longer kept. */
  readonly leftOut = signal(0);
  /** Those of this page whose answers have not begun, by the `event_id` of the question. */
  private readonly waiting = new Map<string, number>();
  /** Those whose answers come, by the ids of these. */
  private readonly coming = new Map<string, number>();
  private readonly stops = new Map<number, AbortController>();
  private count = 0;

  /** @param clock ms, monotonic */
  constructor(
    private readonly put: Ask,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Asks; what comes of it is told in `exchanges`. */
  ask(question: string, { byPage = false }: { readonly byPage?: boolean } = {}): void {
    const id = this.add(question, byPage ? "page" : "visitor");
    const stop = new AbortController();
    try {
      const answer = this.put(question, { signal: stop.signal });
      this.stops.set(id, stop);
      this.waiting.set(answer.id, id);
      answer.whole
        .catch((error) => this.failed(id, error, stop.signal.aborted))
        .finally(() => this.stops.delete(id));
    } catch (error) {
      this.failed(id, error, false);
    }
  }

  /** Stops an answer that is under way. What was said of it stays. */
  stop(id: number): void {
    this.stops.get(id)?.abort();
  }

  /** Asks again what has failed, in place of it. */
  retry(id: number): void {
    const failed = this.exchanges.value.find((each) => each.id === id);
    if (failed?.state !== "failed") return;
    this.exchanges.value = this.exchanges.value.filter((each) => each !== failed);
    this.ask(failed.question, { byPage: failed.by === "page" });
  }

  /** Takes the next event of the stream. Those that tell of something else are left alone. */
  hear(event: ServerEvent): void {
    switch (event.type) {
      case "session.created":
        if (event.session.role === "own") this.lose("The session was lost with this answer.");
        break;
      case "session.gap":
        this.lose("The rest of this answer was missed.");
        break;
      case "response.created":
        this.created(event);
        break;
      case "response.output_text.delta":
        this.change(this.coming.get(event.response_id), ({ text }) => ({ text: text + event.delta }));
        break;
      case "response.output_text.done":
        this.change(this.coming.get(event.response_id), () => ({ text: event.text, said: event }));
        break;
      case "response.done":
        this.done(event);
        break;
    }
  }

  private created(event: ServerEventOf<"response.created">): void {
    const { id, question, in_reply_to } = event.response;
    if (question === null) return;
    const own = this.waiting.get(in_reply_to ?? "");
    this.waiting.delete(in_reply_to ?? "");
    const exchange = own ?? this.add(question, "elsewhere");
    this.coming.set(id, exchange);
    // One that was given up, because it could have been missed, has come after all.
    this.change(exchange, ({ state }) => ({
      created: event,
      ...(state === "failed" && { state: "asked", problem: null, settledAtMs: null }),
    }));
  }

  private done(event: ServerEventOf<"response.done">): void {
    const { id, status, status_details } = event.response;
    this.change(this.coming.get(id), ({ state }) => ({
      done: event,
      settledAtMs: this.clock(),
      // One that was stopped here is stopped, also when its last word was on its way.
      state: state === "asked" ? stateOf(status) : state,
      problem: status === "failed" ? (status_details?.message ?? "The answer failed.") : null,
    }));
    this.coming.delete(id);
  }

  private failed(id: number, error: unknown, isStopped: boolean): void {
    const problem = error instanceof Error ? error.message : String(error);
    this.change(id, ({ state }) => {
      if (state !== "asked") return {};
      const settledAtMs = this.clock();
      return isStopped ? { state: "stopped", settledAtMs } : { state: "failed", problem, settledAtMs };
    });
  }

  /** Of those that were asked elsewhere, nobody else tells that their answers will not come. */
  private lose(problem: string): void {
    for (const id of this.coming.values())
      this.change(id, (exchange) =>
        isElsewhere(exchange) && exchange.state === "asked"
          ? { state: "failed", problem, settledAtMs: this.clock() }
          : {},
      );
    this.coming.clear();
  }

  private add(question: string, by: Exchange["by"]): number {
    const id = this.count++;
    const nothing = { problem: null, settledAtMs: null, created: null, said: null, done: null } as const;
    const begun = {
      id,
      question,
      by,
      text: "",
      state: "asked",
      askedAtMs: this.clock(),
      ...nothing,
    } as const;
    const all = [...this.exchanges.value, begun];
    const alike = all.filter((each) => isElsewhere(each) === isElsewhere(begun));
    const most = isElsewhere(begun) ? MOST_ELSEWHERE : MOST_OWN;
    const tooOld = alike.length > most ? alike[0] : undefined;
    this.exchanges.value = all.filter((each) => each !== tooOld);
    if (tooOld !== undefined) this.leftOut.value++;
    return id;
  }

  private change(id: number | undefined, change: (exchange: Exchange) => Partial<Exchange>): void {
    const at = this.exchanges.value.findLastIndex((each) => each.id === id);
    const exchange = this.exchanges.value[at];
    if (exchange !== undefined)
      this.exchanges.value = this.exchanges.value.with(at, { ...exchange, ...change(exchange) });
  }
}

function stateOf(status: ServerEventOf<"response.done">["response"]["status"]): Exchange["state"] {
  if (status === "failed") return "failed";
  return status === "cancelled" ? "stopped" : "answered";
}
