import { join } from "node:path";
import { findBuild, type PythonBuild, runBuild } from "../python-build.ts";

/** Where the llama.cpp server of the tests is: its Python and the model that it serves. */
export interface LlamaInstallation {
  readonly python: string;
  /** Folder of text.gguf and eyes.gguf. */
  readonly model: string;
}

const BUILD: PythonBuild = {
  name: "llama",
  source: import.meta.dirname,
  script: "build_model.py",
  keepPython: true,
};

const within = (path: string): LlamaInstallation => ({
  python: join(path, "venv", "bin", "python"),
  model: path,
});

/** The installation, or null when `npm run build:llama` has not made it. */
export function findLlama(): LlamaInstallation | null {
  const path = findBuild(BUILD);
  return path === null ? null : within(path);
}

/** Installs the server and builds its model, unless that has been done: 200 MB, and less than a minute. */
export function installLlama(): LlamaInstallation {
  return within(runBuild(BUILD));
}
