"""Makes runs out of a bundle, to go on training from it: `python -m stages.restore --out runs/begin`.

A bundle holds no optimiser. What nothing reads when it is served, the norms of batches too, stands beside the graphs
(`stages/unserved.py`). Of a bundle that came without, the norms are set to what they do to a few rendered clips; the rest
begins anew, and is best taught first by a few hundred steps of `stages.reasoner --text-only`: a head that knows nothing would
spoil what looks.
"""
from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from network.config import Config
from network.encoder import COLOURS, KINDS, STATES, blocks_of
from network.model import EVENT_CLASSES, Network
from world import render_clip

from .checkpoint import save, start_from
from .eight_bits import plain_nodes, weights_of
from .encoder import roll
from .folding import REACHED, normed, unfold
from .unserved import read_unserved
from .widening import Known, widened

KNEW = Known(states=3, events=EVENT_CLASSES - 1, colours=11, kinds=4)
"""What the versions up to the tenth told apart."""
CLIPS, SECONDS, SEED = 12, 8.0, 40_000_000
RESAMPLER = ("outward", "mlp.0", "mlp.2", "ask.1", "outward_again", "mlp_again.1", "mlp_again.3")
"""Its matrices in the order that they are used in."""


def values(path: Path) -> dict[str, Tensor]:
    return weights_of(onnx.load(path).graph)


