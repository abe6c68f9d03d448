import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A program that is told and that tells line by line. It ends with this process, or when it is killed. */
export class LineProcess {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;
  private complaints = "";

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.child.on("error", (error) => {
      this.complaints += error.message;
    });
    this.child.stdin.on("error", () => {});
    this.child.stderr.on("data", (data: Buffer) => {
      this.complaints = (this.complaints + data.toString()).slice(-2000);
    });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  tell(line: string): void {
    this.child.stdin.write(`${line}\n`);
  }

  /**
   * The next line that begins with a word; others are passed over.
   * @returns what comes after the word
   * @throws when it ends before that
   */
  async hear(word: string): Promise<string> {
    for (;;) {
      const { value, done } = await this.lines.next();
      if (done) throw new Error(`${this.child.spawnfile} has ended. It said: ${this.complaints}`);
      if (value.startsWith(`${word} `)) return value.slice(word.length + 1);
    }
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("close", resolve));
    this.child.kill("SIGKILL");
    await ended;
  }
}
