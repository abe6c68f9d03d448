import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { axesOf, type Position } from "../../../src/cache/mod.ts";
import { familyRuntime } from "../../../src/models/families/mod.ts";
import { eyesOf } from "../../support/tiny-checkpoints.ts";

/** A chat in which each turn brings a short video, and the positions that transformers gives it (`make_turns.py`). */
interface Turns {
  /** Tokens before the first video. */
  readonly prefix: number;
  readonly units: readonly {
    readonly grid: readonly [rows: number, columns: number];
    readonly text: number;
  }[];
  readonly golden: Readonly<
    Record<string, { readonly ids: readonly number[]; readonly positions: readonly number[][] }>
  >;
}

const FAMILIES = ["qwen2-vl", "qwen2.5-vl", "qwen3-vl"] as const;
const file = join(import.meta.dirname, "../../golden/checkpoints/turns.json");
const { prefix, units, golden }: Turns = JSON.parse(await readFile(file, "utf8"));

describe.each(FAMILIES)("units with text between them (%s)", (family) => {
  const { vision, cache } = eyesOf(family, 2);
  const interleaved = { vision, cache: { ...cache, mask: "interleaved", positions: "growing" } };
  const eyes = familyRuntime(family).vision(interleaved as never)!;

  it("are videos of their own, each behind the text before it", () => {
    const ids = { opening: family === "qwen3-vl" ? [7, 8] : [8], closing: [6] };
    const named = (text: string) => (text.endsWith("<|vision_start|>") ? ids.opening : ids.closing);
    const positions: Position[] = Array.from({ length: prefix }, (_, i) => i);
    const kinds: (number | null)[] = new Array(prefix).fill(5);
    let start: Position = prefix;
    for (const [unit, { grid, text }] of units.entries()) {
      const size = { width: 4 * grid[1], height: 4 * grid[0] };
      const layout = eyes.layOut({ unit, size, seconds: unit, lastSeconds: unit + 0.5, start }, named);
      const end = Math.max(...axesOf(layout.end));
      positions.push(...layout.positions, ...Array.from({ length: text }, (_, i) => end + i));
      kinds.push(...layout.tokens, ...new Array(text).fill(9));
      start = end + text;
    }
    const axes = [0, 1, 2].map((axis) => positions.map((position) => axesOf(position)[axis]!));
    expect(axes).toEqual(golden[family]!.positions);
    const visual = (tokens: readonly unknown[], pad: unknown) => tokens.map((token) => token === pad);
    const pad = golden[family]!.ids.find(
      (id) => id > 9 && golden[family]!.ids.filter((x) => x === id).length > 400,
    );
    expect(visual(kinds, null)).toEqual(visual(golden[family]!.ids, pad));
  });

  it("stand in the prompt with their own start and end", () => {
    expect(eyes.placeholder.rendered).toBe("<|vision_start|><|video_pad|><|vision_end|>");
  });
});
