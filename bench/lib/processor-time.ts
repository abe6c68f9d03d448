import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { platform } from "node:os";

/** Linux counts a process's time in these (a second). */
const TICKS_A_SECOND = 100;

/** Processor time that a process has used so far (s). Linux only; NaN where the process is gone. */
async function processorSeconds(pid: number): Promise<number> {
  const [user, system] = times(await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ""));
  return user! + system!;
}

/** Processor time of what this process has started and that has ended (s). Other systems than Linux do not tell it: 0. */
export function endedChildrenSeconds(): number {
  if (platform() !== "linux") return 0;
  const [, , user, system] = times(readFileSync("/proc/self/stat", "utf8"));
  return user! + system!;
}

/** From `/proc/PID/stat`: times of the process, and of its children that have ended (s), each as user and system. */
function times(stat: string): number[] {
  // The name of the program stands in brackets, and may hold brackets and spaces itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return [11, 12, 13, 14].map((i) => Number(fields[i]) / TICKS_A_SECOND);
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
