import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { protocolMarkdown } from "../../src/protocol/docs-markdown.ts";
import { CLIENT_EXAMPLES, SERVER_EXAMPLES } from "../../src/protocol/examples.ts";
import {
  CLIENT_MESSAGES,
  CLOSE_CODES,
  ERRORS,
  SERVER_EVENTS,
  TRANSPORT_CLOSE_CODES,
} from "../../src/protocol/mod.ts";

const schemas: Record<string, z.ZodObject> = { ...CLIENT_MESSAGES, ...SERVER_EVENTS };
const examples: Record<string, unknown> = { ...CLIENT_EXAMPLES, ...SERVER_EXAMPLES };
const markdown = protocolMarkdown();

describe("docs/protocol.md", () => {
  it("is what `npm run docs` writes", async () => {
    const committed = await readFile(new URL("../../docs/protocol.md", import.meta.url), "utf8");
    expect(committed, "run `npm run docs`").toBe(markdown);
  });

  it.each(Object.keys(schemas))("has %s, with an example that is valid", (type) => {
    expect(markdown).toContain(`### \`${type}\``);
    expect(schemas[type]?.strict().parse(examples[type])).toEqual(examples[type]);
  });

  it("describes every field but those of fixed value", () => {
    const bare = markdown.split("\n").filter((line) => /^\| `[\w.[\]]+` \| .* \| {2}\|$/.test(line));
    expect(bare.filter((line) => !/\| `"[^"]+"` \| {2}\|$/.test(line))).toEqual([]);
  });

  it("has every error code and every close code", () => {
    for (const code of Object.keys(ERRORS)) expect(markdown).toContain(`| \`${code}\` |`);
    for (const { code } of [...Object.values(CLOSE_CODES), ...TRANSPORT_CLOSE_CODES])
      expect(markdown).toContain(`| ${code} |`);
  });
});
