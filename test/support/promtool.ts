import { spawnSync } from "node:child_process";

const missing = "promtool is not installed (Debian package: prometheus).";

/**
 * Whether tests can ask promtool, with which people check what they give to Prometheus: `it.skipIf(!hasPromtool)`. Where
 * `THINKALONG_NEED_PROMTOOL` is set, as in CI, they are not skipped, and asking fails.
 */
export const hasPromtool: boolean =
  spawnSync("promtool", ["--version"]).status === 0 || Boolean(process.env.THINKALONG_NEED_PROMTOOL);

if (!hasPromtool) console.warn(`${missing} The tests that need it are skipped.`);

/**
 * Asks promtool.
 *
 * @returns what it has found wrong; empty: nothing
 */
export function promtool(args: readonly string[], input = ""): string {
  const { status, stderr, stdout, error } = spawnSync("promtool", args, { input, encoding: "utf8" });
  if (error) throw new Error(missing, { cause: error });
  return status === 0 && stderr.trim() === "" ? "" : `${status}: ${stdout}${stderr}`;
}
