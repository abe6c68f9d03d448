import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { makeTempDir } from "../../test/support/media.ts";
import { childrenOf, memoryOf, type OpenFiles, openFilesOf } from "../../test/support/processes.ts";
import { atMost, type Finding, none } from "./trial.ts";

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
  /** The processes of its model, which stay as long as it does. */
  private ownCommands: readonly string[] = [];
  private readonly exit: Promise<[number | null, NodeJS.Signals | null]>;

  private constructor(
    private readonly child: ChildProcessByStdio<null, Readable, Readable>,
    /** Where it keeps what it keeps: nothing of another server, and nothing that stays. */
    private readonly home: Awaited<ReturnType<typeof makeTempDir>>,
  ) {
    child.stderr.setEncoding("utf8").on("data", (lines: string) => {
      this.log += lines;
    });
    this.exit = once(child, "close") as typeof this.exit;
  }

  /**
   * @param program the command line of thinkalong
   * @param options of `serve`
   */
  static async start(program: readonly [string, ...string[]], ...options: string[]): Promise<ServerProcess> {
    const [command, ...first] = program;
    const home = await makeTempDir();
    const child = spawn(command, [...first, "serve", "--port", "0", ...options], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", THINKALONG_HOME: home.path },
    });
    const server = new ServerProcess(child, home);
    let said = "";
    server.url = await new Promise<string>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", () => reject(new Error(`The server did not start. ${server.log}`)));
      child.stdout.on("data", (words) => {
        said += words;
        const found = /Open (http:\S+) for/.exec(said)?.[1];
        if (found !== undefined) resolve(found);
      });
    }).catch(async (error) => {
      await home.remove();
      throw error;
    });
    server.ownCommands = await server.commands().catch(() => []);
    return server;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Whether it answers that it is well. */
  async isHealthy(): Promise<boolean> {
    const { status } = await fetch(`${this.url}/healthz`);
    return status === 200;
  }

  /** Sessions that it has. No connection stays open for this. */
  async sessions(): Promise<number> {
    const [answer] = await once(get(`${this.url}/readyz`, { agent: false }), "response");
    return (JSON.parse(await text(answer)) as { readonly sessions: number }).sessions;
  }

  /** Resident memory with that of its own processes (MiB), where the system tells it (Linux); else NaN. */
  async residentMiB(): Promise<number> {
    return await this.memory("now");
  }

  /**
   * The most that its resident memory has been, with that of its own processes that are there now (MiB), where the system
   * tells it (Linux); else NaN.
   */
  async peakMiB(): Promise<number> {
    return await this.memory("peak");
  }

  /** What it holds open. Linux only. */
  openFiles(): Promise<OpenFiles> {
    return openFilesOf(this.child.pid!);
  }

  /** The commands of the processes that it has started since it was ready, and that are there now. Linux only. */
  async children(): Promise<string[]> {
    const [now, own] = [await this.commands(), [...this.ownCommands]];
    return now.filter((command) => {
      const at = own.indexOf(command);
      if (at >= 0) own.splice(at, 1);
      return at < 0;
    });
  }

  private async commands(): Promise<string[]> {
    return (await childrenOf(this.child.pid!)).map(({ command }) => command);
  }

  private async memory(when: "now" | "peak"): Promise<number> {
    const own = this.child.pid!;
    const children = await childrenOf(own).catch(() => []);
    const [first, ...rest] = await Promise.all([own, ...children.map(({ pid }) => pid)].map(memoryOf));
    // A child that has ended meanwhile has none.
    return rest.reduce((sum, memory) => sum + (memory[when] || 0), first![when]);
  }

  /** Sends SIGTERM and waits until it has ended. */
  async stop(): Promise<ServerEnd> {
    const since = performance.now();
    this.child.kill("SIGTERM");
    const [code, signal] = await this.exit;
    return { code, signal, tookMs: performance.now() - since };
  }

  /** Ends it, and says how that went, and what it had to complain of. */
  async endFindings(): Promise<Finding[]> {
    const { code, tookMs } = await this.stop();
    const complaints = this.log
      .split("\n")
      .filter((line) => /"level":(50|60)/.test(line) || /^\s+at /.test(line));
    return [
      none("errors in the server's log", complaints),
      { what: "exit code at SIGTERM", measured: String(code), bound: "0", held: code === 0 },
      atMost("time to end at SIGTERM", tookMs / 1000, 5, "s"),
    ];
  }

  /** Kills it if it is still running. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGKILL");
    await this.exit;
    await this.home.remove();
  }
}
