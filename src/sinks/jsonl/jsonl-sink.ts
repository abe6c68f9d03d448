import type { FileHandle } from "node:fs/promises";
import { DeliveryError } from "../delivery-error.ts";
import { SinkError } from "../errors.ts";
import { noticeJson } from "../notice.ts";
import type { Notice, Sink } from "../sink.ts";
import { appendLine, openToAppend } from "./append.ts";

/**
 * Appends each notice to a file, as a line of JSON. A line is whole or not there. When it cannot be written, because the
 * disk is full, say, the file is opened anew for the next attempt.
 */
export class JsonlSink implements Sink {
  private file: FileHandle | null = null;
  private isStale = false;
  /** The id of the newest line. */
  private newest: string | null = null;
  private work: Promise<unknown> = Promise.resolve();

  constructor(
    readonly name: string,
    private readonly path: string,
  ) {}

  /**
   * Opens the file, so that a wrong path is said before the first event.
   *
   * @throws {SinkError} for the key `path`
   */
  async open(): Promise<void> {
    try {
      this.file ??= await openToAppend(this.path);
    } catch (error) {
      // A full disk may have room when the first event comes.
      if (!isFull(error)) throw new SinkError(`${this.wrong(error)} Name a file that can be.`, "path");
    }
  }

  /** The next line goes to the file that then has this path. */
  reopen(): void {
    this.isStale = true;
  }

  deliver(notice: Notice): Promise<void> {
    // One after the other, also where an attempt has taken so long that the next one has begun.
    const written = this.work.then(() => this.write(notice));
    this.work = written.catch(() => {});
    return written;
  }

  async close(): Promise<void> {
    await this.work;
    await this.closeFile();
  }

  private async write(notice: Notice): Promise<void> {
    if (this.newest === notice.id) return;
    try {
      if (this.isStale) await this.closeFile();
      this.file ??= await openToAppend(this.path);
      await appendLine(this.file, noticeJson(notice));
      this.newest = notice.id;
    } catch (error) {
      await this.closeFile().catch(() => {});
      throw new DeliveryError("passing", this.wrong(error), { cause: error });
    }
  }

  private async closeFile(): Promise<void> {
    const { file } = this;
    this.file = null;
    this.isStale = false;
    await file?.close();
  }

  private wrong(error: unknown): string {
    return `${this.path} cannot be written (${(error as Error).message}).`;
  }
}

function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOSPC" || code === "EDQUOT";
}
