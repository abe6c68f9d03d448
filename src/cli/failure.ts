import { InvalidArgumentError } from "commander";
import pc from "picocolors";
import { Interrupted } from "./models/interrupts.ts";
import { isTooManyFiles, RAISE_LIMIT } from "./open-files.ts";
import { wrapFor } from "./wrap.ts";

/**
 * Names of the errors whose message says all that a user needs. A stack trace would only hide it. They are known by
 * name because their classes are in every room, which would all be loaded before a command begins.
 */
const EXPECTED: ReadonlySet<string> = new Set([
  "EngineError",
  "HistoryError",
  "IngestError",
  "ModelError",
  "RemoteError",
  "ServerError",
  InvalidArgumentError.name,
]);

/** Those whose message has a line for each thing that is wrong. */
const SEVERAL: ReadonlySet<string> = new Set([
  "AlertProblems",
  "CameraProblems",
  "ConfigError",
  "SinkProblems",
]);

/** What a schema says of an input that it does not take. */
type SchemaError = Error & { readonly issues: readonly { path: readonly PropertyKey[]; message: string }[] };

const isSchemaError = (error: Error): error is SchemaError => error.name === "ZodError" && "issues" in error;

// biome-ignore lint/suspicious/noExplicitAny: the parameters of the constructors do not matter here
type ErrorKind = abstract new (...args: any[]) => Error;

/** Prints an error message to standard error and sets the exit code to 1. */
export function reportError(message: string): void {
  process.exitCode = 1;
  console.error(wrapFor(process.stderr, `${pc.red("error:")} `, message));
}

/**
 * Prints what went wrong to standard error and sets the exit code to 1.
 *
 * @param alsoExpected further kinds of errors of which only the message is printed
 */
export function reportFailure(error: unknown, alsoExpected: readonly ErrorKind[] = []): void {
  process.exitCode = 1;
  if (error instanceof Interrupted) process.exitCode = error.exitCode;
  else if (!(error instanceof Error)) console.error(error);
  else if (SEVERAL.has(error.name)) error.message.split("\n").forEach(reportError);
  else if (isSchemaError(error)) {
    for (const { path, message } of error.issues) reportError(`${path.join(".")} is wrong: ${message}.`);
  } else if (EXPECTED.has(error.name) || alsoExpected.some((kind) => error instanceof kind)) {
    reportError(error.message);
  } else if (isTooManyFiles(error)) {
    reportError(`Too many files are open (${error.message}). ${RAISE_LIMIT}`);
  } else {
    console.error(error);
  }
}

/** Wraps the action of a command, so that its failure is printed instead of thrown. */
export function guarded<Args extends unknown[]>(
  action: (...args: Args) => Promise<void>,
  alsoExpected: readonly ErrorKind[] = [],
): (...args: Args) => Promise<void> {
  return (...args) => action(...args).catch((error) => reportFailure(error, alsoExpected));
}
