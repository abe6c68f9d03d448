import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";

/**
 * Builds the library as it is packed, into a folder that a server can serve, with an empty page that can load it.
 *
 * @returns the sizes of the module, as it is packed and minified (bytes, both compressed)
 */
export async function buildLibrary(folder: string): Promise<{ packed: number; minified: number }> {
  await mkdir(folder, { recursive: true });
  const options = { configFile: "vite.client.config.ts", logLevel: "warn" } as const;
  const size = async (name: string) => gzipSync(await readFile(join(folder, name, "mod.js"))).length;
  await build({ ...options, build: { outDir: join(folder, "lib"), emptyOutDir: true } });
  // Of a module, Vite minifies everything but white space, which costs next to nothing once it is compressed.
  await build({ ...options, build: { outDir: join(folder, "min"), emptyOutDir: true, minify: true } });
  await writeFile(join(folder, "index.html"), "<!doctype html><title>test</title><body></body>");
  return { packed: await size("lib"), minified: await size("min") };
}
