import { expectedSpeed } from "../../backends/mod.ts";
import { BUNDLE_CONVERTER, type Converter, withSample } from "../../models/mod.ts";

/**
 * Converts checkpoints, and measures before what speed to expect of them here. That loads the inference runtime into the main
 * thread, which a service must not do, so it is for commands only.
 */
export const MEASURING_CONVERTER: Converter = {
  ...BUNDLE_CONVERTER,
  async expectSpeed(source, weights) {
    return await withSample(source, weights, async (sample) =>
      sample.paths.tower === null
        ? "It has no eyes, so no camera can be watched with it."
        : await expectedSpeed(sample),
    );
  },
};
