type Json = Readonly<Record<string, unknown>>;

/**
 * Applies a change to an object: keys of the change replace those of the object, null takes a key out, and groups are
 * changed in the same way (RFC 7396, JSON Merge Patch).
 *
 * @example
 * mergePatch({ fps: 2, seed: 1 }, { fps: 4, seed: null }) // { fps: 4 }
 */
export function mergePatch(target: Json, patch: Json): Json {
  const merged: Record<string, unknown> = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = isGroup(value) ? mergePatch(isGroup(merged[key]) ? merged[key] : {}, value) : value;
  }
  return merged;
}

function isGroup(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
