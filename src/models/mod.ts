/** Model bundles: read, check, describe. */
export { type Bundle, loadBundle } from "./bundle.ts";
export type { BundleManifest } from "./bundle-schema.ts";
export { BUNDLED_MODEL } from "./bundled-model.ts";
export { ModelError, type ModelErrorCode } from "./errors.ts";
export { type SpecialTokens, TextCodec } from "./tokenizer.ts";
