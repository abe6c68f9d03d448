import { execFileSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Builds the attention kernel before the tests, so that they never run on an outdated one. */
export default function buildKernel(): void {
  const asc = join(root, "node_modules/assemblyscript/bin/asc.js");
  const kernel = "src/attention/kernel";
  execFileSync(process.execPath, [asc, `${kernel}/attend.ts`, "--config", `${kernel}/asconfig.json`], {
    cwd: root,
    stdio: "inherit",
  });
}
