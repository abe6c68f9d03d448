import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeClientTypes } from "../../scripts/client-types.ts";
import { type Declaration, Declarations } from "./declarations.ts";

const root = join(import.meta.dirname, "../..");
const { exports, dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly exports: Record<string, { readonly types: string; readonly default: string }>;
  readonly dependencies: Record<string, string>;
};
/** Every way into the package that TypeScript knows. */
const entries = Object.entries(exports)
  .filter(([, target]) => typeof target === "object")
  .map(([name, { types }]) => ({
    name: name === "." ? "thinkalong" : `thinkalong/${name.slice(2)}`,
    module: types.replace("./dist/", "").replace(".d.ts", ""),
  }));
/** Where a module of dist/ comes from. */
const sourceOf = (module: string) =>
  join(root, module.startsWith("client-lib/") ? module.replace("client-lib", "client/lib") : `src/${module}`);

describe("the public face", () => {
  let dir: string;
  let declarations: Declarations;
  const all = () => entries.flatMap(({ module }) => [...declarations.exportsOf(`${module}.d.ts`).values()]);

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "thinkalong-api-"));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const emit = ["--emitDeclarationOnly", "--removeComments", "--outDir", dir];
    execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", ...emit], { cwd: root });
    writeClientTypes(dir, ["--removeComments"]);
    declarations = new Declarations(dir);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it.each(entries)("of $name is the one that was agreed on", async ({ name, module }) => {
    const found = [...declarations.exportsOf(`${module}.d.ts`)].sort(([a], [b]) => (a < b ? -1 : 1));
    const exported = new Set(all().map(({ id }) => id));
    const text = found.flatMap(([as, declaration]) => described(as, declaration, exported)).join("\n\n");
    await expect(
      `What ${name} exports. \`npx vitest run test/api -u\` writes it anew.\n\n${text}\n`,
    ).toMatchFileSnapshot(`./${name.replace("/", "-")}.api.txt`);
  });

  it.each(entries)("of $name has the values that its types promise", async ({ module }) => {
    const promised = [...declarations.exportsOf(`${module}.d.ts`)].filter(([, { isValue }]) => isValue);
    const found = Object.keys((await import(`${sourceOf(module)}.ts`)) as object);
    expect(found.sort()).toEqual(promised.map(([name]) => name).sort());
  });

  it("exports every type that one of its signatures names", () => {
    const exported = new Set(all().map(({ id }) => id));
    const missing = all().flatMap(({ name, uses }) =>
      uses.types.filter(({ id }) => !exported.has(id)).map((used) => `${name} names ${used.name}`),
    );
    expect(missing).toEqual([]);
  });

  it("names types of packages only that are installed with it", () => {
    const packages = new Set(all().flatMap(({ uses }) => uses.packages));
    const foreign = [...packages].filter((name) => !isBuiltin(name) && !(name in dependencies));
    expect(foreign).toEqual([]);
  });
});

/** A declaration under the name that it is exported by, and the constants that it rests on and that are not exported. */
function described(as: string, { name, text, uses }: Declaration, exported: ReadonlySet<string>): string[] {
  const hidden = uses.constants.filter(({ id }) => !exported.has(id));
  return [as === name ? text : `${as}: ${text}`, ...hidden.map((each) => `(not exported) ${each.text}`)];
}
