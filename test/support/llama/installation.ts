import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const here = import.meta.dirname;

/** Where the llama.cpp server of the tests is: its Python and the model that it serves. */
export interface LlamaInstallation {
  readonly python: string;
  /** Folder of text.gguf and eyes.gguf. */
  readonly model: string;
}

/** In the user's cache, under a name that changes with what is installed. */
function folder(): string {
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const hash = createHash("sha256");
  for (const file of ["requirements.txt", "build_model.py"]) hash.update(readFileSync(join(here, file)));
  return join(caches, "thinkalong", `llama-${hash.digest("hex").slice(0, 12)}`);
}

const within = (path: string): LlamaInstallation => ({
  python: join(path, "venv", "bin", "python"),
  model: path,
});

/** The installation, or null when `npm run build:llama` has not made it. */
export function findLlama(): LlamaInstallation | null {
  const path = folder();
  return existsSync(path) ? within(path) : null;
}

/**
 * Installs the server from Python's package index and builds its model, unless that has been done: 200 MB, and less than
 * a minute. What is there is whole, since it gets its name last.
 */
export function installLlama(): LlamaInstallation {
  const path = folder();
  if (existsSync(path)) return within(path);
  mkdirSync(join(path, ".."), { recursive: true });
  const unfinished = mkdtempSync(`${path}-`);
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: "inherit" });
  try {
    run("python3", "-m", "venv", join(unfinished, "venv"));
    const { python } = within(unfinished);
    const requirements = ["-r", join(here, "requirements.txt")];
    run(python, "-m", "pip", "install", "-q", "--no-deps", "--only-binary", ":all:", ...requirements);
    run(python, join(here, "build_model.py"), unfinished);
    renameSync(unfinished, path);
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return within(path);
}
