import { readFile } from "node:fs/promises";

/** Linux counts a process's time in these (a second). */
const TICKS_A_SECOND = 100;

/** Processor time that a process has used so far (s). Linux only; NaN where the process is gone. */
export async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // Its name stands in brackets, and may hold brackets and spaces itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** Cores that processes use, taken together, over a time. Those that end meanwhile are not counted. */
export async function coresUsed(pids: readonly number[], during: () => Promise<void>): Promise<number> {
  const read = () => Promise.all(pids.map(processorSeconds));
  const [before, sinceMs] = [await read(), performance.now()];
  await during();
  const after = await read();
  const seconds = (performance.now() - sinceMs) / 1000;
  const used = after.map((time, i) => time - before[i]!).filter((time) => !Number.isNaN(time));
  return used.reduce((sum, time) => sum + time, 0) / seconds;
}
