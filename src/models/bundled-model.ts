import { fileURLToPath } from "node:url";

/**
 * Absolute path of the folder of the model that comes with the package, for `createEngine({ model })`. It is the same
 * whether the source or the built package runs.
 */
export const BUNDLED_MODEL = fileURLToPath(new URL("../../models/street-narrator", import.meta.url));
