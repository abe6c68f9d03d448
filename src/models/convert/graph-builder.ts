import type { WeightWidth } from "../checkpoint-schema.ts";
import { ModelError } from "../errors.ts";
import { int8Bytes } from "./int8-weights.ts";
import { blockBytes, blockFormat, floatBytes } from "./linear-weights.ts";
import type { Attribute, DataType, Dim, GraphNode, GraphValue, Initializer } from "./onnx-proto.ts";
import { modelProto } from "./onnx-proto.ts";
import { lengthOf, type Piece } from "./protobuf.ts";
import { type StoredFile, type WriteOptions, writePieces } from "./stored-file.ts";
import { elementsOf, type TensorRef } from "./tensor-ref.ts";

/** Name of a value in a graph. */
export type Value = string;

export interface OpOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Empty, the default: the operators of ONNX itself. `com.microsoft`: those of onnxruntime. */
  readonly domain?: string;
}

/**
 * How a builder stores matrices: as a bundle's weights, or with `int8` in whole numbers of 8 bits with one scale for
 * each output. Then both factors of a product are whole numbers, which is fastest for many rows at once.
 */
export type LinearWeights = WeightWidth | "int8";

export type Gelu = "tanh" | "erf" | "quick";

/** Largest file that a protocol buffer can be (bytes). */
const MAX_GRAPH_BYTES = 2 ** 31 - 1;

const MICROSOFT = "com.microsoft";

/** Integers of at most 8 bits are enough for the inputs of a matrix product (MatMulNBits, `accuracy_level`). */
const INT8_COMPUTATION = 4;

/** Builds one ONNX graph. Weights are read only when it is written. */
export class GraphBuilder {
  private readonly weights: LinearWeights;
  private readonly inputs: GraphValue[] = [];
  private readonly outputs: GraphValue[] = [];
  private readonly initializers: Initializer[] = [];
  private readonly nodes: GraphNode[] = [];
  private readonly shared = new Map<string, Value>();
  private made = 0;

  /** @param options `weights`: how {@link linear} stores matrices */
  constructor(options: { readonly weights: LinearWeights }) {
    this.weights = options.weights;
  }

  input(name: string, type: DataType, dims: readonly Dim[]): Value {
    this.inputs.push({ name, type, dims });
    return name;
  }

  output(name: string, value: Value, dims: readonly Dim[], type: DataType = "float32"): void {
    this.outputs.push({ name, type, dims });
    this.nodes.push({ type: "Identity", domain: "", inputs: [value], outputs: [name], attributes: {} });
  }

  /** Numbers that are part of the graph. */
  constant(data: Float32Array | BigInt64Array | Int32Array, dims: readonly number[]): Value {
    if (elementsOf(dims) !== data.length) {
      throw new RangeError(`${data.length} numbers have not the shape [${dims.join(", ")}].`);
    }
    const type = data instanceof Float32Array ? "float32" : data instanceof BigInt64Array ? "int64" : "int32";
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return this.initializer(this.newName("constant"), type, dims, bytes);
  }

  /** Whole numbers as a vector, for shapes, axes and indices. */
  ints(...values: readonly number[]): Value {
    return this.once(`ints ${values.join()}`, () =>
      this.constant(
        BigInt64Array.from(values, (value) => BigInt(value)),
        [values.length],
      ),
    );
  }

  /** One number. */
  scalar(value: number): Value {
    return this.once(`scalar ${value}`, () => this.constant(Float32Array.of(value), []));
  }

  /** A tensor of the checkpoint as it is, in 32-bit numbers. */
  weight(tensor: TensorRef): Value {
    return this.initializer(this.newName(tensor.name), "float32", tensor.shape, floatBytes(tensor));
  }

  /** An operator with one output. A null input is an optional one that is left out. */
  op(type: string, inputs: readonly (Value | null)[], options: OpOptions = {}): Value {
    return this.ops(type, inputs, 1, options)[0]!;
  }

