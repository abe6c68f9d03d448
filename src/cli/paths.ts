import { fileURLToPath } from "node:url";

/** A path in this package. It is the same from src/ and from dist/. */
const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** This package. */
export const PACKAGE_DIR = root("");
/** The bundled models. */
export const MODELS_DIR = root("models");
/** The model that is used when no other is given. */
export { BUNDLED_MODEL } from "../models/mod.ts";
/** Clips for the page, for those without a camera. */
export const SAMPLE_DIR = root("client/sample");
/** The built page. */
export const CLIENT_DIR = root("dist/client");
