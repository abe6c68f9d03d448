import { describe, expect, it } from "vitest";
import { evenlySpaced, framesThatFit, introOf, timeOf } from "../../checkpoints/compare/asked.ts";
import { type Compared, comparisonTable } from "../../checkpoints/compare/compare.ts";
import { LineProcess } from "../../checkpoints/compare/line-process.ts";

describe("the frames that are asked about", () => {
  it("are all of them while they fit, and then evenly spaced with the first and the last", () => {
    expect(evenlySpaced(3, 5)).toEqual([0, 1, 2]);
    expect(evenlySpaced(10, 4)).toEqual([0, 3, 6, 9]);
    expect(evenlySpaced(10, 1)).toEqual([9]);
    const many = evenlySpaced(300, 103);
    expect(new Set(many).size).toBe(103);
    expect([many[0], many.at(-1)]).toEqual([0, 299]);
  });

  it("fill the context with what one more frame costs, and no more", () => {
    const [frame, rest] = [77, 80];
    const most = framesThatFit(8192, rest + frame, rest + 2 * frame);
    // 80 + 104 · 77 + an answer of 16 + 16 to spare; with one more it would be 5 too many.
    expect(most).toBe(104);
    expect(framesThatFit(50, rest + frame, rest + 2 * frame)).toBe(1);
  });

  it("have their time before them, and their number and the video's length before all", () => {
    expect(timeOf(61)).toBe("\nFrame from 01:01:");
    expect(introOf(8, 3725)).toContain("8 frames from a 1:02:05 [H:MM:SS] video");
  });
});

describe("the table", () => {
  it("compares each way with thinkalong at the same length", () => {
    const made = (way: Compared["way"], seconds: number, firstMs: number): Compared => ({
      ...{ way, seconds, firstMs, doneMs: 2 * firstMs, frames: seconds, runs: 3, tokens: 16 },
      promptTokens: way === "thinkalong" ? null : 900,
    });
    const compared = [
      made("thinkalong", 10, 500),
      made("thinkalong", 60, 1000),
      made("transformers.js", 60, 15_000),
    ];
    const lines = comparisonTable({ side: 512, context: 8192, compared }).split("\n");
    expect(lines).toHaveLength(5);
    expect(lines[2]).toBe("| thinkalong | 10 s | 10 | – | 0.50 | 1.00 | 16 | 1.0 |");
    expect(lines[4]).toBe("| transformers.js | 60 s | 60 | 900 | 15.0 | 30.0 | 16 | 15.0 |");
  });
});

describe("a program that tells line by line", () => {
  const script = `process.stdin.on("data", (data) => console.log("noise\\nheard " + data.toString().trim()))`;

  it("is heard by the first word, and can be killed", async () => {
    const program = new LineProcess(process.execPath, ["-e", script]);
    program.tell("one two");
    expect(await program.hear("heard")).toBe("one two");
    await program.kill();
    await program.kill();
    await expect(program.hear("heard")).rejects.toThrow("has ended");
  });

  it("says what it complained of when it ends by itself, or was never there", async () => {
    const broken = new LineProcess(process.execPath, ["-e", `throw new Error("no model")`]);
    await expect(broken.hear("heard")).rejects.toThrow("no model");
    const missing = new LineProcess("/nowhere/python", []);
    await expect(missing.hear("heard")).rejects.toThrow("ENOENT");
  });
});
