import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin } from "vite";
import type { TestProject } from "vitest/node";

const root = join(import.meta.dirname, "../..");

/** What `src/` compiles to for the tests, at the depth of `dist/`. */
export const COMPILED = join(root, "dist-test");

/** The page, built. */
export const BUILT_PAGE = join(COMPILED, "client");

/** Runs a script of a package. Returns its exit code. */
function node(script: string, ...args: readonly string[]): number {
  const command = [join(root, "node_modules", script), ...args];
  const { status, error } = spawnSync(process.execPath, command, { cwd: root, stdio: "inherit" });
  if (status === null) throw error ?? new Error(`${script} was killed.`);
  return status;
}

function build(): void {
  const kernel = "src/attention/kernel";
  const asc = ["assemblyscript/bin/asc.js", `${kernel}/attend.ts`] as const;
  if (node(...asc, "--config", `${kernel}/asconfig.json`) > 0)
    throw new Error("The kernel does not compile.");
  // Only what has changed is written, so that a run beside this one reads no half-written file.
  const incremental = ["--incremental", "--tsBuildInfoFile", join(COMPILED, ".tsbuildinfo")];
  const tsc = ["typescript/bin/tsc", "-p", "tsconfig.build.json"] as const;
  // Wrong types are told, and do not keep anybody from running a test: `npm run typecheck` is what fails.
  const compiled = node(...tsc, "--outDir", COMPILED, ...incremental);
  if (compiled > 0) console.warn("src/ has wrong types. What could be compiled of it is tested.");
  if (node("vite/bin/vite.js", "build", "--logLevel", "warn", "--outDir", BUILT_PAGE) > 0)
    throw new Error("The page cannot be built.");
}

/**
 * Builds the attention kernel and the page, and compiles `src/`, before the tests, so that they never run on outdated ones. Programs
 * and workers that tests start run what was compiled here: a process that compiles for itself takes three times as long
 * to start, and the tests start hundreds.
 */
export default function setup(project: TestProject): void {
  build();
  project.onTestsRerun(async () => build());
}

/** The modules that start threads or processes. */
const STARTS_WORKERS = /\/src\/((?:vision|reasoner|history)\/start|backends\/local\/process\/launch)\.ts$/;

/** Lets engines in the tests' own process start their workers from what was compiled. */
export function compiledWorkers(): Plugin {
  return {
    name: "compiled-workers",
    transform(code, id) {
      const [, module] = STARTS_WORKERS.exec(id) ?? [];
      if (module === undefined) return;
      return code.replace(
        "import.meta.url",
        JSON.stringify(pathToFileURL(join(COMPILED, `${module}.js`)).href),
      );
    },
  };
}
