import { join } from "node:path";
import { findBuild, type PythonBuild, runBuild } from "../python-build.ts";

const BUILD: PythonBuild = {
  name: "python-client",
  source: import.meta.dirname,
  script: "check.py",
  keepPython: true,
};

/** Python with the packages that the examples of docs/clients.md need; null when it is not installed. */
export function findClientPython(): string | null {
  const folder = findBuild(BUILD);
  return folder === null ? null : join(folder, "venv/bin/python");
}

/** Installs it in the user's cache. */
export function installClientPython(): string {
  return runBuild(BUILD);
}
