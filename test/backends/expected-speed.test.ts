import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { expectedSpeed } from "../../src/backends/mod.ts";
import { withSample } from "../../src/models/mod.ts";
import { tinyCheckpoint } from "../support/checkpoints.ts";
import { SEEING } from "../support/tiny-checkpoints.ts";

describe("the speed to expect of a checkpoint", () => {
  it.each(SEEING)(
    "is measured on a layer, the head and the tower, and nothing is left of them (%s)",
    async (family) => {
      const samples = async () =>
        (await readdir(tmpdir())).filter((name) => name.startsWith("thinkalong-sample-"));
      const before = await samples();
      const speed = await withSample(tinyCheckpoint(family), "q8", async (sample) => {
        expect((await readdir(sample.dir)).sort()).toEqual(
          ["text.1.onnx", sample.manifest.graphs.text.at(-1)!, "tower.onnx"].sort(),
        );
        return await expectedSpeed(sample);
      });
      expect(speed).toMatch(/^On this machine the vision tower takes [\d.]+ ms .* frames? a second/);
      expect(await samples()).toEqual(before);
    },
  );
});
