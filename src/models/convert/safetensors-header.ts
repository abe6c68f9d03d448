import { z } from "zod";
import { ModelError } from "../errors.ts";
import { elementsOf } from "./tensor-ref.ts";

/** Longest header that is read (bytes), as in the reference implementation. */
export const MAX_HEADER_BYTES = 100_000_000;

/** Bytes of one element, by the name of its type. */
const TYPE_BYTES: Readonly<Record<string, number>> = {
  ...{ F64: 8, F32: 4, F16: 2, BF16: 2, F8_E4M3: 1, F8_E5M2: 1 },
  ...{ I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1 },
};

const size = z.int().nonnegative();
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
});

/** Where a tensor lies in its file. */
export interface StoredEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte of it in the file. */
  readonly start: number;
  readonly bytes: number;
}

/**
 * Reads the header of a safetensors file (the format of Hugging Face: 8 bytes of length, JSON, data).
 *
 * @param json the header without its length
 * @param dataBytes bytes of the file behind the header; the tensors must fill them exactly
 * @throws {ModelError} `checkpoint_invalid`
 */
export function readHeader(json: string, dataBytes: number, path: string): Map<string, StoredEntry> {
  const broken = (what: string, cause?: unknown) =>
    new ModelError("checkpoint_invalid", `${path} is broken: ${what}. Download the file again.`, cause);
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (cause) {
    throw broken("its header is no JSON", cause);
  }
  if (typeof parsed !== "object" || parsed === null) throw broken("its header is no object");
  const found: [string, StoredEntry][] = [];
  for (const [name, value] of Object.entries(parsed)) {
    if (name === "__metadata__") continue;
    const entry = entrySchema.safeParse(value);
    if (!entry.success) throw broken(`its header does not say where ${name} lies`);
    const { dtype, shape, data_offsets: offsets } = entry.data;
    const width = TYPE_BYTES[dtype];
    if (width === undefined) throw broken(`${name} is of the unknown type ${dtype}`);
    const [start, end] = offsets;
    if (end < start || end > dataBytes) throw broken(`${name} lies outside of the file`);
    const bytes = elementsOf(shape) * width;
    if (end - start !== bytes) throw broken(`${name} has ${end - start} bytes, and its shape needs ${bytes}`);
    found.push([name, { dtype, shape, start, bytes }]);
  }
  let end = 0;
  for (const [name, { start, bytes }] of [...found].sort(
    ([, a], [, b]) => a.start - b.start || a.bytes - b.bytes,
  )) {
    if (start < end) throw broken(`${name} overlaps another tensor`);
    if (start > end) throw broken(`it has a gap before ${name}`);
    end = start + bytes;
  }
  if (end !== dataBytes) throw broken(`its tensors end at byte ${end} of ${dataBytes}`);
  return new Map(found);
}
