import { readFile } from "node:fs/promises";
import { ModelError } from "../models/mod.ts";

/** Builds of the kernel, the fastest first. In a checkout `dist/` is beside `src/`; in a package this file is in it. */
const BUILDS = { relaxed: "kernel-relaxed.wasm", plain: "kernel.wasm" };

/**
 * `relaxed` multiplies and adds in one instruction, which the runtime must know (relaxed SIMD: V8 of Node 22 and
 * later) and the processor should.
 */
export type KernelBuild = keyof typeof BUILDS;

/** What `kernel/attend.ts` exports. Addresses and widths in bytes. */
export interface Kernel {
  write(rows: number, count: number, layer: number, heads: number, group: number, width: number): void;
  /** All of some tiles. */
  read(tiles: number, count: number, layer: number, heads: number, group: number, width: number): void;
  // The parts of it, for one tile or range and one head of keys and values.
  turn(range: number, at: number, width: number): void;
  score(range: number, layer: number, head: number, width: number): void;
  soften(vectors: number, count: number, at: number, width: number): void;
  gather(range: number, layer: number, head: number, at: number, width: number): void;
  normalise(vectors: number, count: number, at: number, width: number): void;
  widen(from: number, slots: number, stride: number, to: number, width: number): void;
  blank(range: number): void;
  add(range: number, at: number, width: number): void;
}

/**
 * Compiles the best build of the kernel that this runtime can run, or a given one.
 * @throws {ModelError} `attention_unavailable`, when it is not built, or this runtime cannot run the given one
 */
export async function compileKernel(build?: KernelBuild): Promise<WebAssembly.Module> {
  for (const name of build ? [build] : (Object.keys(BUILDS) as KernelBuild[])) {
    const code = await readBuild(name);
    try {
      return await WebAssembly.compile(code);
    } catch (cause) {
      // The runtime does not know its instructions.
      if (!(cause instanceof Error) || cause.name !== "CompileError") throw cause;
    }
  }
  const message = "This runtime cannot run the attention kernel. Use a newer Node.";
  throw new ModelError("attention_unavailable", message);
}

async function readBuild(name: KernelBuild): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(new URL(`../../dist/attention/${BUILDS[name]}`, import.meta.url)));
  } catch (cause) {
    const message = "The attention kernel is not built. Run `npm run build`.";
    throw new ModelError("attention_unavailable", message, cause);
  }
}
