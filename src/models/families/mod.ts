/** What tells one family of published checkpoints from another when they run. */
import type { FamilyName } from "../checkpoint-schema.ts";
import type { FamilyRuntime } from "./family.ts";
import { Idefics3Vision } from "./idefics3/vision.ts";
import { videoExtent } from "./one-video.ts";
import { Qwen25Vision } from "./qwen2.5-vl/vision.ts";
import { Qwen2Vision } from "./qwen2-vl/vision.ts";
import { Qwen3Vision } from "./qwen3-vl/vision.ts";

export type {
  FamilyRuntime,
  FamilyVision,
  PictureScaling,
  PictureSize,
  TowerInput,
  UnitLayout,
  UnitToLayOut,
  VideoWindow,
} from "./family.ts";

const EYES: Readonly<Record<FamilyName, FamilyRuntime["vision"]>> = {
  llama: () => null,
  idefics3: (manifest) => new Idefics3Vision(manifest),
  "qwen2-vl": (manifest) => new Qwen2Vision(manifest, videoExtent(manifest)),
  "qwen2.5-vl": (manifest) => new Qwen25Vision(manifest, videoExtent(manifest)),
  "qwen3-vl": (manifest) => new Qwen3Vision(manifest),
};

/** The family of a name. A checkpoint without a vision tower has no eyes, whatever its family. */
export function familyRuntime(name: FamilyName): FamilyRuntime {
  return { name, vision: (manifest) => (manifest.vision === null ? null : EYES[name](manifest)) };
}