  /** An operator with several outputs. */
  ops(type: string, inputs: readonly (Value | null)[], outputs: number, options: OpOptions = {}): Value[] {
    const names = Array.from({ length: outputs }, () => this.newName(type));
    const { domain = "", attributes = {} } = options;
    const used = inputs.map((name) => name ?? "");
    // onnxruntime's optimiser crashes on an empty name at the end (LayerNormalization without a bias).
    while (used.at(-1) === "") used.pop();
    this.nodes.push({ type, domain, attributes, inputs: used, outputs: names });
    return [...names];
  }

  /**
   * `x · weightᵀ + bias`, with the weights as {@link LinearWeights} says.
   *
   * @param x `[…, in]`
   * @param weight `[out, in]`, as checkpoints have it
   * @returns `[…, out]`
   */
  linear(
    x: Value,
    weight: TensorRef,
    options: { readonly bias?: TensorRef; readonly weights?: LinearWeights } = {},
  ): Value {
    const outputs = weight.shape[0]!;
    if (weight.shape.length !== 2) throw new RangeError(`${weight.name} is no matrix.`);
    const product = this.product(x, weight, options.weights ?? this.weights);
    if (options.bias === undefined) return product;
    if (options.bias.shape.join() !== String(outputs)) {
      throw new RangeError(`${options.bias.name} does not fit ${weight.name}.`);
    }
    return this.op("Add", [product, this.weight(options.bias)]);
  }

  /** Root mean square normalisation over the last axis, times `weight`. */
  rmsNorm(x: Value, weight: TensorRef, eps: number): Value {
    return this.op("SimplifiedLayerNormalization", [x, this.weight(weight)], {
      attributes: { axis: { int: -1 }, epsilon: { float: eps }, stash_type: { int: 1 } },
    });
  }

  /** Layer normalisation over the last axis. */
  layerNorm(x: Value, weight: TensorRef, bias: TensorRef | null, eps: number): Value {
    const inputs = [x, this.weight(weight), bias === null ? null : this.weight(bias)];
    return this.op("LayerNormalization", inputs, {
      attributes: { axis: { int: -1 }, epsilon: { float: eps } },
    });
  }

  /** Gaussian error linear unit: exact (`erf`), its usual approximation (`tanh`), or `x · sigmoid(1.702 x)` (`quick`). */
  gelu(x: Value, kind: Gelu): Value {
    if (kind === "quick") return this.sigmoidGate(x, 1.702);
    return this.op("Gelu", [x], { attributes: { approximate: { text: kind === "tanh" ? "tanh" : "none" } } });
  }

  /** `x · sigmoid(x)` */
  silu(x: Value): Value {
    return this.sigmoidGate(x, 1);
  }

  add(a: Value, b: Value): Value {
    return this.op("Add", [a, b]);
  }

  mul(a: Value, b: Value): Value {
    return this.op("Mul", [a, b]);
  }

  /** In a shape, one axis may be -1, and 0 keeps the axis as it is. */
  reshape(x: Value, shape: readonly number[]): Value {
    return this.op("Reshape", [x, this.ints(...shape)]);
  }

  transpose(x: Value, axes: readonly number[]): Value {
    return this.op("Transpose", [x], { attributes: { perm: { ints: axes } } });
  }

  concat(values: readonly Value[], axis: number): Value {
    return this.op("Concat", values, { attributes: { axis: { int: axis } } });
  }

  split(x: Value, sizes: readonly number[], axis: number): Value[] {
    const attributes = { axis: { int: axis } };
    return this.ops("Split", [x, this.ints(...sizes)], sizes.length, { attributes });
  }

  /**
   * Writes the graph as a new file.
   * @throws {ModelError} `checkpoint_unsupported` when it would be larger than 2 GB
   */
  async write(path: string, options: WriteOptions = {}): Promise<StoredFile> {
    const pieces = this.pieces();
    if (lengthOf(pieces) > MAX_GRAPH_BYTES) {
      const what = `A part of the model would be larger than 2 GB with ${this.weights} weights, which ONNX cannot hold.`;
      throw new ModelError("checkpoint_unsupported", `${what} Choose narrower weights.`);
    }
    return writePieces(path, pieces, options);
  }

