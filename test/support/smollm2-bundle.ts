import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { WeightWidth } from "../../src/models/mod.ts";
import { COMPILED } from "./build.ts";
import { smollm2 } from "./smollm2-checkpoint.ts";

/** What the system says of its peak counts from where the program began; \`maxRSS\` has the process that started it in it. */
const PROGRAM = `
import { readFile } from "node:fs/promises";
const { convertCheckpoint } = await import(process.argv[1]);
const [source, target, weights] = process.argv.slice(2);
await convertCheckpoint({ source, target, weights });
const [, kilobytes] = /^VmHWM:\\s+(\\d+) kB$/m.exec(await readFile("/proc/self/status", "utf8"));
console.log(kilobytes * 1024);
`;

/** SmolLM2-135M, converted in a process of its own. */
export class Smollm2Bundle {
  readonly path: string;
  /** Most memory that the conversion has held (bytes), the process itself included. */
  readonly peakBytes: number;
  private readonly root: string;

  private constructor(root: string, path: string, peakBytes: number) {
    this.root = root;
    this.path = path;
    this.peakBytes = peakBytes;
  }

  static async convert(weights: WeightWidth): Promise<Smollm2Bundle> {
    const root = await mkdtemp(join(tmpdir(), "thinkalong-smollm2-"));
    const path = join(root, weights);
    const models = pathToFileURL(join(COMPILED, "models/mod.js")).href;
    const args = ["--input-type=module", "-e", PROGRAM, models, smollm2(), path, weights];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return new Smollm2Bundle(root, path, Number(stdout));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true });
  }
}
