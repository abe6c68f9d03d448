import * as ort from "onnxruntime-node";
import { beforeAll, describe, expect, it } from "vitest";
import { ENCODER_CHANNELS, floats, openGraph, outputOf } from "../../src/attention/mod.ts";
import { loadBundle } from "../../src/models/mod.ts";
import { FeatureEncoder, type KeptFeatures } from "../../src/vision/feature-encoder.ts";
import { HALO_CELLS } from "../../src/vision/what-changed.ts";
import { BUNDLED_MODEL } from "../support/bundles.ts";
import { picturePixels } from "../support/frames.ts";

const [CELLS, PIXELS, SQUARES] = [16, 8, 2];
const SIDE = CELLS * PIXELS;

/** What the eyes see of a picture. */
interface Seen {
  readonly channels: Float32Array;
  readonly squares: Float32Array;
}

let look: (picture: Uint8Array, previous: Uint8Array) => Promise<Seen>;
let graph: ort.InferenceSession;
let depth: number;
beforeAll(async () => {
  const { eyes } = (await loadBundle(BUNDLED_MODEL)).paths;
  if (typeof eyes === "string") throw new Error("These eyes are one graph, so no part can be encoded alone.");
  const outputs = ["channels", "squares"];
  const looks = await openGraph(eyes.look, 1, ["frame", "previous", "background", "seen"], outputs);
  look = async (picture, previous) => {
    const bytes = (data: Uint8Array) => new ort.Tensor("uint8", data, [1, SIDE, SIDE, 3]);
    const background = new Float32Array(3 * SIDE ** 2);
    for (let i = 0; i < SIDE ** 2; i++)
      for (let channel = 0; channel < 3; channel++)
        background[channel * SIDE ** 2 + i] = standing[3 * i + channel]! / 255;
    const out = await looks.run(
      {
        ...{ frame: bytes(picture), previous: bytes(previous) },
        ...{ background: floats(background, 1, 3, SIDE, SIDE), seen: floats(Float32Array.of(100), 1) },
      },
      outputs,
    );
    return {
      channels: outputOf(out, "channels", ENCODER_CHANNELS * SIDE ** 2),
      squares: outputOf(out, "squares", ENCODER_CHANNELS * (CELLS * SQUARES) ** 2),
    };
  };
  graph = await openGraph(eyes.encode, 1, ["channels"], ["features"]);
  const { channels } = await look(standing, standing);
  const out = await graph.run({ channels: floats(channels, 1, ENCODER_CHANNELS, SIDE, SIDE) }, ["features"]);
  depth = outputOf(out, "features", out.features!.size).length / CELLS ** 2;
});

/** A camera's picture, which has become the background. */
const standing = picturePixels(SIDE, SIDE, 0, 3);

/** The same with something in one cell. */
function withOneIn(y: number, x: number): Uint8Array {
  const picture = standing.slice();
  for (let row = y * PIXELS; row < (y + 1) * PIXELS; row++) {
    const from = 3 * (row * SIDE + x * PIXELS);
    for (let i = from; i < from + 3 * PIXELS; i++) picture[i] = 255 - picture[i]!;
  }
  return picture;
}

/** Encodes one picture after another, in parts with such a halo, or each as a whole. */
async function encode(pictures: readonly Seen[], halo: number | "whole"): Promise<Float32Array> {
  const sizes = { cells: CELLS, pixels: PIXELS, squares: SQUARES, depth };
  const encoder = new FeatureEncoder(graph, sizes, halo === "whole" ? null : 6, Number(halo) || 0);
  let kept: KeptFeatures | null = null;
  for (const seen of pictures)
    [kept = null] = await encoder.encode({ ...seen, kept: [kept], beginsUnit: false });
  return kept!.features;
}

/** Greatest difference of any feature, by cell. */
function differences(a: Float32Array, b: Float32Array): number[] {
  return Array.from({ length: CELLS ** 2 }, (_, cell) => {
    let most = 0;
    for (let i = cell; i < a.length; i += CELLS ** 2) most = Math.max(most, Math.abs(a[i]! - b[i]!));
    return most;
  });
}

/** Before and after something has come into a cell. */
async function change(y: number, x: number) {
  const [before, after] = [await look(standing, standing), await look(withOneIn(y, x), standing)];
  return { before, after, whole: await encode([after], "whole") };
}

/** How many cells away the farthest feature is that depends on a cell in the corner. */
async function reach(): Promise<number> {
  const { before, whole } = await change(0, 0);
  const changed = differences(await encode([before], "whole"), whole);
  return Math.max(
    ...changed.map((by, cell) => (by > 0 ? Math.max(Math.floor(cell / CELLS), cell % CELLS) : 0)),
  );
}

/** Cells near the middle and at the borders. */
const PLACES = [
  [5, 5],
  [0, 3],
  [15, 15],
  [7, 0],
] as const;

describe("a part that changed", () => {
  it("is encoded as in its whole picture, with a halo as wide as features reach", async () => {
    const halo = await reach();
    expect(halo).toBeGreaterThan(0);
    for (const [y, x] of PLACES) {
      const { before, after, whole } = await change(y, x);
      expect(differences(await encode([before, after], halo), whole)[y * CELLS + x]).toBeLessThan(1e-4);
    }
  });

  it("is encoded the better, the wider the halo", async () => {
    const changes = await Promise.all(PLACES.map(([y, x]) => change(y, x)));
    /** Mean error of the changed cells' features, as a share of their change. */
    const error = async (halo: number) => {
      let sum = 0;
      for (const [i, { before, after, whole }] of changes.entries()) {
        const cell = PLACES[i]![0] * CELLS + PLACES[i]![1];
        const wrong = differences(await encode([before, after], halo), whole)[cell]!;
        sum += wrong / differences(await encode([before], "whole"), whole)[cell]!;
      }
      return sum / PLACES.length;
    };
    const [none, service, twice] = [await error(0), await error(HALO_CELLS), await error(2 * HALO_CELLS)];
    expect(service).toBeLessThan(none / 2);
    expect(twice).toBeLessThan(service / 2);
  });
});
