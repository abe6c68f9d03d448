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
export function port(value: string): number {
  return value === "0" ? 0 : positive(value);
}
