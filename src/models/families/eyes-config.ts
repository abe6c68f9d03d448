import { z } from "zod";
import { type JsonObject, objectAt, optional, readConfig, unsupported } from "../convert/config-values.ts";
import type { Gelu } from "../convert/graph-builder.ts";

/** What conversions of several families read from config.json and preprocessor_config.json. */

export const count = z.int().positive();

const GELUS: Readonly<Record<string, Gelu>> = {
  gelu: "erf",
  gelu_pytorch_tanh: "tanh",
  gelu_new: "tanh",
  quick_gelu: "quick",
};

/**
 * The activation of a tower, by its name in config.json.
 * @throws {ModelError} `checkpoint_unsupported`
 */
export function geluNamed(name: string): Gelu {
  const gelu = GELUS[name];
  if (gelu === undefined) throw unsupported(`the activation "${name}" of its vision tower is not known here`);
  return gelu;
}

const rgb = z.tuple([z.number(), z.number(), z.number()]);
const spread = z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]);

/** Mean and spread of each colour channel, 0..1. */
export interface Colours {
  readonly mean: [number, number, number];
  readonly std: [number, number, number];
}

/**
 * How the checkpoint's processor normalises colours. For video it may differ from pictures.
 * @throws {ModelError} `checkpoint_invalid`
 */
export function readColours(preprocessor: JsonObject, usual: Colours): Colours {
  const schema = z.object({ image_mean: optional(rgb), image_std: optional(spread) });
  const video = readConfig(schema, objectAt(preprocessor, "video"), "video_preprocessor_config.json");
  const image = readConfig(schema, preprocessor, "preprocessor_config.json");
  return {
    mean: video.image_mean ?? image.image_mean ?? usual.mean,
    std: video.image_std ?? image.image_std ?? usual.std,
  };
}

/** Frame rate at which the checkpoint's processor samples videos (frames a second), under one of several keys. */
export function readFps(preprocessor: JsonObject, usual: number): number {
  const schema = z.object({ fps: optional(z.number().positive()) });
  const video = objectAt(preprocessor, "video");
  const places = [video, objectAt(video, "video_sampling"), objectAt(preprocessor, "video_sampling")];
  const found = places.map((place) => readConfig(schema, place, "preprocessor_config.json").fps);
  return found.find((fps) => fps !== undefined) ?? usual;
}
