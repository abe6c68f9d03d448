import { writeSync } from "node:fs";

/** Where pino writes its lines. */
export interface LogLines {
  write(line: string): void;
}

/**
 * Writes log lines to a file descriptor, at once. A line that cannot be written, because the disk is full or nobody
 * reads any more, is lost: a log must never stop the server. The next line that can be written is preceded by one that
 * says how many were lost, and why.
 *
 * @example pino({ level: "warn" }, logLines(2))
 */
export function logLines(fd: number): LogLines {
  let lost = 0;
  let cause = "";
  let isCut = false;

  const tryWrite = (line: string): boolean => {
    let rest = Buffer.from(isCut ? `\n${line}` : line);
    try {
      while (rest.length > 0) {
        const written = writeSync(fd, rest);
        if (written === 0) throw new Error("It takes no more bytes");
        rest = rest.subarray(written);
        isCut = rest.length > 0;
      }
      return true;
    } catch (error) {
      cause = (error as Error).message;
      return false;
    }
  };

  return {
    write(line) {
      if (lost > 0 && tryWrite(lossLine(lost, cause))) lost = 0;
      if (lost > 0 || !tryWrite(line)) lost++;
    },
  };
}

/** In pino's form, with its number for warnings. */
function lossLine(lost: number, cause: string): string {
  const msg = `The log could not be written, and ${lost} lines were lost. ${cause}.`;
  return `${JSON.stringify({ level: 40, time: Date.now(), pid: process.pid, lost, msg })}\n`;
}
