"""A transformer stack as graphs between which attention happens: everything dense, and nothing that knows a cache.

Attention itself is the service's: it reads the rings where they lie, for any number of tokens of any number of
thinkers at once. So a stack of L layers is cut at its attentions. A row is a token, whoever's it is:

- `enter`: what the stack starts from -> x [rows,W] and the first layer's query, key, value [rows,3W];
- `between` (one per layer but the first): x, and what attention read [rows,W] -> x, and this layer's query, key, value;
- `leave` (text only): x and the last read -> logits [rows,V].

Queries are scaled here, and not rotated. Written node by node, since so small a network is slowed down by the number
of its nodes, not by its arithmetic.
"""
from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from .model import Network
from .transformer import EPSILON, Layer, RMSNorm

OPSET = 20
IR_VERSION = 10


class Graph:
    """Collects nodes and weights, and writes them to a file."""

    def __init__(self, name: str):
        self.name = name
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, kind: int, *dims: int | str) -> str:
        self.inputs.append(helper.make_tensor_value_info(name, kind, dims))
        return name

    def output(self, name: str, *dims: int | str) -> None:
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, dims))

    def weight(self, name: str, value: Tensor | np.ndarray) -> str:
        if name not in {w.name for w in self.weights}:
            array = value.detach().float().numpy() if isinstance(value, Tensor) else value
            self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, op: str, inputs: list[str], output: str, domain: str = "", extra: tuple[str, ...] = (), **attributes) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output, *extra], domain=domain, **attributes))
        return output

    def write(self, path: Path) -> None:
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.weights)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        onnx.checker.check_model(model)
        onnx.save(model, str(path))


def project(g: Graph, layer: Layer, x: str) -> None:
    """Normed x -> `qkv`, the queries scaled."""
    weight = layer.query_key_value.weight.detach().clone()
    weight[: weight.shape[0] // 3] *= layer.scale
    g.node("MatMul", [x, g.weight("query_key_value", weight.T)], "qkv")


def norm(g: Graph, module: RMSNorm, x: str) -> str:
    """Root mean square norm, in the very nodes that the runtime recognises and fuses."""
    two, epsilon, axes = (g.weight("two", np.float32(2)), g.weight("epsilon", np.float32(EPSILON)),
                          g.weight("last_axis", np.array([-1])))
    mean = g.node("ReduceMean", [g.node("Pow", [x, two], "squares"), axes], "mean", keepdims=1)
    root = g.node("Sqrt", [g.node("Add", [mean, epsilon], "mean_and_epsilon")], "root")
    return g.node("Mul", [g.node("Div", [x, root], "scaled"), g.weight("norm", module.weight)], "normed")


def finish(g: Graph, layer: Layer, following: RMSNorm) -> None:
    """`x` and `read` -> the layer's output `x_out`, and it again normed for what follows, `normed`."""
    skip = {"domain": "com.microsoft", "epsilon": EPSILON}
    outward = g.node("MatMul", ["read", g.weight("outward", layer.outward.weight.T)], "outward_out")
    g.node("SkipSimplifiedLayerNormalization", [outward, "x", g.weight("before_mlp", layer.before_mlp.weight)], "mid_normed",
           extra=("", "", "mid"), **skip)
    up = g.node("MatMul", ["mid_normed", g.weight("up", layer.up.weight.T)], "up_out")
    hidden = g.node("BiasGelu", [up, g.weight("up_bias", layer.up.bias)], "hidden", domain="com.microsoft")
    down = g.node("MatMul", [hidden, g.weight("down", layer.down.weight.T)], "down_out")
    g.node("SkipSimplifiedLayerNormalization",
           [down, "mid", g.weight("following", following.weight), g.weight("down_bias", layer.down.bias)], "normed",
           extra=("", "", "x_out"), **skip)


def attention_inputs(g: Graph, width: int) -> None:
    g.input("x", TensorProto.FLOAT, "rows", width)
    g.input("read", TensorProto.FLOAT, "rows", width)


def between(layers: list[Layer], index: int, width: int, name: str) -> Graph:
    g = Graph(f"{name}.{index}")
    attention_inputs(g, width)
    finish(g, layers[index - 1], layers[index].before_attention)
    project(g, layers[index], "normed")
    g.output("x_out", "rows", width)
    g.output("qkv", "rows", 3 * width)
    return g


def visual_graphs(network: Network) -> list[Graph]:
    """One graph a layer. The last one's query is for nobody: only keys and values of visual tokens are wanted."""
    width, layers = network.config.width, list(network.visual.layers)
    enter = Graph("visual.0")
    enter.input("x", TensorProto.FLOAT, "rows", width)
    project(enter, layers[0], norm(enter, layers[0].before_attention, "x"))
    enter.output("qkv", "rows", 3 * width)
    return [enter, *(between(layers, i, width, "visual") for i in range(1, len(layers)))]


def text_graphs(network: Network) -> list[Graph]:
    """One graph a layer, and one that leaves the stack."""
    width, layers = network.config.width, list(network.text.layers)
    enter = Graph("text.0")
    tokens = enter.input("tokens", TensorProto.INT64, "rows")
    enter.node("Gather", [enter.weight("embedding", network.embedding.weight), tokens], "x_out")
    project(enter, layers[0], norm(enter, layers[0].before_attention, "x_out"))
    enter.output("x_out", "rows", width)
    enter.output("qkv", "rows", 3 * width)
    leave = Graph(f"text.{len(layers)}")
    attention_inputs(leave, width)
    finish(leave, layers[-1], network.last)
    leave.node("MatMul", ["normed", leave.weight("head", network.head.weight.T)], "logits")
    leave.output("logits", "rows", network.head.weight.shape[0])
    return [enter, *(between(layers, i, width, "text") for i in range(1, len(layers))), leave]
