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
  // A library is left readable, whatever is asked for. So it is minified as the part of a page that it becomes.
  await build({
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    build: {
      outDir: join(folder, "min"),
      emptyOutDir: true,
      rolldownOptions: {
        input: "client/lib/mod.ts",
        preserveEntrySignatures: "strict",
        output: { entryFileNames: "mod.js" },
      },
    },
  });
  await writeFile(join(folder, "index.html"), "<!doctype html><title>test</title><body></body>");
  return { packed: await size("lib"), minified: await size("min") };
}
