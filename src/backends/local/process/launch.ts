import type { ChildProcess } from "node:child_process";
import { spawnProcess } from "../../../worker/mod.ts";

/** Starts an inference process. It does nothing before it is told what to run. */
export function launchInference(): Promise<ChildProcess> {
  return spawnProcess(import.meta.url, "inference-main");
}
