import { elementsOf, type TensorRef } from "../../src/models/convert/tensor-ref.ts";

/** A tensor in memory. */
export function tensorOf(name: string, data: Float32Array, shape: readonly number[]): TensorRef {
  const length = elementsOf(shape.slice(1));
  return {
    name,
    shape,
    dtype: "F32",
    read: () => Promise.resolve(data),
    readRows: (from, to) => Promise.resolve(data.subarray(from * length, to * length)),
  };
}
