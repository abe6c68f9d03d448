import { readdir, readFile, readlink } from "node:fs/promises";

/** What Linux tells of a process, in /proc. On other systems these fail, or find nothing. */

/** How much a process holds open. */
export interface OpenFiles {
  /** Descriptors of any kind, sockets included. */
  readonly all: number;
  readonly sockets: number;
}

/** Counts what a process holds open. */
export async function openFilesOf(pid: number): Promise<OpenFiles> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder);
  // One that was closed meanwhile leads nowhere.
  const targets = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => null)));
  const open = targets.filter((target) => target !== null);
  return { all: open.length, sockets: open.filter((target) => target.startsWith("socket:")).length };
}

/** A process that another one has started. */
export interface Child {
  readonly pid: number;
  /** With its arguments. */
  readonly command: string;
}

/** The children of a process that are there now, zombies included. */
export async function childrenOf(parent: number): Promise<Child[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(
    pids.map(async (pid) => {
      const files = [readFile(`/proc/${pid}/stat`, "utf8"), readFile(`/proc/${pid}/cmdline`, "utf8")];
      const [stat, command] = (await Promise.all(files).catch(() => ["", ""])) as [string, string];
      return { pid: Number(pid), command: command.replaceAll("\0", " ").trim(), parent: parentIn(stat) };
    }),
  );
  return all.filter((each) => each.parent === parent);
}

/** The name of a program, which stands in brackets, may hold brackets itself. */
function parentIn(stat: string): number {
  return Number(/^\d+ \(.*\) \S (\d+)/s.exec(stat)?.[1]);
}

/** Resident memory of a process (MiB): now, and the most that it has ever been. NaN where that is not told. */
export async function memoryOf(pid: number): Promise<{ readonly now: number; readonly peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const mib = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { now: mib("VmRSS"), peak: mib("VmHWM") };
}