  /** Bytes of the file that {@link write} makes. */
  get byteLength(): number {
    return lengthOf(this.pieces());
  }

  private pieces(): Piece[] {
    const { inputs, outputs, initializers, nodes } = this;
    return modelProto({ name: "thinkalong", inputs, outputs, initializers, nodes });
  }

  private product(x: Value, weight: TensorRef, weights: LinearWeights): Value {
    const format = blockFormat(weights === "int8" ? "q8" : weights, weight.shape[1]!);
    if (format === null) return this.floatProduct(x, weight);
    return weights === "int8" ? this.int8Product(x, weight) : this.blockProduct(x, weight, format);
  }

  private floatProduct(x: Value, weight: TensorRef): Value {
    const attributes = { transB: { int: 1 } };
    return this.op("FusedMatMul", [x, this.weight(weight)], { domain: MICROSOFT, attributes });
  }

  /**
   * The operator has one scale for all of `x`. So each row is first divided by its largest number: then a row with very
   * large numbers, as vision towers have them, does not make all others coarse.
   */
  private int8Product(x: Value, weight: TensorRef): Value {
    const [outputs, inputs] = weight.shape as [number, number];
    const { values, scales, zeros } = int8Bytes(weight);
    const name = this.newName(weight.name);
    const largest = this.op("ReduceMax", [this.op("Abs", [x]), this.ints(-1)]);
    // A row of zeros stays one.
    const size = this.op("Max", [largest, this.scalar(2 ** -100)]);
    const operands = [
      this.op("Div", [x, size]),
      this.initializer(name, "uint8", [inputs, outputs], values),
      this.initializer(`${name} scales`, "float32", [outputs], scales),
      this.initializer(`${name} zeros`, "uint8", [outputs], zeros),
    ];
    return this.mul(this.op("DynamicQuantizeMatMul", operands, { domain: MICROSOFT }), size);
  }

  private blockProduct(
    x: Value,
    weight: TensorRef,
    format: NonNullable<ReturnType<typeof blockFormat>>,
  ): Value {
    const [outputs, inputs] = weight.shape as [number, number];
    const { values, scales, zeroPoints } = blockBytes(weight, format);
    const { bits, block } = format;
    const blocks = Math.ceil(inputs / block);
    const name = this.newName(weight.name);
    const wide = [outputs, blocks, (block * bits) / 8];
    const operands = [
      x,
      this.initializer(name, "uint8", wide, values),
      this.initializer(`${name} scales`, "float32", [outputs, blocks], scales),
    ];
    if (format.zeroPoints) {
      const dims = [outputs, zeroPoints.byteLength / outputs];
      operands.push(this.initializer(`${name} zeros`, "uint8", dims, zeroPoints));
    }
    return this.op("MatMulNBits", operands, {
      domain: MICROSOFT,
      attributes: {
        K: { int: inputs },
        N: { int: outputs },
        bits: { int: bits },
        block_size: { int: block },
        accuracy_level: { int: INT8_COMPUTATION },
      },
    });
  }

  private sigmoidGate(x: Value, alpha: number): Value {
    return this.op("QuickGelu", [x], { domain: MICROSOFT, attributes: { alpha: { float: alpha } } });
  }

  private initializer(
    name: Value,
    type: DataType,
    dims: readonly number[],
    data: Initializer["data"],
  ): Value {
    this.initializers.push({ name, type, dims, data });
    return name;
  }

  private once(what: string, make: () => Value): Value {
    const known = this.shared.get(what) ?? make();
    this.shared.set(what, known);
    return known;
  }

  private newName(what: string): Value {
    return `${what} ${this.made++}`;
  }
}
