import { join } from "node:path";
import { findBuild, type PythonBuild, runBuild } from "../python-build.ts";

const BUILD: PythonBuild = {
  name: "prometheus",
  source: import.meta.dirname,
  script: "read_metrics.py",
  keepPython: true,
};

const pythonIn = (path: string) => join(path, "venv", "bin", "python");

/** A Python that has Prometheus' parsers, or null when `npm run build:prometheus` has not made it. */
export function findPrometheus(): string | null {
  const path = findBuild(BUILD);
  return path === null ? null : pythonIn(path);
}

/** Installs it, unless that has been done: 20 MB, and some seconds. */
export function installPrometheus(): string {
  return pythonIn(runBuild(BUILD));
}
