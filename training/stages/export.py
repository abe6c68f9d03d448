"""Writes a bundle: graphs, tokenizer and bundle.json with hashes: `python -m stages.export --out ../models/street-narrator`."""
from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import onnx
import torch

from language.questions import CANNOT, EXAMPLES
from language.tokenizer import SPECIAL, Tokenizer
from network.config import Config
from network.graphs import See, Think
from network.model import Network

from .checkpoint import load

OPSET = 20


def caches(config: Config, prefixes: tuple[str, ...], lengths: tuple[int, ...], batch: int) -> tuple[list[str], list[torch.Tensor]]:
    """Per layer: key and value of each cache."""
    names, tensors = [], []
    for layer in range(config.layers):
        for prefix, length in zip(prefixes, lengths):
            for part in ("key", "value"):
                names.append(f"{prefix}_{part}.{layer}")
                tensors.append(torch.zeros(batch, config.heads, length, config.head_width))
    return names, tensors


def write_graph(module: torch.nn.Module, inputs: dict[str, torch.Tensor], outputs: list[str], axes: dict[str, dict[int, str]],
                path: Path) -> None:
    torch.onnx.export(module, tuple(inputs.values()), str(path), input_names=list(inputs), output_names=outputs,
                      dynamic_axes=axes, opset_version=OPSET, dynamo=False)
    onnx.checker.check_model(str(path))


def write_see(network: Network, path: Path) -> None:
    c = network.config
    half, n = c.head_width // 2, 3 * c.tokens_per_unit
    names, tensors = caches(c, ("visual",), (n,), 2)
    inputs = {
        "frames": torch.zeros(2, c.frames_per_unit, c.pixels, c.pixels, 3, dtype=torch.uint8),
        "seconds": torch.zeros(2, c.frames_per_unit),
        "previous": torch.zeros(2, 3, c.pixels, c.pixels), "background": torch.zeros(2, 3, c.pixels, c.pixels),
        "seen": torch.zeros(2), "rotation": torch.zeros(2, 1, 2, 2, half), "bias": torch.zeros(2, 2, n),
        **dict(zip(names, tensors)),
    }
    axes = {name: {0: "batch"} for name in inputs}
    axes["bias"][2] = "slots"
    for name in names:
        axes[name][2] = "slots"
    outputs = ["key", "value", "previous_out", "background_out", "seen_out", "foreground"]
    axes |= {o: {(1 if o in ("key", "value") else 0): "batch"} for o in outputs}
    write_graph(See(network).eval(), inputs, outputs, axes, path)


def write_think(network: Network, path: Path) -> None:
    c = network.config
    half, nv, nt, t = c.head_width // 2, 3 * c.tokens_per_unit, 7, 2
    names, tensors = caches(c, ("visual", "text"), (nv, nt), 2)
    inputs = {
        "tokens": torch.zeros(2, t, dtype=torch.int64),
        "visual_rotation": torch.zeros(2, t, 2, 2, half), "text_rotation": torch.zeros(2, t, 2, 2, half),
        "visual_bias": torch.zeros(2, 2, nv), "text_bias": torch.zeros(2, 2, nt), "self_bias": torch.zeros(2, t, t),
        **dict(zip(names, tensors)),
    }
    axes: dict[str, dict[int, str]] = {name: {0: "batch"} for name in inputs}
    for name in ("tokens", "visual_rotation", "text_rotation"):
        axes[name][1] = "new"
    axes["self_bias"] |= {1: "new", 2: "new"}
    axes["visual_bias"] |= {0: "streams", 2: "visual_slots"}
    axes["text_bias"][2] = "text_slots"
    for name in names:
        axes[name] = {0: "streams", 2: "visual_slots"} if name.startswith("visual") else {0: "batch", 2: "text_slots"}
    outputs = ["logits", "key", "value"]
    axes |= {"logits": {0: "batch", 1: "new"}, "key": {1: "batch", 3: "new"}, "value": {1: "batch", 3: "new"}}
    write_graph(Think(network).eval(), inputs, outputs, axes, path)


def write_bundle(network: Network, tokenizer: Tokenizer, folder: Path, about: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    c = network.config
    write_see(network, folder / "see.onnx")
    write_think(network, folder / "think.onnx")
    tokenizer.write(folder)
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
             for name in ("see.onnx", "think.onnx", "tokenizer.json", "tokenizer_config.json")}
    bundle = {
        "format": "thinkalong-bundle/1", "architecture": "two-stack", **about,
        "vision": {"width": c.pixels, "height": c.pixels, "fps": c.fps, "frames_per_unit": c.frames_per_unit,
                   "tokens_per_unit": c.tokens_per_unit, "grid": c.grid},
        "transformer": {"layers": c.layers, "heads": c.heads, "head_width": c.head_width, "rope_base": c.rope_base,
                        "vocabulary": len(tokenizer)},
        "cache": {"visual_sink_units": c.visual_sink_units, "visual_window_units": c.visual_window_units,
                  "text_sink_tokens": 1, "text_window_tokens": c.text_window_tokens, "positions": "real-time"},
        "special_tokens": {"narrate": "<narrate>", "skip": "<skip>", "end_think": "</think>", "question": "<question>",
                           "answer": "<answer>", "end_answer": "</answer>", "unknown": "[UNK]"},
        "forbidden_tokens": [w for w in SPECIAL if w in ("[PAD]", "[UNK]")],
        "files": files,
    }
    (folder / "bundle.json").write_text(json.dumps(bundle, indent=2) + "\n")


def load_network(checkpoint: Path, config: Config, tokenizer: Tokenizer) -> Network:
    network = Network(config, len(tokenizer))
    state = load(checkpoint)
    if state is None:
        raise SystemExit(f"no network at {checkpoint}: run `python -m stages.reasoner` first")
    network.load_state_dict(state["network"])
    return network.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=Path("runs/reasoner/last.pt"))
    parser.add_argument("--out", type=Path, default=Path("../models/street-narrator"))
    parser.add_argument("--skip-bias", type=float, default=0.0, help="from `stages.evaluate --calibrate`")
    args = parser.parse_args()
    tokenizer = Tokenizer()
    write_bundle(load_network(args.checkpoint, Config(), tokenizer), tokenizer, args.out, {
        "id": "street-narrator-v0",
        "description": "Watches a fixed camera and narrates what enters, moves, stops and leaves.",
        "thinking": {"skip_bias": args.skip_bias, "thought_tokens": 32, "answer_tokens": 16, "question_tokens": 48},
        "cannot_answer": CANNOT, "example_questions": list(EXAMPLES),
    })


if __name__ == "__main__":
    main()
