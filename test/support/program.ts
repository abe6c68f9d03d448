import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { COMPILED } from "./build.ts";
import { makeTempDir } from "./media.ts";

const root = join(import.meta.dirname, "../..");

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running process whose output is kept. */
export class Program {
  stdout = "";
  stderr = "";
  readonly ended: Promise<Ended>;
  private readonly heard = new Set<() => void>();

  constructor(readonly process: ChildProcess) {
    process.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      for (const listener of this.heard) listener();
    });
    process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.ended = once(process, "close").then(([code, signal]) => {
      for (const listener of this.heard) listener();
      return { code, signal, stdout: this.stdout, stderr: this.stderr };
    });
  }

  /** Waits until its standard output matches. Fails when the process ends before, or has not printed it in two minutes. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const patience = AbortSignal.timeout(120_000);
    const wake = new Promise<void>((resolve) => patience.addEventListener("abort", () => resolve()));
    for (;;) {
      const found = pattern.exec(this.stdout);
      if (found) return found;
      const { exitCode, signalCode } = this.process;
      if (exitCode !== null || signalCode !== null || patience.aborted)
        throw new Error(
          `The process ${patience.aborted ? "runs on, and has not" : "ended before it"} printed ${pattern}. Its output was: ${JSON.stringify(this.stdout + this.stderr)}`,
        );
      await Promise.race([wake, new Promise<void>((resolve) => this.heard.add(resolve))]);
    }
  }

  /** Kills the process if it is still running. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill("SIGKILL");
    await this.ended;
  }
}

/** Descriptors of files that take a process's output instead. */
export interface Output {
  readonly stdout?: number;
  readonly stderr?: number;
}

/**
 * Starts Node in a process and a process group of its own, without colours, whatever the environment of the tests asks
 * for.
 */
function startPlainNode(
  args: readonly string[],
  env: Record<string, string> = {},
  { stdout, stderr }: Output = {},
): Program {
  return new Program(
    spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: "1", ...env },
      stdio: ["ignore", stdout ?? "pipe", stderr ?? "pipe"],
      detached: true,
    }),
  );
}

/** The same, with a module of this project in TypeScript. */
export function startNode(args: readonly string[], env?: Record<string, string>, output?: Output): Program {
  return startPlainNode(["--import", "tsx", ...args], env, output);
}

/** The command line's main module. */
export const MAIN = join(COMPILED, "cli/main.js");

/**
 * Runs the command line, as a user would. It keeps its files in a folder that is removed when it has ended, unless
 * `THINKALONG_HOME` is given.
 */
export function thinkalong(
  args: readonly string[],
  env: Record<string, string> = {},
  output?: Output,
): Program {
  if (env.THINKALONG_HOME !== undefined) return startPlainNode([MAIN, ...args], env, output);
  const home = mkdtempSync(join(tmpdir(), "thinkalong-home-"));
  const program = startPlainNode([MAIN, ...args], { ...env, THINKALONG_HOME: home }, output);
  void program.ended.then(() => rmSync(home, { recursive: true, force: true }));
  return program;
}

/**
 * Runs a script and waits for its end. It can import from `src/`: `import … from "src/engine/mod.ts"`.
 *
 * @param flags of Node
 */
export async function runScript(source: string, flags: readonly string[] = []): Promise<Ended> {
  const dir = await makeTempDir();
  try {
    const path = join(dir.path, "script.mts");
    const src = pathToFileURL(join(root, "src")).href;
    await writeFile(path, source.replaceAll('from "src/', `from "${src}/`));
    return await startNode([...flags, path]).ended;
  } finally {
    await dir.remove();
  }
}
