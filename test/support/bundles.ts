import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Random weights of a shrunken network: says nonsense, but all of it in the real way, and fast. */
export const TINY_BUNDLE = join(root, "test/fixtures/tiny-bundle");

/** The trained model that is shipped. */
export const BUNDLED_MODEL = join(root, "models/street-narrator");
