import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadBundle, ModelError, type ModelErrorCode, TextCodec } from "../../src/models/mod.ts";
import { BUNDLED_MODEL, TINY_BUNDLE } from "../support/bundles.ts";
import { EditedBundle } from "../support/edited-bundle.ts";

/** That a bundle is refused with a code, in words that contain all of these. */
async function expectRefused(dir: string, code: ModelErrorCode, ...words: string[]): Promise<void> {
  const error = await loadBundle(dir).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ModelError);
  expect(error).toMatchObject({ code, message: expect.stringContaining(dir) });
  for (const word of words) expect((error as ModelError).message).toContain(word);
}

describe("loadBundle", () => {
  it("reads a good bundle, with the defaults filled in, as plain data", async () => {
    const bundle = await loadBundle(TINY_BUNDLE);
    expect(bundle).toMatchObject({
      dir: TINY_BUNDLE,
      manifest: { id: "tiny-random", cache: { positions: "real-time" }, vision: { frames_per_unit: 2 } },
      paths: {
        eyes: join(TINY_BUNDLE, "eyes.onnx"),
        visual: [0, 1].map((i) => join(TINY_BUNDLE, `visual.${i}.onnx`)),
        text: [0, 1, 2].map((i) => join(TINY_BUNDLE, `text.${i}.onnx`)),
      },
    });
    expect(structuredClone(bundle)).toEqual(bundle);
  });

  it("takes a relative path", async () => {
    const { dir } = await loadBundle("test/fixtures/tiny-bundle");
    expect(dir).toBe(TINY_BUNDLE);
  });

  it("refuses a folder that is not there, or is none, or holds no bundle", async () => {
    await expectRefused("/no/such/folder", "bundle_not_found", "--model");
    await expectRefused(join(TINY_BUNDLE, "bundle.json"), "bundle_not_found");
    await expectRefused(import.meta.dirname, "bundle_not_found");
  });

  it.each(["eyes.onnx", "visual.1.onnx", "text.2.onnx", "tokenizer.json", "tokenizer_config.json"])(
    "refuses a bundle whose %s is missing or not the one it names",
    async (name) => {
      await using bundle = await EditedBundle.copy();
      const content = await readFile(bundle.file(name));
      content[content.length >> 1]! ^= 1;
      await writeFile(bundle.file(name), content);
      await expectRefused(bundle.path, "bundle_file_changed", name, "SHA-256");
      await rm(bundle.file(name));
      await expectRefused(bundle.path, "bundle_file_missing", name, "incomplete");
    },
  );

  it("refuses a manifest that is not JSON, or cut off", async () => {
    await using bundle = await EditedBundle.copy();
    const manifest = await readFile(bundle.file("bundle.json"), "utf8");
    for (const text of ["", "not json", manifest.slice(0, 200)]) {
      await writeFile(bundle.file("bundle.json"), text);
      await expectRefused(bundle.path, "bundle_invalid", "is not valid JSON");
    }
  });

  it.each<[string, (manifest: { [key: string]: Record<string, unknown> }) => void]>([
    ["vision.fps", (manifest) => (manifest.vision!.fps = 0)],
    ["transformer.layers", (manifest) => (manifest.transformer!.layers = "two")],
    ["cache.positions", (manifest) => (manifest.cache!.positions = "sideways")],
    ["special_tokens.end_think", (manifest) => delete manifest.special_tokens!.end_think],
    ["thinking", (manifest) => delete manifest.thinking],
    ["eyes.onnx", (manifest) => (manifest.files!["eyes.onnx"] = "123")],
    ["text.1.onnx", (manifest) => delete manifest.files!["text.1.onnx"]],
    ["2 graphs of the text stack", (manifest) => (manifest.graphs!.text as unknown[]).pop()],
    ["graphs.eyes", (manifest) => (manifest.graphs!.eyes = "../eyes.onnx")],
    ["format", (manifest) => Object.assign(manifest, { format: "thinkalong-bundle/1" })],
  ])("refuses a manifest with something wrong at %s, and says so", async (field, edit) => {
    await using bundle = await EditedBundle.copy();
    await bundle.manifest(edit);
    await expectRefused(bundle.path, "bundle_invalid", field);
  });

  it("refuses a tokenizer that is not JSON even if its hash is right", async () => {
    await using bundle = await EditedBundle.copy();
    await bundle.replace("tokenizer.json", Buffer.from("{"));
    await expectRefused(bundle.path, "bundle_invalid", "tokenizer.json is not valid JSON");
  });
});

describe("TextCodec", () => {
  it("refuses a special or forbidden token that the vocabulary does not have, by name", async () => {
    for (const edit of [
      (manifest: { special_tokens: Record<string, string> }) => (manifest.special_tokens.skip = "<hop>"),
      (manifest: { forbidden_tokens: string[] }) => manifest.forbidden_tokens.push("<hop>"),
      (manifest: { synonyms?: object }) => (manifest.synonyms = { jump: "<hop>" }),
    ]) {
      await using bundle = await EditedBundle.copy();
      const loaded = await loadBundle((await bundle.manifest(edit)).path);
      expect(() => new TextCodec(loaded)).toThrowError(
        expect.objectContaining({ code: "token_missing", message: expect.stringContaining("<hop>") }),
      );
    }
  });

  it("turns words into ids and back, without special tokens in what is read", async () => {
    const codec = new TextCodec(await loadBundle(TINY_BUNDLE));
    const ids = codec.encode("How many cars have left?");
    expect(ids).toHaveLength(5);
    expect(codec.decode(ids)).toBe("how many cars have left");
    const { endThink, skip } = codec.special;
    expect(codec.decode([skip, ...ids, endThink])).toBe("how many cars have left");
    expect([codec.decode([]), codec.encode("")]).toEqual(["", []]);
  });

  it("reads synonyms as what they stand for, as whole words only, and knows them", async () => {
    await using bundle = await EditedBundle.copy();
    const edit = (manifest: { synonyms?: object }) =>
      (manifest.synonyms = { lorries: "cars", gone: "have left" });
    const codec = new TextCodec(await loadBundle((await bundle.manifest(edit)).path));
    expect(codec.decode(codec.encode("How many LORRIES gone?"))).toBe("how many cars have left");
    expect(codec.unknownWords("how many lorries and lorriesque ones gone?")).toEqual([
      "and",
      "lorriesque",
      "ones",
    ]);
  });

  it("knows every synonym of the bundled model, and none that is a word of its own", async () => {
    const bundle = await loadBundle(BUNDLED_MODEL);
    const { synonyms } = bundle.manifest;
    expect(synonyms).toMatchObject({ gray: "grey", silver: "grey", truck: "car" });
    expect(new TextCodec(bundle).unknownWords(Object.keys(synonyms).join(" "))).toEqual([]);
    const without = { ...bundle, manifest: { ...bundle.manifest, synonyms: {} } };
    expect(new TextCodec(without).unknownWords(Object.keys(synonyms).join(" "))).toEqual(
      Object.keys(synonyms),
    );
  });
});
