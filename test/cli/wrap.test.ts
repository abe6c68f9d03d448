import { describe, expect, it } from "vitest";
import { wrapFor } from "../../src/cli/wrap.ts";

const HEAD = "  0:01.7  ";
const TEXT = "a purple person moves right and meets a small blue person who has been standing there";
const words = (text: string) => text.split(/\s+/).filter(Boolean);

describe("a text that is printed", () => {
  it.each([40, 60, 80, 200])("is wrapped between words on a terminal of %i columns", (columns) => {
    const rows = wrapFor({ isTTY: true, columns }, HEAD, TEXT).split("\n");
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(columns);
    expect(rows.length > 1).toBe(HEAD.length + TEXT.length > columns);
    expect(rows.slice(1).every((row) => /^ {10}\S/.test(row))).toBe(true);
    expect(words(rows.join(" "))).toEqual(words(HEAD + TEXT));
  });

  it.each([{}, { isTTY: false, columns: 40 }, { isTTY: true, columns: 0 }])(
    "stays one line on %j",
    (stream) => {
      expect(wrapFor(stream, HEAD, TEXT)).toBe(HEAD + TEXT);
    },
  );

  it("keeps its indentation when the head is coloured", () => {
    const [plain, coloured] = [HEAD, `\x1b[36m${HEAD}\x1b[39m`].map((head) =>
      wrapFor({ isTTY: true, columns: 40 }, head, TEXT),
    );
    expect(coloured!.split("\n").slice(1)).toEqual(plain!.split("\n").slice(1));
  });

  it("counts characters of double width as two, and cuts a word only when no row can hold it", () => {
    const rows = (text: string) =>
      wrapFor({ isTTY: true, columns: 40 }, HEAD, text)
        .split("\n")
        .map((row) => row.trim());
    expect(rows(`a ${"車".repeat(15)} b`)).toEqual(["0:01.7  a", "車".repeat(15), "b"]);
    expect(rows("x".repeat(31))).toEqual([`0:01.7  ${"x".repeat(30)}`, "x"]);
  });
});
