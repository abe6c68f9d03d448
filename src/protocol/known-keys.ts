import { z } from "zod";

/**
 * The keys that a schema knows at a place, such as `["cameras", "door"]`; none where it takes any.
 *
 * @example
 * knownKeys(z.strictObject({ a: z.strictObject({ b: z.int() }).optional() }), ["a"]) // ["b"]
 */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const there = path.reduce<z.ZodType | undefined>((at, key) => at && below(at, key), schema);
  const bare = there && unwrapped(there);
  return bare instanceof z.ZodObject ? Object.keys(bare.shape) : [];
}

function below(schema: z.ZodType, key: PropertyKey): z.ZodType | undefined {
  const bare = unwrapped(schema);
  if (bare instanceof z.ZodObject) return bare.shape[String(key)] as z.ZodType | undefined;
  if (bare instanceof z.ZodRecord) return bare.valueType as z.ZodType;
  if (bare instanceof z.ZodArray) return bare.element as z.ZodType;
  return undefined;
}

/** Without what makes it optional or readonly, or gives it a default. */
function unwrapped(schema: z.ZodType): z.ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodReadonly
  )
    return unwrapped(schema.unwrap() as z.ZodType);
  return schema instanceof z.ZodPipe ? unwrapped(schema.in as z.ZodType) : schema;
}
