import { describe, expect, it } from "vitest";
import {
  durationText,
  licenseText,
  parametersText,
  transferBar,
  transferText,
} from "../../src/cli/models/words.ts";
import { forbiddenBy, KNOWN_CHECKPOINTS, parseCheckpointName, sizeText } from "../../src/models/mod.ts";

const transfer = { total: 4_300_000_000, done: 1_935_000_000, bytesPerS: 34_100_000, secondsLeft: 69.4 };

describe("words of a pull", () => {
  it("say how far it is, with a bar where there is room", () => {
    const text = "45 % of 4.3 GB, 34.1 MB/s, 1:09 left";
    expect(transferText(transfer)).toBe(text);
    expect(transferBar(transfer, 57)).toBe(`${"█".repeat(9)}${"░".repeat(11)} ${text}`);
    expect(transferBar(transfer, 44)).toBe(text);
    expect(transferBar({ ...transfer, done: 0, bytesPerS: null, secondsLeft: null }, 200)).toBe(
      `${"░".repeat(30)} 0 % of 4.3 GB`,
    );
    expect(transferText({ ...transfer, done: transfer.total })).toBe("100 % of 4.3 GB, 34.1 MB/s");
    expect(transferText({ total: 0, done: 0, bytesPerS: null, secondsLeft: null })).toBe("100 % of 0 bytes");
  });

  it.each([
    [0, "0:00"],
    [65.4, "1:05"],
    [3_725, "1:02:05"],
  ])("write %s s as %s", (seconds, text) => expect(durationText(seconds)).toBe(text));

  it.each([
    [999, "999 bytes"],
    [1_000, "1.0 kB"],
    [130_400_000, "130 MB"],
    [16_584_333_312, "16.6 GB"],
  ])("write %s bytes as %s", (bytes, text) => expect(sizeText(bytes)).toBe(text));

  it("write numbers of parameters", () => {
    expect([256_484_928, 2_246_784_880].map(parametersText)).toEqual(["256M", "2.2B"]);
  });

  it("say what a licence forbids, and that a name alone is a hint", () => {
    expect(licenseText("Qwen/Qwen2.5-VL-3B-Instruct", "other")).toBe("other (forbids commercial use)");
    expect(licenseText("a/b", "cc-by-nc-4.0")).toMatch(/commercial use, going by its name: read it/);
    expect(licenseText("a/b", "apache-2.0")).toBe("apache-2.0");
    expect(licenseText("a/b", null)).toMatch(/none named/);
    expect(forbiddenBy("a/b", "openrail")).toBeNull();
  });
});

describe("checkpoints to begin with", () => {
  it.each(KNOWN_CHECKPOINTS)("have names of the hub and numbers that can be: $id", (known) => {
    expect(parseCheckpointName(known.id)).toEqual({ id: known.id, revision: null });
    const [, billions, millions] = /-(\d(?:\.\d)?)B-|-(\d+)M-/.exec(known.id)!;
    const named = billions === undefined ? Number(millions) * 1e6 : Number(billions) * 1e9;
    expect(known.parameters / named).toBeGreaterThan(0.95);
    expect(known.parameters / named).toBeLessThan(1.3);
    expect(known.about).toMatch(/^[A-Z].*\.$/);
  });
});
