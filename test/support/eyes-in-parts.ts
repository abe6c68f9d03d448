import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Bundle, loadBundle } from "../../src/models/mod.ts";
import { EditedBundle } from "./edited-bundle.ts";

/** The same eyes of random weights as one graph, `eyes.onnx`, and as four. */
const TINY_EYES = fileURLToPath(new URL("../fixtures/tiny-eyes/", import.meta.url));

export const EYES_PARTS = {
  look: "eyes.look.onnx",
  encode: "eyes.encode.onnx",
  settle: "eyes.settle.onnx",
  gather: "eyes.gather.onnx",
} as const;

/** The tiny bundle with the eyes of `tiny-eyes`: as one graph, or as the four of the format 3. */
export async function bundleWithEyes(form: "one" | "parts"): Promise<EditedBundle> {
  const bundle = await EditedBundle.copy();
  const names = form === "one" ? ["eyes.onnx"] : Object.values(EYES_PARTS);
  for (const name of names) await bundle.replace(name, await readFile(`${TINY_EYES}${name}`));
  if (form === "parts")
    await bundle.manifest((manifest) => {
      manifest.format = "thinkalong-bundle/3";
      manifest.graphs.eyes = EYES_PARTS;
      delete manifest.files["eyes.onnx"];
    });
  return bundle;
}

/** Loads both forms. Sessions that are opened of them need the files for as long as they are opened, and no longer. */
export async function withBothEyes<T>(use: (one: Bundle, parts: Bundle) => Promise<T>): Promise<T> {
  await using one = await bundleWithEyes("one");
  await using parts = await bundleWithEyes("parts");
  return await use(await loadBundle(one.path), await loadBundle(parts.path));
}
