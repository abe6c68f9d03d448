import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { BUILT_PAGE } from "../support/build.ts";

describe("the built page", () => {
  let files: Map<string, Buffer>;
  beforeAll(async () => {
    const names = await readdir(BUILT_PAGE, { recursive: true, withFileTypes: true });
    const paths = names.filter((each) => each.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    files = new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const)));
  });

  const ending = (end: string) => [...files].filter(([path]) => path.endsWith(end)).map(([, bytes]) => bytes);
  const text = (end: string) => ending(end).join("\n");

  it("takes at most 80 kB over the network when it is opened, and 32 kB for what is opened in it", () => {
    const html = text(".html");
    const [first, later] = [[0], [0]];
    for (const [path, bytes] of files) {
      if (!/\.(?:html|js|css|svg)$/.test(path)) continue;
      const isFirst = path.endsWith(".html") || html.includes(basename(path));
      (isFirst ? first : later).push(gzipSync(bytes).length);
    }
    const sum = (sizes: readonly number[]) => sizes.reduce((all, size) => all + size);
    expect(first.length).toBeGreaterThan(4);
    expect(sum(first)).toBeLessThanOrEqual(80_000);
    expect(later.length, "the panel Inside is fetched when it is opened").toBeGreaterThan(1);
    expect(sum(later)).toBeLessThanOrEqual(32_000);
  });

  it("needs no exception from its policy: no script, style or handler stands in its HTML", () => {
    const html = text(".html");
    expect(html).toMatch(/<script type="module" crossorigin src="\.\/assets\//);
    expect(html).not.toMatch(/<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=/i);
  });

  it("loads nothing from elsewhere", () => {
    expect(text(".css")).not.toMatch(/@import|url\(\s*["']?(?:https?:)?\/\//);
    expect(text(".html")).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });

  it("names the licence of every package that it contains", async () => {
    const licences = text("licences.md");
    const sources = (await readdir("client/src", { recursive: true })).filter((name) => /\.tsx?$/.test(name));
    const code = (
      await Promise.all(sources.map((name) => readFile(join("client/src", name), "utf8")))
    ).join();
    const packages = new Set(
      [...code.matchAll(/from "(?![./])((?:@[^/"]+\/)?[^/"]+)/g)].map((match) => match[1]!),
    );
    expect(packages).toContain("preact");
    for (const name of packages) expect(licences).toContain(`## ${name} - `);
  });
});
