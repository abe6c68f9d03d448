import { describe, expect, it } from "vitest";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { EditedBundle } from "../support/edited-bundle.ts";
import { thinkalong } from "../support/program.ts";

describe("thinkalong models", () => {
  it("info checks a model and describes it", async () => {
    const { code, stdout } = await thinkalong(["models", "info", TINY_BUNDLE]).ended;
    expect(code).toBe(0);
    for (const fact of ["tiny-random", "96×96 px", "4 frames a second", "5 units", "24 tokens", "123 words"])
      expect(stdout).toContain(fact);
  });

  it("info says what is wrong with one, in a line", async () => {
    await using bundle = await EditedBundle.copy();
    await bundle.manifest((manifest) => {
      manifest.files["text.1.onnx"] = "0".repeat(64);
    });
    const { code, stdout, stderr } = await thinkalong(["models", "info", bundle.path]).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: .*text\.1\.onnx is not the file that bundle\.json lists.*\n$/);
  });

  it("list names the bundled model, as models alone does, and info takes it by default", async () => {
    const [list, alone, info] = await Promise.all([
      thinkalong(["models", "list"]).ended,
      thinkalong(["models"]).ended,
      thinkalong(["models", "info"]).ended,
    ]);
    expect([list.code, alone.code, info.code]).toEqual([0, 0, 0]);
    expect(list.stdout).toContain("street-narrator");
    expect([alone.stdout, alone.stderr]).toEqual([list.stdout, ""]);
    expect(info.stdout).toContain("can be asked, for example");
  });
});
