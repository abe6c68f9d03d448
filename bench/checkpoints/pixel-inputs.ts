import { GraphBuilder, type LinearWeights, type Value } from "../../src/models/convert/graph-builder.ts";
import type { DataType, Dim } from "../../src/models/convert/onnx-proto.ts";
import { placesInOrder } from "../../src/models/families/patches.ts";

/** What pictures an Idefics3 tower takes. */
export interface PixelInputs {
  readonly weights: LinearWeights;
  /** Side of every picture (px). */
  readonly side: number;
  readonly patch: number;
  readonly merge: number;
  /** Side of the table of learned positions (patches). */
  readonly position_side?: number | undefined;
}

/**
 * Builds the tower of a bundle with the inputs and the output that transformers.js knows: `pixel_values
 * [batch, pictures, 3, side, side]` → `image_features [pictures, tokens, width]`. The tower itself stays the same.
 */
export class Idefics3Graph extends GraphBuilder {
  private readonly pixels: PixelInputs;

  constructor(pixels: PixelInputs) {
    super(pixels);
    this.pixels = pixels;
  }

  override input(name: string, type: DataType, dims: readonly Dim[]): Value {
    if (name === "patches") return this.patches();
    if (name === "positions") return this.positions();
    return super.input(name, type, dims);
  }

  override output(_name: string, value: Value, dims: readonly Dim[]): void {
    const { side, patch, merge } = this.pixels;
    const tokens = (side / (patch * merge)) ** 2;
    const width = dims.at(-1) as number;
    super.output("image_features", this.reshape(value, [-1, tokens, width]), ["pictures", tokens, width]);
  }

  /** Pictures cut into patches. Those of one visual token stand side by side. */
  private patches(): Value {
    const { side, patch, merge } = this.pixels;
    const shape: readonly Dim[] = ["batch_size", "pictures", 3, side, side];
    const pixels = super.input("pixel_values", "float32", shape);
    const across = side / (patch * merge);
    const cut = this.reshape(pixels, [-1, 3, across, merge, patch, across, merge, patch]);
    const inOrder = this.transpose(cut, [0, 2, 5, 3, 6, 1, 4, 7]);
    return this.reshape(inOrder, [-1, (side / patch) ** 2, 3 * patch * patch]);
  }

  /** Rows of the table of learned positions: a smaller picture takes every so manieth. */
  private positions(): Value {
    const { side, patch, merge, position_side } = this.pixels;
    const rows = side / patch;
    const table = position_side ?? rows;
    const place = (index: number) => Math.floor((index * table) / rows);
    return this.ints(
      ...placesInOrder(rows, rows, merge).map(([row, column]) => place(row) * table + place(column)),
    );
  }
}
