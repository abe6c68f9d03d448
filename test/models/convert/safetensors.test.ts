import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CheckpointTensors } from "../../../src/models/convert/safetensors.ts";
import { safetensors, type TensorToWrite, writeSafetensors } from "../../support/safetensors.ts";

let folder: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "thinkalong-safetensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

const floats = (...values: number[]): TensorToWrite => ({
  dtype: "F32",
  shape: [values.length],
  data: Float32Array.from(values),
});

/** A folder with one file of given bytes. */
async function folderOf(bytes: Uint8Array): Promise<string> {
  const path = await mkdtemp(join(folder, `${count++}-`));
  await writeFile(join(path, "model.safetensors"), bytes);
  return path;
}

async function withTensors<T>(path: string, use: (tensors: CheckpointTensors) => Promise<T>): Promise<T> {
  const tensors = await CheckpointTensors.open(path);
  try {
    return await use(tensors);
  } finally {
    await tensors.close();
  }
}

describe("tensors of a checkpoint", () => {
  it("are read as 32-bit numbers from each format, by rows", async () => {
    const path = await folderOf(
      safetensors({
        odd: { dtype: "U8", shape: [1], data: Uint8Array.of(7) },
        full: { dtype: "F32", shape: [2, 2], data: Float32Array.of(1, -2.5, 3, 4) },
        // 1, -2, the smallest number, the largest finite one, infinity, and 1/3 rounded.
        half: {
          dtype: "F16",
          shape: [6],
          data: Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x3555),
        },
        brain: { dtype: "BF16", shape: [2, 1], data: Uint16Array.of(0x3f80, 0xc049) },
      }),
    );
    await withTensors(path, async (tensors) => {
      expect(tensors.names).toEqual(["odd", "full", "half", "brain"]);
      expect([...(await tensors.get("full").readRows(1, 2))]).toEqual([3, 4]);
      expect([...(await tensors.get("half").read())]).toEqual([
        ...[1, -2, 2 ** -24, 65504, Number.POSITIVE_INFINITY],
        0.333251953125,
      ]);
      expect([...(await tensors.get("brain").read())]).toEqual([1, -3.140625]);
      expect([...(await tensors.get("brain").readBytes(1, 2))]).toEqual([0x49, 0xc0]);
      expect(() => tensors.get("odd")).toThrow(/odd in .* holds U8 numbers/);
      expect(() => tensors.get("full", [4, 1])).toThrow(/has the shape \[2, 2\], and .* implies \[4, 1\]/);
      expect(() => tensors.get("gone")).toThrow(expect.objectContaining({ code: "checkpoint_invalid" }));
    });
  });

  it("are found in shards", async () => {
    const path = await mkdtemp(join(folder, "shards-"));
    await writeSafetensors(join(path, "model-1.safetensors"), { a: floats(1) });
    await writeSafetensors(join(path, "model-2.safetensors"), { b: floats(2, 3) });
    const index = (map: object) =>
      writeFile(join(path, "model.safetensors.index.json"), JSON.stringify({ weight_map: map }));
    await index({ a: "model-1.safetensors", b: "model-2.safetensors" });
    await withTensors(path, async (tensors) => {
      expect([...(await tensors.get("a").read()), ...(await tensors.get("b").read())]).toEqual([1, 2, 3]);
    });
    await index({ a: "model-1.safetensors", b: "model-3.safetensors" });
    await expect(CheckpointTensors.open(path)).rejects.toMatchObject({ code: "checkpoint_not_found" });
    await index({ a: "../model-1.safetensors" });
    await expect(CheckpointTensors.open(path)).rejects.toMatchObject({ code: "checkpoint_invalid" });
  });

  const tensors = { a: floats(1, 2), b: floats(3, 4) };
  const moved = (offsets: number[]) =>
    safetensors(tensors, (header) => Object.assign(header.b as object, { data_offsets: offsets }));
  it.each([
    ["it is shorter than a header", Uint8Array.of(1)],
    ["header would have", Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, 0)],
    ["is no JSON", Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0x7b)],
    ["lies outside", safetensors(tensors).subarray(0, -1)],
    ["overlaps", moved([4, 12])],
    ["a gap", safetensors(tensors, (header) => delete header.a)],
    ["b has 4 bytes, and its shape needs 8", moved([8, 12])],
    ["unknown type X1", safetensors(tensors, (header) => Object.assign(header.b as object, { dtype: "X1" }))],
    ["does not say where b", safetensors(tensors, (header) => Object.assign(header, { b: { shape: [2] } }))],
    ["end at byte 16 of 17", Buffer.concat([safetensors(tensors), Buffer.of(0)])],
  ])("are not read from a file of which %s", async (message, bytes) => {
    await expect(CheckpointTensors.open(await folderOf(bytes))).rejects.toMatchObject({
      code: "checkpoint_invalid",
      message: expect.stringContaining(message),
    });
  });
});
