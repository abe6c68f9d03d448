import { ModelError } from "../errors.ts";

/** How a checkpoint stores numbers. */
export type FloatFormat = "F32" | "F16" | "BF16";

/** A tensor that is read when it is needed, whole or by ranges of its first axis, and always as 32-bit numbers. */
export interface TensorRef {
  readonly name: string;
  readonly shape: readonly number[];
  /** How it is stored. */
  readonly dtype: FloatFormat;
  read(): Promise<Float32Array>;
  /** Rows `from` (included) to `to` (excluded) of the first axis, one after the other. */
  readRows(from: number, to: number): Promise<Float32Array>;
}

export const elementsOf = (shape: readonly number[]): number => shape.reduce((size, axis) => size * axis, 1);

/** Numbers in one row of the first axis. */
export const rowLength = (tensor: TensorRef): number => elementsOf(tensor.shape.slice(1));

/** A tensor whose rows come from a function. */
function derived(
  from: TensorRef,
  shape: readonly number[],
  readRows: (from: number, to: number) => Promise<Float32Array>,
): TensorRef {
  return {
    name: from.name,
    dtype: from.dtype,
    shape,
    readRows,
    read: () => readRows(0, shape[0] ?? 1),
  };
}

/**
 * Tensors one after the other along the first axis.
 * @throws {ModelError} `checkpoint_invalid` when their rows differ in shape
 */
export function concatenateRows(tensors: readonly TensorRef[]): TensorRef {
  const [first] = tensors as [TensorRef];
  const row = first.shape.slice(1);
  for (const { name, shape } of tensors) {
    if (shape.slice(1).join() === row.join()) continue;
    const what = `${name} [${shape.join(", ")}] cannot stand below ${first.name} [${first.shape.join(", ")}].`;
    throw new ModelError(
      "checkpoint_invalid",
      `${what} The checkpoint does not have the shapes that its config.json implies.`,
    );
  }
  const rows = tensors.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const length = rowLength(first);
  return derived(first, [rows, ...row], async (from, to) => {
    const all = new Float32Array((to - from) * length);
    let start = 0;
    for (const tensor of tensors) {
      const end = start + tensor.shape[0]!;
      const [low, high] = [Math.max(from, start), Math.min(to, end)];
      if (low < high) all.set(await tensor.readRows(low - start, high - start), (low - from) * length);
      start = end;
    }
    return all;
  });
}

/** A tensor times one number. */
export function scaleRows(tensor: TensorRef, factor: number): TensorRef {
  return derived(tensor, tensor.shape, async (from, to) =>
    (await tensor.readRows(from, to)).map((value) => value * factor),
  );
}

/** The same numbers in another shape. What lies in one row of the first axis may change only as a whole tensor. */
export function reshape(tensor: TensorRef, shape: readonly number[]): TensorRef {
  if (elementsOf(shape) !== elementsOf(tensor.shape)) {
    throw new RangeError(
      `${tensor.name} [${tensor.shape.join(", ")}] has not the size of [${shape.join(", ")}].`,
    );
  }
  if (shape[0] === tensor.shape[0]) return derived(tensor, shape, (from, to) => tensor.readRows(from, to));
  const length = elementsOf(shape.slice(1));
  return derived(tensor, shape, async (from, to) =>
    (await tensor.read()).subarray(from * length, to * length),
  );
}
