import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Plot } from "../../lib/plot.ts";
import { renderPlot } from "../../lib/render-plot.ts";
import { spread } from "../../lib/statistics.ts";

const plot: Plot = {
  name: "load",
  title: "TTFT <by> load & more",
  kind: "line",
  x: { title: "Units a second", log: 2 },
  y: { title: "TTFT p99 (ms)", log: 10 },
  series: [
    {
      name: "streamed",
      points: [
        [8, spread([10, 11, 14])],
        [16, 20],
        [32, NaN],
        [64, 300],
      ],
    },
    { name: "a & b", points: [[16, 40]] },
  ],
  marks: [
    { axis: "y", at: 500, text: "limit" },
    { axis: "x", at: 20, text: "full" },
  ],
};
const bars: Plot = {
  ...plot,
  kind: "bar",
  x: { title: "Questions" },
  categories: ["one", "eight"],
  series: [
    {
      name: "first",
      points: [
        [0, 4],
        [1, spread([30, 31])],
      ],
    },
  ],
  marks: [],
};

/** The texts of an SVG that a parser takes; the parser is librsvg's. */
async function textsOf(svg: string): Promise<string> {
  const { format, width } = await sharp(Buffer.from(svg)).metadata();
  expect([format, width]).toEqual(["svg", 800]);
  const text = svg.replace(/<[^>]*>/g, "\n");
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

describe("a plot", () => {
  it("is well-formed SVG with title, axes, marks and every series by name", async () => {
    const texts = await textsOf(renderPlot(plot));
    for (const text of [plot.title, plot.x.title, plot.y.title, "streamed", "a & b", "limit", "full"])
      expect(texts).toContain(text);
  });

  it("of bars names its groups", async () => {
    const texts = await textsOf(renderPlot(bars));
    for (const text of ["first", "one", "eight", "Questions"]) expect(texts).toContain(text);
  });

  it("is drawn: it has ink of every series' colour", async () => {
    const { data, info } = await sharp(Buffer.from(renderPlot(plot)))
      .flatten({ background: "#ffffff" })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const colours = new Set<string>();
    for (let i = 0; i < data.length; i += info.channels) colours.add(data.subarray(i, i + 3).toString("hex"));
    for (const colour of ["ffffff", "0072b2", "d55e00"]) expect(colours).toContain(colour);
  });

  it("is the same each time, so that a rerun shows only what changed", () => {
    expect(renderPlot(plot)).toBe(renderPlot(plot));
  });
});
