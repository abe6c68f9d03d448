import { floatField, intField, messageField, type Piece, type StreamedBytes, textField } from "./protobuf.ts";

/**
 * The messages of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) that a graph for inference needs.
 * The numbers of fields and types below are those of that file.
 */

/** Types of elements, by TensorProto.DataType. */
export const DATA_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
} as const;

export type DataType = keyof typeof DATA_TYPES;

/** A size, or the name of one that is known only when the graph runs. */
export type Dim = number | string;

export interface GraphValue {
  readonly name: string;
  readonly type: DataType;
  readonly dims: readonly Dim[];
}

export interface Initializer {
  readonly name: string;
  readonly type: DataType;
  readonly dims: readonly number[];
  /** Its elements, little endian. */
  readonly data: Uint8Array | StreamedBytes;
}

export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] };

export interface GraphNode {
  readonly type: string;
  /** Empty: the operators of ONNX itself. */
  readonly domain: string;
  /** An empty name stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly initializers: readonly Initializer[];
  readonly nodes: readonly GraphNode[];
}

/** Versions that onnxruntime 1.30 reads. */
const IR_VERSION = 10;
const OPSETS = [
  { domain: "", version: 21 },
  { domain: "com.microsoft", version: 1 },
];

/** A ModelProto, in pieces that are written one after the other. */
export function modelProto(graph: Graph): Piece[] {
  return [
    ...intField(1, IR_VERSION),
    ...textField(2, "thinkalong"),
    ...messageField(7, graphProto(graph)),
    ...OPSETS.flatMap(({ domain, version }) =>
      messageField(8, [...textField(1, domain), ...intField(2, version)]),
    ),
  ];
}

/** A ModelProto of a graph whose initializers, if it has any, are in memory. */
export function modelBytes(graph: Graph): Uint8Array {
  return Buffer.concat(modelProto(graph) as Uint8Array[]);
}

function graphProto({ name, nodes, initializers, inputs, outputs }: Graph): Piece[] {
  return [
    ...nodes.flatMap((node) => messageField(1, nodeProto(node))),
    ...textField(2, name),
    ...initializers.flatMap((tensor) => messageField(5, tensorProto(tensor))),
    ...inputs.flatMap((value) => messageField(11, valueProto(value))),
    ...outputs.flatMap((value) => messageField(12, valueProto(value))),
  ];
}

function nodeProto({ type, domain, inputs, outputs, attributes }: GraphNode): Piece[] {
  return [
    ...inputs.flatMap((name) => textField(1, name)),
    ...outputs.flatMap((name) => textField(2, name)),
    ...textField(4, type),
    ...Object.entries(attributes).flatMap(([name, value]) => messageField(5, attributeProto(name, value))),
    ...(domain === "" ? [] : textField(7, domain)),
  ];
}

function attributeProto(name: string, value: Attribute): Piece[] {
  return [...textField(1, name), ...attributeValue(value)];
}

function attributeValue(value: Attribute): Piece[] {
  if ("float" in value) return [...floatField(2, value.float), ...intField(20, 1)];
  if ("int" in value) return [...intField(3, value.int), ...intField(20, 2)];
  if ("text" in value) return [...textField(4, value.text), ...intField(20, 3)];
  if ("floats" in value) {
    return [...value.floats.flatMap((number) => floatField(7, number)), ...intField(20, 6)];
  }
  return [...value.ints.flatMap((number) => intField(8, number)), ...intField(20, 7)];
}

function tensorProto({ name, type, dims, data }: Initializer): Piece[] {
  return [
    ...dims.flatMap((size) => intField(1, size)),
    ...intField(2, DATA_TYPES[type]),
    ...textField(8, name),
    ...messageField(9, [data]),
  ];
}

function valueProto({ name, type, dims }: GraphValue): Piece[] {
  const shape = dims.flatMap((dim) =>
    messageField(1, typeof dim === "number" ? intField(1, dim) : textField(2, dim)),
  );
  const tensor = [...intField(1, DATA_TYPES[type]), ...messageField(2, shape)];
  return [...textField(1, name), ...messageField(2, messageField(1, tensor))];
}
