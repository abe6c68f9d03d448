import { expect, it } from "vitest";
import { floats, openGraph } from "../../src/attention/mod.ts";
import { BUNDLED_MODEL, loadBundle, stackShape } from "../../src/models/mod.ts";

it("lets sessions of two threads follow each other without spinning against each other", async () => {
  const { paths, manifest } = await loadBundle(BUNDLED_MODEL);
  const { width } = stackShape(manifest);
  const inner = Array.from({ length: 3 }, () => paths.text.slice(1, -1)).flat();
  const x = floats(new Float32Array(16 * width).fill(0.1), 16, width);
  const least = async (threads: number) => {
    const graphs = await Promise.all(
      inner.map((path) => openGraph(path, threads, ["x", "read"], ["x_out", "qkv"])),
    );
    let fastest = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 15; round++) {
      const startedAtMs = performance.now();
      for (const graph of graphs) await graph.run({ x, read: x });
      fastest = Math.min(fastest, performance.now() - startedAtMs);
    }
    return fastest;
  };
  const alone = await least(1);
  expect((await least(2)) / alone).toBeLessThan(4);
});
