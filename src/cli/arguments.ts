import { InvalidArgumentError } from "commander";

/**
 * Reads a whole number from 1 on.
 *
 * @throws {InvalidArgumentError} which commander shows to the user
 */
export function positive(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError("It must be a whole number of at least 1.");
  return number;
}

/** Reads a port number; 0 stands for any free port. */
export const port = wholeNumber(0, 65_535, "0 stands for any free port.");

/**
 * Most inference threads of a worker. That is far above what one worker can use. It is the same on every machine, so
 * that a command that works on one works on all. Thousands of threads exhaust a machine.
 */
const MOST_THREADS = 64;

/** Reads a number of inference threads. */
export const threads = wholeNumber(1, MOST_THREADS, "More threads than processor cores do not help.");

/** Reads a number of frames a second. */
export function rate(value: string): number {
  return aboveZero(value, "frames a second");
}

/**
 * Reads a time in seconds.
 *
 * @returns ms
 */
export function seconds(value: string): number {
  return aboveZero(value, "seconds") * 1000;
}

/** Reads a number of levels of brightness. */
export function levels(value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !(number >= 0 && number <= 255))
    throw new InvalidArgumentError("It must be a number from 0 to 255.");
  return number;
}

/** Reads the path of a file that is written. */
export function outputFile(value: string): string {
  if (value === "" || value === "-") throw new InvalidArgumentError("It must be the name of a file.");
  return value;
}

function aboveZero(value: string, what: string): number {
  const number = Number(value);
  if (!(number > 0) || number === Number.POSITIVE_INFINITY)
    throw new InvalidArgumentError(`It must be a number of ${what} greater than 0.`);
  return number;
}

/** Makes a reader of whole numbers in a range. What it says of others ends with a hint. */
function wholeNumber(least: number, most: number, hint: string): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() === "" || !Number.isInteger(number) || number < least || number > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}. ${hint}`);
    return number;
  };
}
