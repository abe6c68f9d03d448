import { collectGarbage } from "./collect-garbage.ts";

/** How long there must be nothing to do before garbage is collected (ms). Then it delays nobody. */
const IDLE_MS = 600;

/** Collects the garbage of this thread when it has had nothing to do for a while. An idle thread does not by itself. */
export class IdleGarbage {
  private timer: NodeJS.Timeout | undefined;

  /** There is something to do. */
  busy(): void {
    clearTimeout(this.timer);
  }

  /** There is nothing to do, for now. */
  idle(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(collectGarbage, IDLE_MS).unref();
  }
}
