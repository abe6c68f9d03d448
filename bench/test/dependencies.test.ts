import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

function sourcesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !/(^|\/)(node_modules|test|kernel)\//.test(path))
    .map((path) => readFileSync(join(root, folder, path), "utf8"));
}

/** Statements only: with `import(…)` a worker that runs from the source loads tsx, which the built one does not need. */
const IMPORT = /^(?:import |(?:import|export|\})[^"\n]* from )"([^"\n]+)"/gm;

/** Packages that the sources of a folder import. */
function importedIn(folder: string): string[] {
  const paths = sourcesIn(folder).flatMap((source) => [...source.matchAll(IMPORT)].map(([, path]) => path!));
  const packages = paths
    .filter((path) => !path.startsWith(".") && !isBuiltin(path))
    .map((path) => path.split("/", path.startsWith("@") ? 2 : 1).join("/"));
  return [...new Set(packages)].sort();
}

function dependenciesOf(folder: string): string[] {
  const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  return Object.keys(manifest.dependencies);
}

// One install puts the packages of both into one folder, so a missing entry shows nowhere else before it is published.
describe.each([
  ["the product", "src", "."],
  ["bench", "bench", "bench"],
])("%s", (_, sources, manifest) => {
  it("names every package that it imports", () => {
    const imported = importedIn(sources);
    expect(imported).toContain("rxjs");
    expect(dependenciesOf(manifest)).toEqual(expect.arrayContaining(imported));
  });
});
