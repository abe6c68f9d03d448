import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { checkModel } from "../../src/cli/models/check.ts";
import { acceptedWord, CHECK_PICTURES, drawPicture } from "../../src/cli/models/check-pictures.ts";
import { Screen } from "../../src/cli/screen.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { thinkalong } from "../support/program.ts";
import { SCRIPTED_MODEL, ScriptedEngine } from "../support/scripted-engine.ts";
import { screenOf, thinkalongOnTerminal } from "../support/terminal.ts";
import { TinyModel } from "../support/tiny-model.ts";

const byName = (part: string) => CHECK_PICTURES.find(({ name }) => name.includes(part))!;

describe("the pictures of a check", () => {
  it("are five, and each differs from all others in much of its area", async () => {
    const pictures = await Promise.all(CHECK_PICTURES.map(drawPicture));
    expect(pictures).toHaveLength(5);
    for (const [i, a] of pictures.entries()) {
      expect(a.data).toHaveLength(3 * a.width * a.height);
      for (const b of pictures.slice(0, i)) {
        const differing = a.data.filter((value, at) => Math.abs(value - b.data[at]!) > 60).length;
        expect(differing / a.data.length).toBeGreaterThan(0.03);
      }
    }
  });

  it("show what they are said to show", async () => {
    const { width, height, data } = await drawPicture(byName("circle"));
    const at = (x: number, y: number) => [...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
    expect(at(width / 2, height / 2)).toEqual([224, 0, 0]);
    expect(at(3, 3)).toEqual([255, 255, 255]);
    const digits = await drawPicture(byName("digits"));
    expect([...digits.data.subarray(0, 3)]).toEqual([255, 224, 0]);
  });

  it("are known by whole words, in any case and number", () => {
    expect(acceptedWord(byName("cat"), "Two CATS, on a mat.")).toBe("cat");
    expect(acceptedWord(byName("cat"), "A catalogue of categories.")).toBeNull();
    expect(acceptedWord(byName("digits"), "It reads “7 3”.")).toBe("7");
    expect(acceptedWord(byName("STOP"), "")).toBeNull();
  });
});

describe("thinkalong models check", () => {
  let printed: string;
  let complained: string;
  beforeEach(() => {
    [printed, complained] = ["", ""];
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      printed += text;
      return true;
    });
    vi.spyOn(console, "error").mockImplementation((text) => {
      complained += text;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = 0;
  });

  /** A model that describes the pictures with these words, one after the other. */
  const saying = (...texts: readonly string[]) => {
    let asked = 0;
    const can = { ...SCRIPTED_MODEL.can, instructions: true };
    return new ScriptedEngine({
      answer: () => texts[asked++] ?? "",
      model: { can, chosenBecause: "It is fast." },
    });
  };
  const RIGHT = ["A red ball.", "Two shapes.", "It says\u001b[2J STOP.", "a cat", "the number 73"] as const;

  it("passes a model that describes four of five, and shows words and time of each", async () => {
    await using engine = Object.assign(saying(...RIGHT.slice(0, 4), "a cloud"), disposable);
    await checkModel(engine, new Screen(), false);
    expect([process.exitCode ?? 0, complained]).toEqual([0, ""]);
    expect(printed.match(/^[✓✗] .* \d+\.\d s$/gm)!.map(([mark]) => mark)).toEqual([..."✓✓✓✓✗"]);
    for (const words of ["It is fast.", "A red ball.", "a cloud", "expected one of: cat, kitten", "4 of 5"])
      expect(printed).toContain(words);
    expect(printed).not.toContain("\u001b[2J");
  });

  it("fails one that describes three, and says what may be wrong and whom to tell", async () => {
    await using engine = Object.assign(saying(...RIGHT.slice(0, 3), "a dog", "a cloud"), disposable);
    await checkModel(engine, new Screen(), false);
    expect(process.exitCode).toBe(1);
    expect(complained).toMatch(/only 3 of 5 .*weights.*tower.*pictures.* report it/);
  });

  it("prints an object a picture and one with the sum", async () => {
    await using engine = Object.assign(saying(...RIGHT), disposable);
    await checkModel(engine, new Screen(), true);
    const lines = printed
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(6);
    expect(lines[3]).toMatchObject({
      type: "picture",
      answer: "a cat",
      right: true,
      found: "cat",
      status: "completed",
    });
    expect(lines[5]).toEqual({ type: "summary", model: "scripted", right: 5, of: 5, passed: true });
  });

  it("refuses a model that knows other things", async () => {
    const { code, stdout, stderr } = await thinkalong(["models", "check", TINY_BUNDLE]).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^error: tiny-random knows one kind of scene .* Check a published checkpoint.*\n$/,
    );
  });

  it("finds that random weights see nothing, in 60 columns and in a pipe without colours", async () => {
    await using model = await TinyModel.make("qwen2.5-vl");
    const args = ["models", "check", model.path];
    const [shown, piped] = await Promise.all([thinkalongOnTerminal(60, args).ended, thinkalong(args).ended]);
    for (const { code } of [shown, piped]) expect(code).toBe(1);
    expect(piped.stdout.match(/^✗ /gm)).toHaveLength(5);
    expect(piped.stdout).not.toContain("\u001b");
    expect(piped.stderr).toMatch(/^error: .* described only 0 of 5 .*\n$/);
    const rows = screenOf(shown.stdout, 60);
    expect(rows.filter((row) => row.startsWith("✗ "))).toHaveLength(5);
    expect(rows.filter((row) => /looking|starting/.test(row))).toEqual([]);
    expect(shown.stdout).toMatch(/1\/5 a red circle: looking/);
  });
});

/** Closes an engine at the end of a test. */
const disposable = {
  async [Symbol.asyncDispose](this: ScriptedEngine): Promise<void> {
    await this.close();
  },
};
