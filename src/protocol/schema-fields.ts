import { z } from "zod";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** One field of a schema, as a row of a table describes it. */
export interface SchemaField {
  /** Where it is, such as `session.windows.visual_units` or `items[].id`. */
  readonly path: string;
  /** Its type, in Markdown. */
  readonly type: string;
  readonly required: boolean;
  /** What it is when it is left out; undefined: the schema does not say. */
  readonly default: unknown;
  readonly description: string;
}

/** All fields of a schema, those of nested objects and of objects in arrays included, in their order. */
export function schemaFields(schema: z.ZodType): SchemaField[] {
  return fields(z.toJSONSchema(schema, { io: "input" }), "");
}

function fields(schema: JsonSchema, prefix: string): SchemaField[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    if (typeof property === "boolean") return [];
    const path = `${prefix}${name}`;
    const nested = property.type === "array" ? property.items : property;
    const below = property.type === "array" ? `${path}[].` : `${path}.`;
    const field = {
      path,
      type: typeName(property),
      required: required.has(name),
      default: property.default,
      description: property.description ?? "",
    };
    return [field, ...(isSchema(nested) ? fields(firstObject(nested), below) : [])];
  });
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON Schema writes a nullable object as one of two schemas. This is the one with the fields. */
function firstObject(schema: JsonSchema): JsonSchema {
  return schema.anyOf?.filter(isSchema).find((option) => option.type === "object") ?? schema;
}

/** A schema that has a title is called by it. */
function typeName(schema: JsonSchema): string {
  if (schema.title !== undefined) return schema.title;
  if (schema.const !== undefined) return `\`"${schema.const}"\``;
  if (schema.enum) return schema.enum.map((value) => `\`"${value}"\``).join(", ");
  if (schema.anyOf) return schema.anyOf.filter(isSchema).map(typeName).join(" or ");
  if (schema.type === "array") return isSchema(schema.items) ? `array of ${typeName(schema.items)}` : "array";
  return [schema.type ?? "any"].flat().join(" or ");
}