def restore_stack(state: dict[str, Tensor], name: str, graphs: list[dict[str, Tensor]], width: float) -> None:
    """Undoes what `stack_graphs` folds: transposed weights, queries already scaled."""

    def attention(layer: int, graph: dict[str, Tensor], norm: str) -> None:
        weight = graph["query_key_value"].T.clone()
        weight[: len(weight) // 3] *= width**0.5
        state[f"{name}.layers.{layer}.query_key_value.weight"] = weight
        state[f"{name}.layers.{layer}.before_attention.weight"] = graph[norm]

    attention(0, graphs[0], "norm")
    for layer, graph in enumerate(graphs[1:]):
        own = f"{name}.layers.{layer}."
        state |= {own + "outward.weight": graph["outward"].T, own + "before_mlp.weight": graph["before_mlp"],
                  own + "up.weight": graph["up"].T, own + "up.bias": graph["up_bias"],
                  own + "down.weight": graph["down"].T, own + "down.bias": graph["down_bias"]}
        if "head" in graph:
            state |= {"head.weight": graph["head"].T, "last.weight": graph["following"]}
        else:
            attention(layer + 1, graph, "following")


def whole_eyes(folder: Path, eyes: str | dict[str, str]) -> tuple[list[onnx.NodeProto], dict[str, Tensor]]:
    """Nodes and weights of the eyes, be they one graph or several. What a graph names by a number is named after the graph, too."""
    if isinstance(eyes, str):
        graph = onnx.load(folder / eyes).graph
        return plain_nodes(graph), weights_of(graph)
    nodes, initial = [], {}
    for part, file in eyes.items():
        graph = onnx.load(folder / file).graph
        weights = weights_of(graph)
        renamed = {name: name if name.startswith("network.") else f"{part}/{name}" for name in weights}
        for node in plain_nodes(graph):
            node.input[:] = [renamed.get(name, name) for name in node.input]
            nodes.append(node)
        initial |= {renamed[name]: value for name, value in weights.items()}
    return nodes, initial


def restore_eyes(network: Network, state: dict[str, Tensor], folder: Path, eyes: str | dict[str, str]) -> None:
    """The encoder's convolutions come with their batch norms folded in; the resampler's matrices are transposed."""
    nodes, initial = whole_eyes(folder, eyes)
    state |= {n.removeprefix("network."): v for n, v in initial.items() if n.startswith("network.")}
    convs = [n.input for n in nodes if n.op_type == "Conv" and n.input[1] in initial and not n.input[1].startswith("network.")]
    pairs = normed(network.encoder)
    for (conv, norm), (_, weight, bias) in zip(pairs, convs, strict=True):
        state |= {f"encoder.{conv}.weight": initial[weight], f"encoder.{norm}.bias": initial[bias]}
    matrices = [n.input[1] for n in nodes if n.op_type == "MatMul" and n.input[1] in initial]
    for part, name in zip(RESAMPLER, matrices, strict=True):
        state[f"resampler.{part}.weight"] = initial[name].T
    key, value = (n.input[0] for n in nodes if n.op_type == "Reshape" and n.input[0] in initial and not n.input[0].startswith("network."))
    state["resampler.key_value.weight"] = torch.cat([initial[key], initial[value]])
    for node in nodes:
        if node.op_type == "MatMul" and node.input[0] in initial:
            state["resampler.matters.weight"] = initial[node.input[0]]
    for bias in (initial[i] for n in nodes if n.op_type == "Add" for i in n.input if i in initial and not i.startswith("network.")):
        if bias.ndim == 1:
            state["resampler.key_value.bias"] = torch.cat([torch.zeros_like(bias), bias])
        else:
            state["resampler.matters.bias"] = bias.flatten()


@torch.no_grad()
def measured(network: Network, config: Config) -> dict[str, Tensor]:
    """Mean and variance of what a few rendered clips make reach every norm of the encoder, as `folding.reached`."""
    clips = [render_clip(SEED + i, seconds=SECONDS, fps=config.fps, width=config.pixels, height=config.pixels) for i in range(CLIPS)]
    frames = torch.from_numpy(np.stack([c.frames for c in clips]))
    cover = torch.from_numpy(np.stack([c.grid["cover"] for c in clips])).float() / 255
    wanted = np.tile(np.arange(0, frames.shape[1], 4), (CLIPS, 1))
    x = roll(config, frames, (cover > 0.2).float(), wanted).flatten(0, 1)
    parts = dict(network.named_modules())
    found: dict[str, Tensor] = {}

    def note(name: str, out: Tensor) -> None:
        found.update(zip((f"{name}.{which}" for which in REACHED), (out.mean((0, 2, 3)), out.var((0, 2, 3), unbiased=False))))

    hooks = [parts[f"encoder.{conv}"].register_forward_hook(lambda _, __, out, name=norm: note(f"encoder.{name}", out)) for conv, norm in normed(network.encoder)]
    network.eval().encoder(x)
    for hook in hooks:
        hook.remove()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, default=Path("../models/street-narrator"))
    parser.add_argument("--out", type=Path, default=Path("runs/begin"))
    args = parser.parse_args()
    manifest = json.loads((args.bundle / "bundle.json").read_text())
    eyes = manifest["graphs"]["eyes"]
    config = replace(Config(), encoder_blocks=blocks_of(whole_eyes(args.bundle, eyes)[1], Config()))
    if (layers := manifest["transformer"]["layers"]) != config.layers:
        raise SystemExit(f"{args.bundle} is of {layers} layers, `Config` of {config.layers}: restore it with the code that it was made with")
    vocabulary = json.loads((args.bundle / "tokenizer.json").read_text())["model"]["vocab"]
    network = Network(config, len(vocabulary))
    state = network.state_dict()
    for part in network.encoder.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.running_var.fill_(1 - part.eps)
    restore_eyes(network, state, args.bundle, eyes)
    for name in ("visual", "text"):
        graphs = [values(args.bundle / file) for file in manifest["graphs"][name]]
        restore_stack(state, name, graphs, config.head_width)
    kept = read_unserved(args.bundle)
    state |= {name: value for name, value in kept.items() if not name.endswith(REACHED)}
    state["embedding.weight"] = values(args.bundle / manifest["graphs"]["text"][0])["embedding"]
    state = widened(state, KNEW, Known(STATES, EVENT_CLASSES, COLOURS, KINDS))
    start_from(network, {k: v.contiguous() for k, v in state.items()})   # an older bundle has fewer heads
    unfold(network, kept if any(name.endswith(REACHED) for name in kept) else measured(network, config))
    words = [w for w, _ in sorted(vocabulary.items(), key=lambda item: item[1])]
    save(args.out / "reasoner.pt", network=network.state_dict(), words=words)
    save(args.out / "encoder.pt", encoder=network.encoder.state_dict())
    print(f"{args.out}/encoder.pt and {args.out}/reasoner.pt: begin from them with --begin")


if __name__ == "__main__":
    main()
