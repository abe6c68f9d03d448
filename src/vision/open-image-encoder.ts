import type { Bundle } from "../models/mod.ts";
import type { ImageEncoder } from "./image-encoder.ts";
import { OneGraphEncoder } from "./one-graph-encoder.ts";
import { PartsEncoder } from "./parts-encoder.ts";

/** Opens the image encoder of a bundle, in whichever form it has it. @throws {ModelError} `graph_mismatch` */
export function openEncoder(bundle: Bundle, threads: number): Promise<ImageEncoder> {
  const { eyes } = bundle.paths;
  return typeof eyes === "string"
    ? OneGraphEncoder.open(bundle, eyes, threads)
    : PartsEncoder.open(bundle, eyes, threads);
}
