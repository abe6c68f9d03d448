import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { compileRule } from "../../src/alerts/compile-rule.ts";
import { alertRulesSchema } from "../../src/alerts/mod.ts";
import { newHistory } from "../support/history.ts";
import { makeTempDir, makeVideo } from "../support/media.ts";
import { Program } from "../support/program.ts";
import { startScriptedServer } from "../support/server.ts";
import { STREET_LANGUAGE, STREET_MODEL } from "../support/street-language.ts";

describe("docs/alerts.md", async () => {
  const text = await readFile(new URL("../../docs/alerts.md", import.meta.url), "utf8");
  const compile = (when: string, forHow?: string) =>
    compileRule({ when, ...(forHow === undefined ? {} : { for: forHow }) }, STREET_MODEL);
  /** What stands in backticks, of a part of the page. */
  const quoted = (from: string, to: string) =>
    [...text.slice(text.indexOf(from), text.indexOf(to)).matchAll(/`([a-z]+ [^`]+)`/g)].map(
      ([, words]) => words!,
    );

  it("has rules that are taken", () => {
    const blocks = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block]) => parse(block!).alerts);
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks)
      for (const rule of Object.values(alertRulesSchema.parse(block)))
        expect(() => compileRule(rule, STREET_MODEL)).not.toThrow();
    const plain = quoted("**Or, but and not**", "**What holds**");
    expect(plain.length).toBeGreaterThan(5);
    for (const when of plain) expect(() => compile(when), when).not.toThrow();
    const held = quoted("**What holds**", "Without `for`, what holds");
    expect(held.length).toBeGreaterThan(8);
    for (const when of held) expect(() => compile(when, "30s"), when).not.toThrow();
  });

  it("has rules that are refused", () => {
    const refused = quoted("- Words that the model does not know", "Another model may know");
    expect(refused.length).toBeGreaterThan(5);
    for (const when of refused)
      expect(() => compile(when, when === "a person enters" ? "30s" : undefined), when).toThrow();
  });

  it("has requests that work", async () => {
    const dir = await makeTempDir();
    onTestFinished(dir.remove);
    const clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 60, fps: 10 });
    const history = newHistory(join(dir.path, "history.db"));
    onTestFinished(() => history.close());
    await using server = await startScriptedServer(
      { model: { language: STREET_LANGUAGE }, thought: () => "a red person enters from the left" },
      { cameras: { street: { url: clip } }, history },
    );
    const examples = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, example]) => example!);
    expect(examples.length).toBe(5);
    for (const example of examples) {
      const command = example
        .replaceAll("http://127.0.0.1:8080", server.url)
        .replaceAll("curl ", "curl --fail ");
      await using run = new Program(spawn("bash", ["-ec", command], { stdio: ["ignore", "pipe", "pipe"] }));
      expect(await run.ended, example).toMatchObject({ code: 0 });
    }
  });
});
