import { InvalidArgumentError } from "commander";
import pc from "picocolors";
import { ZodError } from "zod";
import { AlertProblems } from "../alerts/mod.ts";
import { RemoteError } from "../backends/mod.ts";
import { CameraProblems } from "../cameras/mod.ts";
import { ConfigError } from "../config/mod.ts";
import { EngineError } from "../engine/mod.ts";
import { HistoryError } from "../history/mod.ts";
import { IngestError } from "../ingest/mod.ts";
import { ModelError } from "../models/mod.ts";
import { ServerError } from "../server/mod.ts";
import { SinkProblems } from "../sinks/mod.ts";
import { Interrupted } from "./models/interrupts.ts";
import { isTooManyFiles, RAISE_LIMIT } from "./open-files.ts";
import { wrapFor } from "./wrap.ts";

/** Errors whose message says all that a user needs. A stack trace would only hide it. */
const EXPECTED: readonly ErrorKind[] = [
  IngestError,
  EngineError,
  ModelError,
  RemoteError,
  ServerError,
  HistoryError,
  InvalidArgumentError,
];

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
  else if (error instanceof ConfigError) error.sentences.forEach(reportError);
  else if ([CameraProblems, AlertProblems, SinkProblems].some((kind) => error instanceof kind))
    (error as Error).message.split("\n").forEach(reportError);
  else if (error instanceof ZodError) {
    for (const { path, message } of error.issues) reportError(`${path.join(".")} is wrong: ${message}.`);
  } else if ([...EXPECTED, ...alsoExpected].some((kind) => error instanceof kind)) {
    reportError((error as Error).message);
  } else if (isTooManyFiles(error)) {
    reportError(`Too many files are open (${(error as Error).message}). ${RAISE_LIMIT}`);
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
