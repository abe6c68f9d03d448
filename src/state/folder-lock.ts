import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StateError } from "./errors.ts";

/**
 * Keeps two processes from writing into one folder. A process that was killed leaves its lock behind; the next one takes
 * it, because no such process runs any more.
 */
export class FolderLock {
  private readonly path: string;
  private isTaken = false;

  constructor(private readonly folder: string) {
    this.path = join(folder, "server.lock");
  }

  /** @throws {StateError} `state_in_use`, when another process has it */
  async take(): Promise<void> {
    if (this.isTaken) return;
    const owner = Number(await readFile(this.path, "utf8").catch(() => ""));
    if (owner > 0 && owner !== process.pid && runs(owner)) throw this.inUse(owner);
    if (owner !== process.pid) await rm(this.path, { force: true });
    // Whoever of two comes second fails here.
    await writeFile(this.path, String(process.pid), {
      flag: owner === process.pid ? "w" : "wx",
      mode: 0o600,
    }).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
      // Two files of one process may be written for the first time at once.
      if (Number(await readFile(this.path, "utf8").catch(() => "")) !== process.pid) throw this.inUse(null);
    });
    this.isTaken = true;
  }

  async release(): Promise<void> {
    if (this.isTaken) await rm(this.path, { force: true });
    this.isTaken = false;
  }

  private inUse(owner: number | null): StateError {
    const who = owner === null ? "Another server" : `Another server (process ${owner})`;
    return new StateError(
      "state_in_use",
      `${who} keeps its state in ${this.folder}. Give this one a folder of its own (--state).`,
    );
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
