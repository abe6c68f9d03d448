import { ModelError } from "../errors.ts";
import { PassingFault } from "./retry.ts";

/** Ends a request in which nothing moves for too long, or whose caller has given up. */
export class Stall {
  readonly signal: AbortSignal;
  private readonly still = new AbortController();
  private readonly timer: NodeJS.Timeout;

  /** @param ms longest time in which nothing moves (ms) */
  constructor(
    private readonly ms: number,
    private readonly caller: AbortSignal,
  ) {
    this.signal = AbortSignal.any([caller, this.still.signal]);
    this.timer = setTimeout(() => this.still.abort(), ms);
  }

  /** Something has moved. */
  moves(): void {
    this.timer.refresh();
  }

  /** Nothing more is awaited. */
  end(): void {
    clearTimeout(this.timer);
  }

  /** What to throw for an error of the request; null: it is the request's own. */
  explain(thrown: unknown): unknown {
    if (this.caller.aborted) return this.caller.reason;
    if (!this.still.signal.aborted) return thrown instanceof PassingFault ? thrown : null;
    return new PassingFault(
      new ModelError(
        "hub_unreachable",
        `The hub sent nothing for ${Math.round(this.ms / 1000)} s. Check the network, and try again.`,
        thrown,
      ),
    );
  }
}
