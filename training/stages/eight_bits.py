"""Weights of graphs as whole steps of eight bits, and read back from them.

A matrix of a stack is kept as steps of its columns. The runtime multiplies it out when it loads the graph, and computes in
float32: a stream's numbers do not depend on who is computed beside it, nor on the processor's integer instructions.
"""
from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

STEP = "_step"
"""Ends the name of the sizes of a matrix's steps."""
MOST = 127
QUANTISED, DEQUANTISED = "_quantized", "_DequantizeLinear_Output"
"""Ends of names that onnxruntime's quantiser gives."""


def in_steps(source: Path, target: Path) -> None:
    """Writes a graph whose matrices are kept in steps."""
    model = onnx.load(source)
    graph = model.graph
    matrices = {node.input[1] for node in graph.node if node.op_type == "MatMul"}
    nodes: list[onnx.NodeProto] = []
    for weight in [w for w in graph.initializer if w.name in matrices]:
        matrix = numpy_helper.to_array(weight)
        step = (np.abs(matrix).max(0, keepdims=True) / MOST).clip(min=1e-12).astype(np.float32)
        whole = np.round(matrix / step).astype(np.int8)
        graph.initializer.remove(weight)
        graph.initializer.extend([numpy_helper.from_array(whole, weight.name), numpy_helper.from_array(step, weight.name + STEP)])
        nodes += [helper.make_node("Cast", [weight.name], [f"{weight.name}_whole"], to=TensorProto.FLOAT),
                  helper.make_node("Mul", [f"{weight.name}_whole", weight.name + STEP], [f"{weight.name}_product"])]
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in matrices:
            node.input[1] += "_product"
    rest = list(graph.node)
    del graph.node[:]
    graph.node.extend([*nodes, *rest])
    onnx.checker.check_model(model)
    onnx.save(model, str(target))


def weights_of(graph: onnx.GraphProto) -> dict[str, Tensor]:
    """A graph's weights by the names that they had in float32."""
    kept = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer}
    found = {name: value for name, value in kept.items() if not name.endswith(STEP)}
    for name in found:
        if name + STEP in kept:
            found[name] = kept[name].float() * kept[name + STEP]
    for node in graph.node:
        if node.op_type == "DequantizeLinear":
            for name in node.input:   # steps, their size and their zero are no weights
                found.pop(name, None)
            if node.input[0] in kept:
                value, scale, zero = (kept[name].float() for name in node.input)
                along = (-1, *[1] * (value.ndim - 1)) if scale.ndim else ()
                found[node.input[0].removesuffix(QUANTISED)] = (value - zero.view(along)) * scale.view(along)
    return found


def plain_nodes(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """A graph's nodes without what makes steps of numbers and numbers of steps again."""
    nodes = [node for node in graph.node if node.op_type not in ("QuantizeLinear", "DequantizeLinear")]
    for node in nodes:
        node.input[:] = [name.removesuffix(DEQUANTISED) for name in node.input]
    return nodes
