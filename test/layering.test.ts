import { readdir, readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

/**
 * Which room may use which, as the map of docs/architecture.md has it: data never walks back. `index.ts` and `cli` may
 * use every room.
 */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  ingest: [],
  scene: [],
  cache: [],
  worker: [],
  prompting: [],
  models: ["cache"],
  attention: ["cache", "models"],
  // What the engine's seam says of units and tasks, these two may know.
  vision: ["engine", "attention", "cache", "models", "scene", "worker", "ingest"],
  // And of vision its messages: the units that are published to it.
  reasoner: ["engine", "attention", "cache", "models", "prompting", "worker", "vision"],
  // Above the seam: what lies below it is used by backends alone.
  engine: ["ingest", "scene"],
  backends: [
    ...["engine", "ingest", "scene", "prompting"],
    ...["attention", "cache", "models", "reasoner", "vision", "worker"],
  ],
  protocol: ["engine", "ingest", "scene"],
  streams: ["protocol", "engine", "ingest", "scene"],
  sinks: ["streams", "protocol", "ingest"],
  state: [],
  alerts: ["streams", "state", "protocol", "engine", "ingest"],
  cameras: ["streams", "state", "protocol", "engine", "ingest", "scene"],
  history: ["streams", "protocol", "ingest", "worker"],
  server: ["alerts", "history", "cameras", "state", "streams", "protocol", "engine", "ingest", "scene"],
  config: ["server", "alerts", "history", "cameras", "sinks", "protocol"],
};

/** A file of src/ and those that it imports, both relative to src/; types count like values. */
type Imports = ReadonlyMap<string, readonly string[]>;

const src = join(import.meta.dirname, "../src");
const roomOf = (file: string) => file.split("/")[0]!;

async function importsOf(folder: string): Promise<Imports> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
  const read = files.map(async (file) => {
    const text = await readFile(join(folder, file), "utf8");
    const found = text.matchAll(/^\s*(?:import|export|\}).*?\bfrom\s+"(\.[^"]+)"|\bimport\(\s*"(\.[^"]+)"/gm);
    const imported = [...found].map((match) => {
      const target = normalize(join(dirname(file), (match[1] ?? match[2])!));
      // AssemblyScript (the kernel) names files without their ending.
      return /\.tsx?$/.test(target) ? target : `${target}.ts`;
    });
    return [file, imported] as const;
  });
  return new Map(await Promise.all(read));
}

/** Imports from one room into another. */
function betweenRooms(imports: Imports): { from: string; file: string; to: string; target: string }[] {
  return [...imports].flatMap(([file, targets]) =>
    targets
      .map((target) => ({ from: roomOf(file), file, to: roomOf(target), target }))
      .filter(({ from, to }) => from !== to),
  );
}

function wrongWays(imports: Imports): string[] {
  return betweenRooms(imports)
    .filter(({ from, to }) => from !== "cli" && from !== "index.ts" && !MAY_USE[from]?.includes(to))
    .map(({ file, target }) => `${file} -> ${target}`);
}

function pastTheDoor(imports: Imports): string[] {
  return betweenRooms(imports)
    .filter(({ to, target }) => target !== `${to}/mod.ts`)
    .map(({ file, target }) => `${file} -> ${target}`);
}

/** Every import that leads back to the file that makes it, as one way round each. */
function cycles(imports: Imports): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file].join(" -> "));
    if (at >= 0 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) walk(file, []);
  return found;
}

describe("the layers of src/", async () => {
  const imports = await importsOf(src);

  it("are all there: every file of every room, with imports that exist", () => {
    const rooms = new Set([...imports.keys()].filter((file) => file.includes("/")).map(roomOf));
    expect([...rooms].filter((room) => room !== "cli" && !(room in MAY_USE))).toEqual([]);
    expect([...imports.values()].flat().filter((target) => !imports.has(target))).toEqual([]);
    expect([...imports.values()].flat().length).toBeGreaterThan(300);
  });

  it("are the map of docs/architecture.md", async () => {
    const text = await readFile(join(src, "../docs/architecture.md"), "utf8");
    const named = [...text.matchAll(/^\| `src\/(\w+)\/` \|/gm)].map(([, room]) => room!);
    expect([...named].sort()).toEqual([...Object.keys(MAY_USE), "cli"].sort());
  });

  it("use only what lies before them", () => {
    expect(wrongWays(imports)).toEqual([]);
  });

  it("are entered through their mod.ts", () => {
    expect(pastTheDoor(imports)).toEqual([]);
  });

  it("have no file that imports itself, by whatever way round", () => {
    expect(cycles(imports)).toEqual([]);
  });

  it("would not hold with a wrong import", () => {
    const wrong: Imports = new Map([
      ["streams/a.ts", ["server/mod.ts", "protocol/errors.ts", "streams/b.ts"]],
      ["streams/b.ts", ["streams/c.ts"]],
      ["streams/c.ts", ["streams/a.ts"]],
      ["cli/d.ts", ["cache/positions.ts", "cache/mod.ts"]],
    ]);
    expect(wrongWays(wrong)).toEqual(["streams/a.ts -> server/mod.ts"]);
    expect(pastTheDoor(wrong)).toEqual([
      "streams/a.ts -> protocol/errors.ts",
      "cli/d.ts -> cache/positions.ts",
    ]);
    expect(cycles(wrong)).toEqual(["streams/a.ts -> streams/b.ts -> streams/c.ts -> streams/a.ts"]);
  });
});

it("no file of the page or of the client library imports itself, by whatever way round", async () => {
  const imports = await importsOf(join(src, "../client"));
  expect(imports.size).toBeGreaterThan(150);
  expect(cycles(imports)).toEqual([]);
});
