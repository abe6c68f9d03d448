import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { exportForTransformersJs } from "../onnx-export.ts";
import type { Answerer, Asked } from "./asked.ts";
import { LineProcess } from "./line-process.ts";

/** The newest version when this was written. */
export const TRANSFORMERS_JS_VERSION = "4.3.2";

/**
 * Installs transformers.js into a folder of the user's cache, unless that has been done: half a gigabyte. It is no
 * dependency of this package, because it brings runtimes of its own.
 *
 * @returns the folder
 */
export function installTransformersJs(): string {
  const caches = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "thinkalong");
  const path = join(caches, `transformers-js-${TRANSFORMERS_JS_VERSION}`);
  if (existsSync(path)) return path;
  mkdirSync(caches, { recursive: true });
  const unfinished = mkdtempSync(`${path}-`);
  try {
    writeFileSync(join(unfinished, "package.json"), '{ "private": true, "type": "module" }\n');
    const name = `@huggingface/transformers@${TRANSFORMERS_JS_VERSION}`;
    // Its runtime's own script would download libraries for graphics cards.
    const options = ["--ignore-scripts", "--no-audit", "--no-fund"];
    execFileSync("npm", ["install", ...options, name], { cwd: unfinished, stdio: "inherit" });
    renameSync(unfinished, path);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return path;
}

export interface TransformersJsOptions {
  /** Folder of the checkpoint. */
  readonly source: string;
  /** Folder that its graphs are written to; it must not be there yet. */
  readonly target: string;
  /** Side of the pictures (px). */
  readonly side: number;
  readonly threads: number;
}

/** transformers.js in a process of its own, as its documentation says: a fresh `generate` for each question. */
export class TransformersJs implements Answerer {
  private constructor(private readonly program: LineProcess) {}

  /** Writes the checkpoint as transformers.js takes it, and loads it. */
  static async start({ source, target, side, threads }: TransformersJsOptions): Promise<TransformersJs> {
    const installed = installTransformersJs();
    await exportForTransformersJs({ source, target, side, weights: "q8" });
    const script = join(import.meta.dirname, "transformers-js-process.ts");
    const program = new LineProcess(process.execPath, [
      "--import",
      import.meta.resolve("tsx"),
      script,
      ...[installed, target, String(side), String(threads)],
    ]);
    try {
      await program.hear("loaded");
      return new TransformersJs(program);
    } catch (error) {
      await program.kill();
      throw error;
    }
  }

  async ask(seconds: readonly number[], question: string): Promise<Asked> {
    this.program.tell(JSON.stringify({ seconds, question }));
    return JSON.parse(await this.program.hear("answered")) as Asked;
  }

  close(): Promise<void> {
    return this.program.kill();
  }
}
