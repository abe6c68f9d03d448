import { reportError } from "./failure.ts";
import { printLine } from "./output.ts";
import { wrapFor } from "./wrap.ts";

/** Makes the text of the status line, of at most so many columns. */
export type Status = (columns: number) => string;

const DEFAULT_COLUMNS = 80;
const CLEAR_ROW = "\r\x1b[K";

/**
 * What a command shows: lines that stay and, when standard output and standard error are both terminals, one status
 * line below them on standard error. A line is written at once: the status line makes room for it and comes back below.
 */
export class Screen {
  /** Whether a status is shown. */
  readonly hasStatus = process.stdout.isTTY === true && process.stderr.isTTY === true;
  private makeStatus: Status | null = null;
  private drawn = "";

  /** Shows another status from now on; null: none. */
  status(status: Status | null): void {
    this.makeStatus = status;
    const text = this.statusText();
    if (text === this.drawn) return;
    this.clear();
    this.draw(text);
  }

  /** Prints a line, wrapped as `wrapFor` says. */
  line(head: string, text: string, hang?: number): void {
    this.above(() => printLine(wrapFor(process.stdout, head, text, hang)));
  }

  /** The same on standard error: what is said of a command's course is not its result. */
  note(head: string, text: string): void {
    this.above(() => process.stderr.write(`${wrapFor(process.stderr, head, text)}\n`));
  }

  /** Prints an error message to standard error and sets the exit code to 1. */
  error(message: string): void {
    this.above(() => reportError(message));
  }

  private above(print: () => void): void {
    this.clear();
    print();
    this.draw(this.statusText());
  }

  /** The cursor stays in the row of the status, so the last column must stay free. */
  private statusText(): string {
    if (!this.hasStatus || this.makeStatus === null) return "";
    const columns = (process.stderr.columns || DEFAULT_COLUMNS) - 1;
    return this.makeStatus(columns).slice(0, columns);
  }

  private draw(text: string): void {
    if (text !== "") process.stderr.write(text);
    this.drawn = text;
  }

  private clear(): void {
    if (this.drawn !== "") process.stderr.write(CLEAR_ROW);
    this.drawn = "";
  }
}
