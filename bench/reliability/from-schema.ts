import fc from "fast-check";
import { z } from "zod";

/** As much of JSON Schema as `z.toJSONSchema` writes for messages. */
interface JsonSchema {
  readonly type?: "object" | "array" | "string" | "integer" | "number" | "boolean" | "null";
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** Most items and characters beyond the fewest that there must be. Longer ones are not more interesting. */
const MOST_ITEMS = 3;
const MOST_CHARS = 100;

/**
 * Values that fit a schema, each of their fields with any value that it may have. What JSON Schema cannot say, such as
 * that a text is base64, they fit by chance only.
 *
 * @example fc.sample(fitting(CLIENT_MESSAGES["session.update"]), 10)
 */
export function fitting(schema: z.ZodType): fc.Arbitrary<unknown> {
  return arbitrary(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema);
}

/** The texts that a field of a message may have: those that its schema lists, and those that its description names. */
export function named(schema: z.ZodType, field: string): string[] {
  const { properties } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const { enum: values = [], const: only, description = "" } = properties?.[field] ?? {};
  const listed = [...values, only].filter((value) => typeof value === "string");
  const told = [...description.matchAll(/`([^`]+)`/g)].map(([, text]) => text!);
  return [...new Set([...listed, ...told])];
}

function arbitrary(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return fc.oneof(...either.map(arbitrary));
  switch (schema.type) {
    case "object": {
      const fields = Object.entries(schema.properties ?? {}).map(([key, each]) => [key, arbitrary(each)]);
      return fc.record(Object.fromEntries(fields), { requiredKeys: [...(schema.required ?? [])] as never[] });
    }
    case "array": {
      const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
      const maxLength = Math.min(maxItems, minItems + MOST_ITEMS);
      return fc.array(arbitrary(schema.items ?? {}), { minLength: minItems, maxLength });
    }
    case "string":
      return text(schema);
    case "integer": {
      const { minimum, maximum, exclusiveMinimum = -(2 ** 31), exclusiveMaximum = 2 ** 31 } = schema;
      return fc.integer({ min: minimum ?? exclusiveMinimum + 1, max: maximum ?? exclusiveMaximum - 1 });
    }
    case "number": {
      const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
      return fc.double({
        min: minimum ?? exclusiveMinimum ?? -Number.MAX_VALUE,
        max: maximum ?? exclusiveMaximum ?? Number.MAX_VALUE,
        minExcluded: exclusiveMinimum !== undefined,
        maxExcluded: exclusiveMaximum !== undefined,
        noNaN: true,
      });
    }
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return fc.jsonValue();
  }
}

function text({ pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY }: JsonSchema) {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ unit: "binary", minLength, maxLength: Math.min(maxLength, minLength + MOST_CHARS) });
}
