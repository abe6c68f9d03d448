import { createHash } from "node:crypto";
import { join } from "node:path";
import { checkManifest, parseJson, readBundleFile, readManifest } from "./bundle-files.ts";
import { type BundleManifest, bundleSchema } from "./bundle-schema.ts";
import { ModelError } from "./errors.ts";

const TOKENIZER = ["tokenizer.json", "tokenizer_config.json"] as const;

/** The image encoder: one graph, or the four that `graphs.eyes` of the manifest names. */
export type EyesPaths =
  | string
  | { readonly look: string; readonly encode: string; readonly settle: string; readonly gather: string };

/** A model on disk, read and checked. Plain data: it can be sent to a worker. */
export interface Bundle {
  readonly dir: string;
  readonly manifest: BundleManifest;
  /**
   * Only parts of a picture that changed by more than so many levels (of 0..255) are encoded, where the eyes are four
   * graphs. Default: all of it.
   */
  readonly changedLevels?: number;
  /** Paths of its graphs, in the order in which they run. */
  readonly paths: {
    readonly eyes: EyesPaths;
    readonly visual: readonly string[];
    readonly text: readonly string[];
  };
  /** The parsed `tokenizer.json` and `tokenizer_config.json`. */
  readonly tokenizer: { readonly model: object; readonly config: object };
}

function requireLength(path: string, stack: string, graphs: readonly string[], wanted: number): void {
  if (graphs.length === wanted) return;
  const message = `${path} lists ${graphs.length} graphs of the ${stack} stack and its layers need ${wanted}. Export the bundle again.`;
  throw new ModelError("bundle_invalid", message);
}

function partsIn(root: string, { look, encode, settle, gather }: Exclude<EyesPaths, string>): EyesPaths {
  const path = (name: string) => join(root, name);
  return { look: path(look), encode: path(encode), settle: path(settle), gather: path(gather) };
}

/**
 * Reads a bundle's folder and checks its manifest and the hash of every file.
 *
 * @example
 * ```ts
 * const bundle = await loadBundle("models/street-narrator");
 * console.log(bundle.manifest.vision.fps);
 * ```
 * @throws {ModelError} if the bundle is missing, incomplete, changed or invalid
 */
export async function loadBundle(dir: string): Promise<Bundle> {
  const { root, path: manifestPath, json: written } = await readManifest(dir);
  const manifest = checkManifest(bundleSchema, written, manifestPath);
  const contents = new Map<string, Buffer>();
  const { eyes, visual, text: textGraphs } = manifest.graphs;
  requireLength(manifestPath, "visual", visual, manifest.transformer.layers);
  requireLength(manifestPath, "text", textGraphs, manifest.transformer.layers + 1);
  for (const name of [
    ...(typeof eyes === "string" ? [eyes] : Object.values(eyes)),
    ...visual,
    ...textGraphs,
    ...TOKENIZER,
  ]) {
    const expected = manifest.files[name];
    if (expected === undefined)
      throw new ModelError(
        "bundle_invalid",
        `${manifestPath} lists no hash for ${name}. Export the bundle again.`,
      );
    const path = join(root, name);
    const content = await readBundleFile(path);
    const hash = createHash("sha256").update(content).digest("hex");
    if (hash !== expected) {
      throw new ModelError(
        "bundle_file_changed",
        `${path} is not the file that bundle.json lists (SHA-256 ${hash.slice(0, 12)}…, expected ${expected.slice(0, 12)}…). Fetch or export the bundle again.`,
      );
    }
    contents.set(name, content);
  }
  const json = (name: (typeof TOKENIZER)[number]) =>
    parseJson(contents.get(name)!.toString("utf8"), join(root, name)) as object;
  return {
    dir: root,
    manifest,
    paths: {
      eyes: typeof eyes === "string" ? join(root, eyes) : partsIn(root, eyes),
      visual: visual.map((name) => join(root, name)),
      text: textGraphs.map((name) => join(root, name)),
    },
    tokenizer: { model: json("tokenizer.json"), config: json("tokenizer_config.json") },
  };
}
