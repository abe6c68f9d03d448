import { reportError } from "./failure.ts";

/**
 * Prints a line to standard output. When it cannot be written, standard output emits `error`;
 * `console.log` would hide that.
 */
export function printLine(text = ""): void {
  try {
    process.stdout.write(`${text}\n`);
  } catch (error) {
    process.stdout.emit("error", error);
  }
}

let isReported = false;

/**
 * Handles the failure of a write to standard output. Whatever read the output may be gone, as `head` is when it has
 * enough lines: that is not a failure. Anything else, such as a full disk, is reported once.
 */
export function reportOutputFailure(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE" || isReported) return;
  isReported = true;
  reportError(
    `Standard output cannot be written to (${error.message}). Free some space, or send the output elsewhere.`,
  );
}
