import { randomUUID } from "node:crypto";

/** A new id, with what it is an id of in front. */
export function newId(kind: "sess" | "conv" | "item" | "resp"): string {
  return `${kind}_${randomUUID().replaceAll("-", "").slice(0, 21)}`;
}
