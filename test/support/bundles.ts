import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/**
 * A bundle with random weights of a small network. It says nonsense, but does everything that a real one does, and
 * fast.
 */
export const TINY_BUNDLE = join(root, "test/fixtures/tiny-bundle");

/** The trained model that is shipped. */
export const BUNDLED_MODEL = join(root, "models/street-narrator");
