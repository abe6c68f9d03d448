import { z } from "zod";

/**
 * The keys that a schema knows at a place, such as `["cameras", "door"]`; none where it takes any.
 *
 * @param value the whole value; where a schema has several kinds, it says which
 * @example
 * knownKeys(z.strictObject({ a: z.strictObject({ b: z.int() }).optional() }), ["a"]) // ["b"]
 */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[], value?: unknown): string[] {
  let at: z.ZodType | undefined = unwrapped(schema, value);
  let here = value;
  for (const key of path) {
    here = (here as Record<PropertyKey, unknown> | null | undefined)?.[key];
    const next: z.ZodType | undefined = at && below(at, key);
    at = next && unwrapped(next, here);
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function below(bare: z.ZodType, key: PropertyKey): z.ZodType | undefined {
  if (bare instanceof z.ZodObject) return bare.shape[String(key)] as z.ZodType | undefined;
  if (bare instanceof z.ZodRecord) return bare.valueType as z.ZodType;
  if (bare instanceof z.ZodArray) return bare.element as z.ZodType;
  return undefined;
}

/** Without what makes it optional or readonly, or gives it a default; of several kinds, that of the value. */
function unwrapped(schema: z.ZodType, value: unknown): z.ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodReadonly
  )
    return unwrapped(schema.unwrap() as z.ZodType, value);
  if (schema instanceof z.ZodDiscriminatedUnion) return kindOf(schema, value);
  return schema instanceof z.ZodPipe ? unwrapped(schema.in as z.ZodType, value) : schema;
}

function kindOf(union: z.ZodDiscriminatedUnion, value: unknown): z.ZodType {
  const { discriminator } = union.def;
  const named = (value as Record<string, unknown> | null | undefined)?.[discriminator];
  const isNamed = (option: z.ZodType) =>
    option instanceof z.ZodObject && (option.shape[discriminator] as z.ZodType).safeParse(named).success;
  return (union.options as readonly z.ZodType[]).find(isNamed) ?? union;
}
