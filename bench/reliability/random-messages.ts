import fc from "fast-check";
import { CLIENT_EXAMPLES } from "../../src/protocol/examples.ts";
import {
  CLIENT_MESSAGES,
  type ClientMessageType,
  encodeFrameHeader,
  FRAME_HEADER_BYTES,
} from "../../src/protocol/mod.ts";
import { bentBytes } from "./bent-bytes.ts";
import { fitting } from "./from-schema.ts";

/** Between two pictures (ms), in the client's own time. */
const INTERVAL_MS = 250;

/** A message as it goes over the socket: text or bytes. */
export type Message = string | Uint8Array;

type Json = Record<string, unknown>;

/** All types of the protocol but `session.close`: what comes after that is not looked at. */
export const MESSAGE_TYPES = (Object.keys(CLIENT_MESSAGES) as ClientMessageType[]).filter(
  (type) => type !== "session.close",
);

/** Messages as they should be: the examples of the protocol, which make sense, and any that fit their schemas. */
const good: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom(...MESSAGE_TYPES.map((type) => CLIENT_EXAMPLES[type] as Json)),
  ...MESSAGE_TYPES.map((type) => fitting(CLIENT_MESSAGES[type]) as fc.Arbitrary<Json>),
);

const nested = fc.integer({ min: 2, max: 20_000 }).map((depth) => "[".repeat(depth) + "]".repeat(depth));

/** Any value that JSON can hold, and some that are large. */
const anyValue = fc.oneof(
  { weight: 6, arbitrary: fc.jsonValue() },
  { weight: 2, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 70_000 }).map((length) => "x".repeat(length)) },
);

/** The objects in a value, itself included. */
function objectsIn(value: unknown): Json[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inner : [value as Json, ...inner];
}

/** A message of the protocol of which one field is something else, is missing, or is one too many. */
const bent = fc
  .record({
    example: good,
    where: fc.nat(),
    which: fc.nat(),
    how: fc.constantFrom("replace", "remove", "add"),
    value: anyValue,
  })
  .map(({ example, where, which, how, value }) => {
    const message = structuredClone(example);
    const objects = objectsIn(message);
    const object = objects[where % objects.length]!;
    const keys = Object.keys(object);
    const key = keys[which % keys.length]!;
    if (how === "remove") delete object[key];
    else object[how === "add" ? `${key}_` : key] = value;
    return JSON.stringify(message);
  });

/** Texts: no JSON, no message, messages that are bent or cut off, and good ones. */
const text = fc.oneof(
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 2000 }) },
  { weight: 1, arbitrary: anyValue.map((value) => JSON.stringify(value) ?? "") },
  { weight: 1, arbitrary: nested },
  { weight: 8, arbitrary: bent },
  { weight: 1, arbitrary: fc.tuple(bent, fc.nat()).map(([whole, at]) => whole.slice(0, at % whole.length)) },
  {
    weight: 4,
    arbitrary: good.map((message) => JSON.stringify(message)),
  },
);

/** Bytes: none, any, headers that are cut or wrong, pictures that are whole, cut off or altered. */
function bytes(pictures: readonly Uint8Array[]): fc.Arbitrary<(nth: number) => Uint8Array> {
  const image = fc.oneof(
    fc.constantFrom(...pictures),
    { weight: 2, arbitrary: bentBytes(pictures) },
    fc.uint8Array({ maxLength: 3000 }),
  );
  const framed = image.map((body) => (nth: number) => {
    const header = encodeFrameHeader({ seq: nth, captureTimeMs: nth * INTERVAL_MS });
    return Buffer.concat([header, body]);
  });
  const wrong = fc.tuple(framed, fc.nat(FRAME_HEADER_BYTES - 1), fc.nat(255)).map(
    ([make, at, value]) =>
      (nth: number) =>
        Uint8Array.from(make(nth), (byte, i) => (i === at ? value : byte)),
  );
  const short = fc.tuple(framed, fc.nat(FRAME_HEADER_BYTES + 4)).map(
    ([make, length]) =>
      (nth: number) =>
        make(nth).subarray(0, length),
  );
  return fc.oneof(
    image.map((body) => () => body),
    { weight: 4, arbitrary: framed },
    wrong,
    short,
  );
}

/** So many messages, some good and most not. The same seed gives the same messages. */
export function randomMessages(pictures: readonly Uint8Array[], count: number, seed: number): Message[] {
  const texts = text.map((message) => () => message);
  const message = fc.oneof<fc.Arbitrary<(nth: number) => Message>[]>(texts, bytes(pictures));
  return fc.sample(message, { numRuns: count, seed }).map((make, nth) => make(nth));
}
