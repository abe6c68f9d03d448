import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { installedPackages, thirdPartyNotices } from "../scripts/third-party-notices.ts";

const root = new URL("../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const file = read("THIRD-PARTY-NOTICES.md");

interface Manifest {
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The packages of the production tree that are in node_modules, found without the lock file. */
function foundInNodeModules(): Set<string> {
  const names = new Set<string>();
  const visit = (folder: string) => {
    const { dependencies, optionalDependencies }: Manifest = JSON.parse(read(`${folder}package.json`));
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const place = [`${folder}node_modules/${name}/`, `node_modules/${name}/`].find((each) =>
        existsSync(new URL(`${each}package.json`, root)),
      );
      if (place === undefined || names.has(name)) continue;
      names.add(name);
      visit(place);
    }
  };
  visit("");
  return names;
}

it("THIRD-PARTY-NOTICES.md names every package that is installed with thinkalong, with its licence", () => {
  expect(file, "`npm run notices` writes it").toBe(thirdPartyNotices());
  const names = foundInNodeModules();
  for (const each of ["wrap-ansi", "string-width", "ansi-regex", "sharp", "onnxruntime-node", "ws"])
    expect(names).toContain(each);
  for (const name of names) expect(file).toMatch(new RegExp(`^\\| ${name} +\\| [\\d.]+ +\\| \\S`, "m"));
  for (const { name, licence } of installedPackages()) expect(licence, name).toMatch(/\S/);
});

it("THIRD-PARTY-NOTICES.md is part of the package, and names neither development tools nor where packages came from", () => {
  expect((JSON.parse(read("package.json")) as Manifest).files).toContain("THIRD-PARTY-NOTICES.md");
  expect(read("README.md")).toContain("(THIRD-PARTY-NOTICES.md)");
  for (const heading of ["ffmpeg (GPL-3.0)", "libvips (LGPL-3.0-or-later)", "ONNX Runtime (MIT)"])
    expect(file).toContain(`### ${heading}`);
  expect(file).not.toMatch(/^\| (?:vitest|vite|typescript|echarts) /m);
  expect(file).not.toMatch(/registry|npmjs|file:|resolved|integrity/);
});
