import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Something that tests need and that a Python script builds into a folder of the user's cache. */
export interface PythonBuild {
  /** What the folder is called. */
  readonly name: string;
  /** Folder of `requirements.txt` and of the script. */
  readonly source: string;
  /** Is called with the folder that it fills. */
  readonly script: string;
  /** Whether its Python, in `venv`, is needed afterwards. */
  readonly keepPython: boolean;
}

/** In the user's cache, under a name that changes with what is installed. */
function folderOf({ name, source, script }: PythonBuild): string {
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const hash = createHash("sha256");
  for (const file of ["requirements.txt", script]) hash.update(readFileSync(join(source, file)));
  return join(caches, "thinkalong", `${name}-${hash.digest("hex").slice(0, 12)}`);
}

/** Its folder, or null when it was not built. */
export function findBuild(build: PythonBuild): string | null {
  const path = folderOf(build);
  return existsSync(path) ? path : null;
}

/** Builds it from Python's package index, unless that has been done. What is there is whole: it gets its name last. */
export function runBuild(build: PythonBuild): string {
  const path = folderOf(build);
  if (existsSync(path)) return path;
  mkdirSync(join(path, ".."), { recursive: true });
  const unfinished = mkdtempSync(`${path}-`);
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: "inherit" });
  try {
    const venv = join(unfinished, "venv");
    run("python3", "-m", "venv", venv);
    const python = join(venv, "bin", "python");
    const requirements = ["-r", join(build.source, "requirements.txt")];
    run(python, "-m", "pip", "install", "-q", "--no-deps", "--only-binary", ":all:", ...requirements);
    run(python, join(build.source, build.script), unfinished);
    if (!build.keepPython) rmSync(venv, { recursive: true });
    renameSync(unfinished, path);
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return path;
}
