/**
 * The type of a class of the DOM, such as `Dom<"HTMLVideoElement">`; `never` in programs that know no DOM, so that the
 * library's types can be used there too.
 */
export type Dom<Name extends string> =
  typeof globalThis extends Record<Name, { prototype: infer T }> ? T : never;
