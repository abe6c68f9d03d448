import { writeFile } from "node:fs/promises";

/** A tensor for a file of a test. */
export interface TensorToWrite {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array | Uint16Array | Float32Array;
}

/** The bytes of a safetensors file. */
export function safetensors(
  tensors: Readonly<Record<string, TensorToWrite>>,
  edit: (header: Record<string, unknown>) => void = () => {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  let end = 0;
  const parts: Uint8Array[] = [];
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  edit(header);
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...parts]);
}

export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, TensorToWrite>>,
): Promise<void> {
  await writeFile(path, safetensors(tensors));
}
