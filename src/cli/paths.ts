import { fileURLToPath } from "node:url";

/** The package's own folder: the same from the source and from what was built of it. */
const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const MODELS_DIR = root("models");
/** The model that is used unless another is named. */
export { BUNDLED_MODEL } from "../models/mod.ts";
/** Clips that the sample page plays without a camera. */
export const SAMPLE_DIR = root("client/sample");
export const CLIENT_DIR = root("dist/client");
