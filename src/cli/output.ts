/**
 * Prints a line to standard output. `console.log` would say nothing when the line cannot be written.
 *
 * @throws {Error} of the system, when the output is a file that takes no more
 */
export function printLine(text = ""): void {
  process.stdout.write(`${text}\n`);
}
