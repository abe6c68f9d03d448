import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/backends/mod.ts";
import { loadBundle, ModelError } from "../../src/models/mod.ts";
import { openTextRunner } from "../../src/reasoner/mod.ts";
import { openVisionRunner } from "../../src/vision/mod.ts";
import { EditedBundle } from "../support/edited-bundle.ts";

/** A bundle whose hashes are right and whose graphs are each other's. */
async function swapped(): Promise<EditedBundle> {
  const bundle = await EditedBundle.copy();
  const [encoder, text] = await Promise.all(
    ["eyes.onnx", "text.0.onnx"].map((name) => readFile(bundle.file(name))),
  );
  await bundle.replace("eyes.onnx", text!);
  return bundle.replace("text.0.onnx", encoder!);
}

describe("a graph that does not fit", () => {
  it("is told by the inputs that it lacks", async () => {
    await using wrong = await swapped();
    const bundle = await loadBundle(wrong.path);
    for (const [open, missing] of [
      [openVisionRunner, "frames"],
      [openTextRunner, "tokens"],
    ] as const) {
      await expect(open(bundle, 1)).rejects.toThrowError(ModelError);
      await expect(open(bundle, 1)).rejects.toMatchObject({
        code: "graph_mismatch",
        message: expect.stringMatching(`has no .*${missing}`),
      });
    }
  });

  it("is told when it is no graph at all", async () => {
    await using wrong = await EditedBundle.copy();
    const bundle = await loadBundle((await wrong.replace("eyes.onnx", Buffer.from("not a graph"))).path);
    await expect(openVisionRunner(bundle, 1)).rejects.toMatchObject({
      code: "graph_mismatch",
      message: expect.stringContaining("cannot be loaded"),
    });
  });

  it("keeps the engine from starting, with the same error, in whichever worker it was", async () => {
    await using both = await swapped();
    await using visionOnly = await EditedBundle.copy();
    await visionOnly.replace("visual.1.onnx", Buffer.from("not a graph"));
    await using reasonerOnly = await EditedBundle.copy();
    await reasonerOnly.replace("text.1.onnx", Buffer.from("not a graph"));
    for (const { path } of [both, visionOnly, reasonerOnly]) {
      const error = await createEngine({ model: path }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ModelError);
      expect(error).toMatchObject({ code: "graph_mismatch", message: expect.stringContaining(path) });
    }
  });
});
