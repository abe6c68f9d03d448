import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { bundleSchema } from "./bundle-schema.ts";
import { checkpointSchema } from "./checkpoint-schema.ts";
import { ModelError } from "./errors.ts";

/** Formats of a manifest that can be read. */
const FORMATS: readonly unknown[] = [bundleSchema, checkpointSchema].flatMap(({ shape }) => [
  ...shape.format.values,
]);

/** A manifest as it stands on disk, not checked yet. */
export interface WrittenManifest {
  /** The bundle's folder, absolute. */
  readonly root: string;
  readonly path: string;
  readonly json: unknown;
}

/** @throws {ModelError} `bundle_not_found`, `bundle_invalid` */
export async function readManifest(dir: string): Promise<WrittenManifest> {
  const root = resolve(dir);
  const path = join(root, "bundle.json");
  const hint = "A model is a folder with a bundle.json. Check --model.";
  const text = await read(path, "bundle_not_found", hint);
  const json = parseJson(text.toString("utf8"), path);
  requireFormat(json, path);
  return { root, path, json };
}

/** Of a manifest in another format most fields are wrong. None of them would say why. */
function requireFormat(json: unknown, path: string): void {
  const { format } = (json ?? {}) as { format?: unknown };
  if (typeof format !== "string" || FORMATS.includes(format)) return;
  const message = `${path} has the format ${JSON.stringify(format)}, and this version of thinkalong reads ${FORMATS.join(" and ")}. Pull or export the model again, or use the version that made it.`;
  throw new ModelError("bundle_invalid", message);
}

/** @throws {ModelError} `bundle_file_missing` */
export async function readBundleFile(path: string): Promise<Buffer> {
  return await read(path, "bundle_file_missing", "The bundle is incomplete. Fetch or export it again.");
}

/** @throws {ModelError} `bundle_invalid` */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = `${path} is not valid JSON (${(cause as Error).message}). Export the bundle again.`;
    throw new ModelError("bundle_invalid", message, cause);
  }
}

/** @throws {ModelError} `bundle_invalid`, which names every field that is wrong */
export function checkManifest<Schema extends z.ZodType>(
  schema: Schema,
  json: unknown,
  path: string,
): z.output<Schema> {
  const checked = schema.safeParse(json);
  if (checked.success) return checked.data;
  const message = `${path} is not a valid manifest. Export the bundle again.\n${z.prettifyError(checked.error)}`;
  throw new ModelError("bundle_invalid", message);
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
