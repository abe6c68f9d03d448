import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { renderHeatMap } from "../../lib/render-heat-map.ts";

describe("a heat map", () => {
  it("is well-formed SVG with its counts and categories, the same each time", async () => {
    const map = {
      name: "colours",
      title: "Colours & such",
      kind: "heat" as const,
      x: { title: "said", categories: ["blue", "red"] },
      y: { title: "true", categories: ["blue", "red"] },
      cells: [
        [12, 0],
        [3, 45],
      ],
    };
    const svg = renderHeatMap(map);
    expect((await sharp(Buffer.from(svg)).metadata()).width).toBe(800);
    const texts = svg.replace(/<[^>]*>/g, "\n").split("\n");
    for (const text of ["Colours &amp; such", "said", "true", "blue", "red", "12", "3", "45"])
      expect(texts).toContain(text);
    expect(renderHeatMap(map)).toBe(svg);
  });

  it("of nothing is empty, and no error", () => {
    const axis = { title: "said", categories: [] };
    expect(renderHeatMap({ name: "n", title: "t", kind: "heat", x: axis, y: axis, cells: [] })).toContain(
      "<svg",
    );
  });
});
