import { expect, it } from "vitest";
import { type AttentionRow, formTiles } from "../../src/attention/tiles.ts";
import type { KvStore } from "../../src/cache/mod.ts";

const [video, other, text, text2] = ["video", "other", "text", "text2"].map((name) => ({ name }) as never);

function row(...seen: readonly (readonly [store: KvStore, slot: number, count: number])[]): AttentionRow {
  const segments = seen.map(([store, slot, count]) => ({ store, ranges: [{ slot, count }], position: 0 }));
  return { store: seen[0]![0], slot: 0, position: 0, segments };
}

const rowsOf = (rows: readonly AttentionRow[], limit: number) =>
  formTiles(rows, limit).map((tile) => tile.rows);

it("puts the tokens of a prefill together, up to a limit", () => {
  const rows = [10, 11, 12, 13, 14].map((count) => row([video!, 0, 4], [video!, 4, count]));
  expect(rowsOf(rows, 3)).toEqual([
    [0, 1, 2],
    [3, 4],
  ]);
  const [tile] = formTiles(rows, 5);
  expect(tile!.ranges.map(({ slot, count }) => [slot, count])).toEqual([
    [0, 4],
    [4, 14],
  ]);
  expect(tile!.ranges[1]!.sights.map(({ count }) => count)).toEqual([10, 11, 12, 13, 14]);
});

it("puts the thinkers of a stream together, whatever each has of its own, and streams apart", () => {
  const rows = [
    row([video!, 0, 40], [text!, 0, 90]),
    row([other!, 0, 40], [text!, 200, 3]),
    row([video!, 0, 40], [text2!, 0, 7]),
  ];
  expect(rowsOf(rows, 8)).toEqual([[0, 2], [1]]);
});

it("joins those with which a token shares most", () => {
  const rows = [row([video!, 0, 40]), row([other!, 0, 50]), row([other!, 0, 50], [video!, 0, 40])];
  expect(rowsOf(rows, 8)).toEqual([[0], [1, 2]]);
});

it("leaves alone a token that sees nothing", () => {
  const nothing: AttentionRow = { store: text!, slot: 0, position: 0, segments: [] };
  expect(rowsOf([nothing, nothing], 8)).toEqual([[0], [1]]);
});
