import { InvalidArgumentError } from "commander";

/** A whole number of at least 1, or commander's own message. */
export function positive(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError("It must be a whole number from 1 on.");
  return number;
}

/** A port, or 0 for any free one. */
export function port(value: string): number {
  return value === "0" ? 0 : positive(value);
}
