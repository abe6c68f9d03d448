import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/**
 * Runs a full garbage collection of the calling thread. V8 collects when a thread allocates, so a thread that has just
 * dropped its linear memory and then waits would hold it for as long as it waits.
 */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("globalThis.gc") as typeof collect;
  }
  collect?.();
}
