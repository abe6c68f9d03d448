import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { type BundleManifest, bundleSchema } from "./bundle-schema.ts";
import { ModelError } from "./errors.ts";

const TOKENIZER = ["tokenizer.json", "tokenizer_config.json"] as const;

/** A model on disk, read and checked. Plain data: it can be sent to a worker. */
export interface Bundle {
  readonly dir: string;
  readonly manifest: BundleManifest;
  /** Paths of its graphs, in the order in which they run. */
  readonly paths: {
    readonly encoder: string;
    readonly visual: readonly string[];
    readonly text: readonly string[];
  };
  /** The parsed `tokenizer.json` and `tokenizer_config.json`. */
  readonly tokenizer: { readonly model: object; readonly config: object };
}

async function read(
  path: string,
  code: "bundle_not_found" | "bundle_file_missing",
  hint: string,
): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ModelError(code, `Cannot read ${path}. ${hint}`, cause);
  }
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ModelError(
      "bundle_invalid",
      `${path} is not valid JSON (${(cause as Error).message}). Export the bundle again.`,
      cause,
    );
  }
}

function requireLength(path: string, stack: string, graphs: readonly string[], wanted: number): void {
  if (graphs.length === wanted) return;
  const message = `${path} lists ${graphs.length} graphs of the ${stack} stack and its layers need ${wanted}. Export the bundle again.`;
  throw new ModelError("bundle_invalid", message);
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
  const root = resolve(dir);
  const manifestPath = join(root, "bundle.json");
  const text = await read(
    manifestPath,
    "bundle_not_found",
    "A model is a folder with a bundle.json. Check --model.",
  );
  const checked = bundleSchema.safeParse(parse(text.toString("utf8"), manifestPath));
  if (!checked.success) {
    throw new ModelError(
      "bundle_invalid",
      `${manifestPath} is not a valid manifest. Export the bundle again.\n${z.prettifyError(checked.error)}`,
    );
  }
  const manifest = checked.data;
  const contents = new Map<string, Buffer>();
  const { eyes, visual, text: textGraphs } = manifest.graphs;
  requireLength(manifestPath, "visual", visual, manifest.transformer.layers);
  requireLength(manifestPath, "text", textGraphs, manifest.transformer.layers + 1);
  for (const name of [eyes, ...visual, ...textGraphs, ...TOKENIZER]) {
    const expected = manifest.files[name];
    if (expected === undefined)
      throw new ModelError(
        "bundle_invalid",
        `${manifestPath} lists no hash for ${name}. Export the bundle again.`,
      );
    const path = join(root, name);
    const content = await read(
      path,
      "bundle_file_missing",
      "The bundle is incomplete. Fetch or export it again.",
    );
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
    parse(contents.get(name)!.toString("utf8"), join(root, name)) as object;
  return {
    dir: root,
    manifest,
    paths: {
      encoder: join(root, eyes),
      visual: visual.map((name) => join(root, name)),
      text: textGraphs.map((name) => join(root, name)),
    },
    tokenizer: { model: json("tokenizer.json"), config: json("tokenizer_config.json") },
  };
}
