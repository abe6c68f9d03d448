import pc from "picocolors";
import { ZodError } from "zod";
import { EngineError } from "../engine/mod.ts";
import { IngestError } from "../ingest/mod.ts";
import { MeasureError } from "../measure/errors.ts";
import { ModelError } from "../models/mod.ts";
import { ServerError } from "../server/mod.ts";

/** Errors that a person can act on: their message is enough, a stack trace would hide it. */
function isExpected(error: unknown): error is Error {
  return [IngestError, EngineError, ModelError, MeasureError, ServerError].some(
    (kind) => error instanceof kind,
  );
}

/** Prints a message for a person, and makes the process end with exit code 1. */
export function reportError(message: string): void {
  process.exitCode = 1;
  console.error(`${pc.red("error:")} ${message}`);
}

/** Prints what went wrong to the terminal and makes the process end with exit code 1. */
export function reportFailure(error: unknown): void {
  process.exitCode = 1;
  if (error instanceof ZodError) {
    for (const { path, message } of error.issues) reportError(`${path.join(".")}: ${message}`);
  } else if (isExpected(error)) {
    reportError(error.message);
  } else {
    console.error(error);
  }
}

/** A command's action whose failure is reported instead of thrown. */
export function guarded<Args extends unknown[]>(
  action: (...args: Args) => Promise<void>,
): (...args: Args) => Promise<void> {
  return (...args) => action(...args).catch(reportFailure);
}
