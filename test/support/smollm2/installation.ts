import { findBuild, type PythonBuild, runBuild } from "../python-build.ts";

const BUILD: PythonBuild = {
  name: "smollm2",
  source: import.meta.dirname,
  script: "build_checkpoint.py",
  keepPython: false,
};

/** Builds the checkpoint, unless that has been done: 540 MB, and less than a minute. Returns its folder. */
export const buildSmollm2 = (): string => runBuild(BUILD);

/** Its folder, or null when `npm run build:smollm2` has not made it. */
export const findSmollm2 = (): string | null => findBuild(BUILD);
