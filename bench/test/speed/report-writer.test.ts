import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeTempDir } from "../../../test/support/media.ts";
import { describeMachine } from "../../lib/machine.ts";
import { spread } from "../../lib/statistics.ts";
import { ReportWriter } from "../../speed/report-writer.ts";
import { parseResult, type Result, resultJson } from "../../speed/result.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
beforeEach(async () => {
  dir = await makeTempDir();
});
afterEach(() => dir.remove());

const result = (name: string, title = `The ${name} of it`): Result => ({
  name,
  title,
  about: `How much ${name} there is.`,
  measured: {
    machine: describeMachine(),
    model: "tiny",
    date: "2026-01-02T03:04:05Z",
    command: `npm run bench -- --only ${name}`,
  },
  seconds: 12.3,
  otherCores: 0,
  tables: [{ title: "Figures", columns: ["order", "ms"], rows: [["streamed", spread([1, 2, 3])]] }],
  plots: [
    {
      name: "load",
      title: "By load",
      kind: "line",
      x: { title: "load" },
      y: { title: "ms" },
      series: [{ name: "streamed", points: [[1, spread([1, 2])]] }],
    },
  ],
  figures: { raw: [1.23456, NaN, 3], nested: { held: 8 } },
  notes: ["Read it **well**."],
});

const read = (name: string) => readFile(join(dir.path, name), "utf8");

describe("the report writer", () => {
  it("writes an experiment's page, figures and plots, and the index, and nothing else", async () => {
    const out = join(dir.path, "a", "b");
    await new ReportWriter(out, ["delay"]).add(result("delay"));
    expect((await readdir(out)).sort()).toEqual(["README.md", "delay-load.svg", "delay.json", "delay.md"]);
  });

  it("shows tables, plots and notes on the page and in the index, with the machine", async () => {
    await new ReportWriter(dir.path, ["delay"]).add(result("delay"));
    for (const file of ["delay.md", "README.md"]) {
      const text = await read(file);
      for (const part of [
        "| streamed | 2 (1–3) |",
        "![By load](delay-load.svg)",
        "- Read it **well**.",
        "How much",
      ])
        expect(text).toContain(part);
    }
    const index = await read("README.md");
    const { cpu, node, onnxruntime } = describeMachine();
    for (const fact of [
      cpu,
      node,
      onnxruntime,
      "tiny",
      "2026-01-02 03:04 UTC",
      "`npm run bench -- --only delay`",
    ])
      expect(index).toContain(fact);
  });

  it("keeps what was measured earlier in the index, in the experiments' order", async () => {
    const order = ["first", "second", "third"];
    await new ReportWriter(dir.path, order).add(result("second"));
    await new ReportWriter(dir.path, order).add(result("first"));
    await new ReportWriter(dir.path, order).add(result("second", "The second anew"));
    const headings = (await read("README.md")).split("\n").filter((line) => line.startsWith("## "));
    expect(headings).toEqual(["## The first of it", "## The second anew"]);
  });

  it("warns of figures that other work on the machine disturbed", async () => {
    const writer = new ReportWriter(dir.path, ["delay"]);
    await writer.add(result("delay"));
    expect(await read("delay.md")).not.toContain("was not quiet");
    await writer.add({ ...result("delay"), otherCores: describeMachine().cores });
    for (const file of ["delay.md", "README.md"]) expect(await read(file)).toContain("was not quiet");
  });

  it("says which earlier result it cannot read", async () => {
    await writeFile(join(dir.path, "old.json"), `{"name":"old"}`);
    await new ReportWriter(dir.path, ["old", "delay"]).add(result("delay"));
    expect(await read("README.md")).toContain("old: its file is of another version");
  });
});

describe("a result", () => {
  it("survives its JSON, to three decimals", () => {
    const before = result("delay");
    expect(parseResult(resultJson(before))).toEqual({
      ...before,
      figures: { raw: [1.235, NaN, 3], nested: { held: 8 } },
    });
  });

  it("has its lists of numbers on a line", () => {
    expect(resultJson(result("delay"))).toContain("[ 1.235, null, 3 ]");
  });

  it.each(["", "{", "[]", "null", `{"name":1}`])("is not read from %j", (text) => {
    expect(parseResult(text)).toBeNull();
  });
});
