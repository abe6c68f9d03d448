import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import type { Readable } from "node:stream";

/** How a server ended. */
export interface ServerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From the signal to the end (ms). */
  readonly tookMs: number;
}

/** A server in a process of its own, as a user starts it. */
export class ServerProcess implements AsyncDisposable {
  /** What it wrote to standard error: its log. */
  log = "";
  /** Such as `http://127.0.0.1:41000`. */
  url = "";
  private readonly exit: Promise<[number | null, NodeJS.Signals | null]>;

  private constructor(private readonly child: ChildProcessByStdio<null, Readable, Readable>) {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.log += text;
    });
    this.exit = once(child, "close") as typeof this.exit;
  }

  /**
   * @param program the command line of thinkalong
   * @param options of `serve`
   */
  static async start(program: readonly [string, ...string[]], ...options: string[]): Promise<ServerProcess> {
    const [command, ...first] = program;
    const child = spawn(command, [...first, "serve", "--port", "0", ...options], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    const server = new ServerProcess(child);
    let said = "";
    server.url = await new Promise<string>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", () => reject(new Error(`The server did not start. ${server.log}`)));
      child.stdout.on("data", (text) => {
        said += text;
        const found = /Open (http:\S+) for/.exec(said)?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    return server;
  }

  /** Whether it answers that it is well. */
  async isHealthy(): Promise<boolean> {
    const { status } = await fetch(`${this.url}/healthz`);
    return status === 200;
  }

  /** Resident memory with that of its own processes (MiB), where the system tells it (Linux); else NaN. */
  async residentMiB(): Promise<number> {
    const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
    const statuses = await Promise.all(
      pids.map((pid) => readFile(`/proc/${pid}/status`, "utf8").catch(() => "")),
    );
    const number = (status: string, field: string) =>
      Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1]);
    const own = statuses.filter((status) =>
      [number(status, "Pid"), number(status, "PPid")].includes(this.child.pid!),
    );
    if (own.length === 0) return Number.NaN;
    return own.reduce((sum, status) => sum + number(status, "VmRSS"), 0) / 1024;
  }

  /** Sends SIGTERM and waits until it has ended. */
  async stop(): Promise<ServerEnd> {
    const since = performance.now();
    this.child.kill("SIGTERM");
    const [code, signal] = await this.exit;
    return { code, signal, tookMs: performance.now() - since };
  }

  /** Kills it if it is still running. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGKILL");
    await this.exit;
  }
}
