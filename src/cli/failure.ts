import pc from "picocolors";
import { ZodError } from "zod";
import { EngineError } from "../engine/mod.ts";
import { IngestError } from "../ingest/mod.ts";
import { ModelError } from "../models/mod.ts";
import { ServerError } from "../server/mod.ts";

/** Errors that a person can act on: their message is enough, a stack trace would hide it. */
const EXPECTED: readonly ErrorKind[] = [IngestError, EngineError, ModelError, ServerError];

// biome-ignore lint/suspicious/noExplicitAny: a constructor's own parameters do not matter here
type ErrorKind = abstract new (...args: any[]) => Error;

/** Prints a message for a person, and makes the process end with exit code 1. */
export function reportError(message: string): void {
  process.exitCode = 1;
  console.error(`${pc.red("error:")} ${message}`);
}

/** Prints what went wrong to the terminal and makes the process end with exit code 1. */
export function reportFailure(error: unknown, alsoExpected: readonly ErrorKind[] = []): void {
  process.exitCode = 1;
  if (error instanceof ZodError) {
    for (const { path, message } of error.issues) reportError(`${path.join(".")}: ${message}`);
  } else if ([...EXPECTED, ...alsoExpected].some((kind) => error instanceof kind)) {
    reportError((error as Error).message);
  } else {
    console.error(error);
  }
}

/** A command's action whose failure is reported instead of thrown. */
export function guarded<Args extends unknown[]>(
  action: (...args: Args) => Promise<void>,
  alsoExpected: readonly ErrorKind[] = [],
): (...args: Args) => Promise<void> {
  return (...args) => action(...args).catch((error) => reportFailure(error, alsoExpected));
}
