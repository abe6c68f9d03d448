import { fstatSync, writeSync } from "node:fs";
import { Socket } from "node:net";

/** Where pino writes its lines. */
export interface LogLines {
  write(line: string): void;
}

/** Most bytes that wait for the reader of a pipe. */
const MAX_WAITING_BYTES = 2 ** 20;

/**
 * Writes log lines to a file descriptor. A line that cannot be written is lost: because the disk is full, because nobody
 * reads any more, or because the reader of a pipe stands still. A log must never stop the server. The next line that can
 * be written is preceded by one that says how many were lost, and why.
 *
 * @example pino({ level: "warn" }, logLines(2))
 */
export function logLines(fd: number): LogLines {
  const kind = fstatSync(fd);
  const sink = kind.isFIFO() || kind.isSocket() ? new PipeSink(fd) : new FileSink(fd);
  let lost = 0;
  return {
    write(line) {
      if (lost > 0 && sink.take(lossLine(lost, sink.cause))) lost = 0;
      if (lost > 0 || !sink.take(line)) lost++;
    },
  };
}

/** Takes lines, or says why not. */
interface Sink {
  /** Why the last line was not taken. */
  readonly cause: string;
  /** Whether the line was taken. */
  take(line: string): boolean;
}

/** Writes each line at once. */
class FileSink implements Sink {
  cause = "";
  private isCut = false;

  constructor(private readonly fd: number) {}

  take(line: string): boolean {
    let rest = Buffer.from(this.isCut ? `\n${line}` : line);
    try {
      while (rest.length > 0) {
        const written = writeSync(this.fd, rest);
        if (written === 0) throw new Error("It takes no more bytes");
        rest = rest.subarray(written);
        this.isCut = rest.length > 0;
      }
      return true;
    } catch (error) {
      this.cause = (error as Error).message;
      return false;
    }
  }
}

/** Does not wait for the reader: what the pipe cannot take yet waits in memory, up to a limit. */
class PipeSink implements Sink {
  cause = "";
  private readonly socket: Socket;
  private isBroken = false;

  constructor(fd: number) {
    // Node makes the pipe a blocking one when the process's own stream is made; so that comes first.
    if (fd === 2) void process.stderr;
    this.socket = new Socket({ fd, readable: false, writable: true });
    this.socket.unref();
    this.socket.on("error", ({ message }) => {
      this.isBroken = true;
      this.cause = message;
    });
  }

  take(line: string): boolean {
    if (this.isBroken) return false;
    if (this.socket.writableLength + Buffer.byteLength(line) > MAX_WAITING_BYTES) {
      this.cause = "Its reader did not read";
      return false;
    }
    this.socket.write(line);
    return true;
  }
}

/** In pino's form, with its number for warnings. */
function lossLine(lost: number, cause: string): string {
  const msg = `The log could not be written, and ${lost} lines were lost. ${cause}.`;
  return `${JSON.stringify({ level: 40, time: Date.now(), pid: process.pid, lost, msg })}\n`;
}
