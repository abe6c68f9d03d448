import { join } from "node:path";
import { findBuild, type PythonBuild, runBuild } from "../python-build.ts";

const BUILD: PythonBuild = {
  name: "openai",
  source: import.meta.dirname,
  script: "check_client.py",
  keepPython: true,
};

const pythonIn = (path: string) => join(path, "venv", "bin", "python");

/** Installs OpenAI's client for Python, unless that has been done: 60 MB. Returns the Python that has it. */
export const installOpenai = (): string => pythonIn(runBuild(BUILD));

/** The Python that has OpenAI's client, or null when `npm run build:openai` has not installed it. */
export function findOpenai(): string | null {
  const path = findBuild(BUILD);
  return path === null ? null : pythonIn(path);
}

/**
 * Whether tests can use it: `describe.skipIf(!hasOpenai)`. Where `THINKALONG_NEED_OPENAI` is set, as in CI, they are not
 * skipped, and running it fails.
 */
export const hasOpenai: boolean = findOpenai() !== null || Boolean(process.env.THINKALONG_NEED_OPENAI);

/** @throws {Error} when it is not installed */
export function requireOpenai(): string {
  const python = findOpenai();
  if (python === null) throw new Error(MISSING);
  return python;
}

const MISSING = "OpenAI's client for Python is not installed. `npm run build:openai` installs it.";
if (!hasOpenai) console.warn(`${MISSING} The tests that need it are skipped.`);
