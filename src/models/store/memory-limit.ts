import { totalmem } from "node:os";

/** Memory that this process may have (bytes): the machine's, or less where a container sets a limit. */
export function memoryLimit(): number {
  // Zero, or more than the machine has, stands for no limit.
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
