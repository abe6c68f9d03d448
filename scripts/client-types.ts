/**
 * Writes the declarations of the client library to `client-lib` of a folder that has those of `src/` beside it, as `dist`
 * does. `npm run build` runs it.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(import.meta.dirname, "..");

/** How a file of client/lib names one of src/, from whatever depth. In the package, both are one level nearer. */
const IN_SOURCES = /(["'](?:\.\.\/)+)\.\.\/src\//g;

/** @param flags of the compiler */
export function writeClientTypes(folder: string, flags: readonly string[] = []): void {
  const emitted = mkdtempSync(join(tmpdir(), "thinkalong-types-"));
  try {
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const emit = [
      "--noEmit",
      "false",
      "--declaration",
      "--emitDeclarationOnly",
      "--rootDir",
      ".",
      "--outDir",
      emitted,
    ];
    execFileSync(process.execPath, [tsc, "-p", "client/tsconfig.json", ...emit, ...flags], {
      cwd: root,
      stdio: "inherit",
    });
    const from = join(emitted, "client/lib");
    for (const file of readdirSync(from, { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".d.ts")) continue;
      const to = join(folder, "client-lib", file);
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, readFileSync(join(from, file), "utf8").replace(IN_SOURCES, "$1"));
    }
  } finally {
    rmSync(emitted, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeClientTypes(join(root, "dist"));
