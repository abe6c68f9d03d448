import { describe, expect, it } from "vitest";
import { numberText } from "../../lib/number-text.ts";
import { spread } from "../../lib/statistics.ts";
import { tableMarkdown, targetTable } from "../../lib/table.ts";

describe("a figure", () => {
  it.each([
    [1240.4, "1240"],
    [124.04, "124"],
    [12.404, "12.4"],
    [1.2404, "1.24"],
    [0.12404, "0.124"],
    [0.00004, "0.0000"],
    [-12.404, "-12.4"],
    [7200, "7200"],
    [0, "0"],
    [NaN, "–"],
    [Infinity, "–"],
  ])("%d is shown as %s", (value, text) => expect(numberText(value)).toBe(text));
});

describe("a table", () => {
  it("is GitHub's markdown, figures to the right, spreads in brackets", () => {
    const table = {
      title: "",
      columns: ["order", "load", "TTFT (ms)"],
      rows: [
        ["streamed", "0.5", spread([12, 11, 13])],
        ["batch", "1", 2000],
        ["none", "2", NaN],
      ],
    };
    expect(tableMarkdown(table).split("\n")).toEqual([
      "| order | load | TTFT (ms) |",
      "| --- | ---: | ---: |",
      "| streamed | 0.5 | 12 (11–13) |",
      "| batch | 1 | 2000 |",
      "| none | 2 | – |",
    ]);
  });

  it("survives bars and line breaks in a cell", () => {
    expect(tableMarkdown({ title: "", columns: ["a|b"], rows: [["c\nd|e"]] })).toBe(
      "| a\\|b |\n| --- |\n| c d\\|e |",
    );
  });
});

describe("targets", () => {
  it("are met or not by the median", () => {
    const { rows } = targetTable("", [
      { what: "good", measured: spread([0.4, 0.5, 0.9]), atMost: 0.6 },
      { what: "bad", measured: spread([0.4, 0.7, 0.9]), atMost: 0.6 },
      { what: "unknown", measured: spread([]), atMost: 0.6 },
    ]);
    expect(rows.map((row) => row.at(-1))).toEqual(["met", "**not met**", "**not met**"]);
  });
});
