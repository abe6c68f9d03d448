import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/mod.ts";
import { SERVER_EVENTS } from "../../src/protocol/mod.ts";
import { TOLD } from "../../src/sinks/mod.ts";

const page = (name: string) => readFileSync(join(import.meta.dirname, "../../docs", name), "utf8");

/** The fenced blocks of a page in one language, those in lists too. */
function blocks(text: string, language: string): string[] {
  const fences = text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\`$`, "gms"));
  return [...fences].map(([, indent, block]) => block!.replaceAll(new RegExp(`^${indent}`, "gm"), ""));
}

describe.each(["sinks.md", "mqtt.md"])("docs/%s", (name) => {
  it("has configurations that can be used", () => {
    const configs = blocks(page(name), "yaml").filter((block) => /^sinks:/m.test(block));
    expect(configs).toHaveLength(1);
    for (const each of configs) expect(parseConfig(each, "thinkalong.yaml").config.sinks).not.toEqual({});
  });
});

describe("docs/sinks.md", () => {
  it("names each group of events, and shows a notice as it is", () => {
    const rows = [...page("sinks.md").matchAll(/^\| `([a-z]+)` \|/gm)].map(([, name]) => name);
    expect(rows).toEqual(["events", ...TOLD]);
    const [notice] = blocks(page("sinks.md"), "json").map((each) => JSON.parse(each));
    expect(Object.keys(notice)).toEqual(["id", "stream", "kind", "heard_at", "event"]);
    expect(SERVER_EVENTS["alert.raised"].strict().safeParse(notice.event).error).toBeUndefined();
  });
});
