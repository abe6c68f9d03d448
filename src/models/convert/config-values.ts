import type { z } from "zod";
import { ModelError } from "../errors.ts";

/** A JSON object of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A checkpoint that this program cannot run. `reason` is a sentence without its full stop. */
export function unsupported(reason: string, hint = "Choose another checkpoint."): ModelError {
  return new ModelError("checkpoint_unsupported", `The checkpoint cannot be run: ${reason}. ${hint}`);
}

/** The object under a key; an empty one where there is none. */
export function objectAt(from: JsonObject, key: string): JsonObject {
  const value = from[key];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/**
 * Reads values of config.json.
 * @throws {ModelError} `checkpoint_invalid`, which names the first that is missing or wrong
 */
export function readConfig<T extends z.ZodType>(
  schema: T,
  config: JsonObject,
  file = "config.json",
): z.output<T> {
  const read = schema.safeParse(config);
  if (read.success) return read.data;
  const issue = read.error.issues[0]!;
  const what = `${file} does not fit: ${issue.path.join(".") || "it"} is wrong (${issue.message}).`;
  throw new ModelError("checkpoint_invalid", `${what} Download the checkpoint again.`);
}

/** A field that may be missing or null. */
export const optional = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);
