import { reportError } from "../../src/cli/failure.ts";
import { Progress } from "./progress.ts";

/** What would be typed to measure the same again; `options` hold no paths, as it goes into the report. */
export function commandLine(
  script: "bench" | "eval" | "eval:alerts" | "eval:prompted",
  options: readonly string[],
): string {
  return [`npm run ${script}`, ...(options.length === 0 ? [] : ["--", ...options])].join(" ");
}

/**
 * Runs something that shows its progress and that Ctrl-C stops: its signal is aborted, and the process ends with exit
 * code 130.
 *
 * @param stopped what a person is told then
 * @throws what `run` throws, unless it was stopped
 */
export async function runMeasurement(
  run: (signal: AbortSignal, progress: Progress) => Promise<void>,
  stopped: () => string,
): Promise<void> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  const progress = new Progress();
  try {
    await run(stop.signal, progress);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    progress.stop();
    reportError(stopped());
    process.exitCode = 130;
  } finally {
    progress.stop();
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}
