"""Writes a bundle: graphs, tokenizer and bundle.json with hashes: `python -m stages.export --out ../models/street-narrator`."""
from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from language.questions import CANNOT, COUNTING, EXAMPLES, NOTES, SYNONYMS, sayable
from language.thoughts import CAME, MOST, PLURALS, WENT
from language.tokenizer import CLOCK, SPECIAL, Tokenizer
from network.config import Config
from network.encoder import blocks_of
from network.eyes import Encode, Gather, Look, Settle
from network.model import Network
from network.stack_graphs import OPSET, text_graphs, visual_graphs

from .checkpoint import load
from .narrate import ANSWER_TOKENS, THOUGHT_TOKENS
from .unserved import write_unserved


def write_module(module: nn.Module, path: Path, inputs: dict[str, Tensor], outputs: tuple[str, ...], sides: dict[str, dict[int, str]] | None = None) -> None:
    """Writes a module as a graph whose every input and output takes any number of streams. sides: further axes that take any size, by name."""
    axes = {name: {0: "batch"} | (sides or {}).get(name, {}) for name in (*inputs, *outputs)}
    torch.onnx.export(module.eval(), tuple(inputs.values()), str(path), input_names=list(inputs), output_names=list(outputs),
                      dynamic_axes=axes, opset_version=OPSET, dynamo=False)
    onnx.checker.check_model(str(path))


def write_eyes(network: Network, folder: Path) -> dict[str, str]:
    """Writes the graphs of the eyes; returns their files by name."""
    c = network.config
    frame = torch.zeros(2, c.pixels, c.pixels, 3, dtype=torch.uint8)
    background, seen = torch.zeros(2, 3, c.pixels, c.pixels), torch.zeros(2)
    features = torch.zeros(2, c.frames_per_unit, c.feature_channels, c.grid, c.grid)
    gains = torch.ones(2, 3, 1, 1)
    files = {name: f"eyes.{name}.onnx" for name in ("look", "encode", "settle", "gather")}
    write_module(Look(), folder / files["look"], {"frame": frame, "previous": frame, "background": background, "seen": seen},
                 ("channels", "squares", "brighter"))
    write_module(Encode(network), folder / files["encode"], {"channels": torch.zeros(2, 9, c.pixels, c.pixels)}, ("features",),
                 {"channels": {2: "height", 3: "width"}, "features": {2: "rows", 3: "columns"}})
    write_module(Settle(network), folder / files["settle"], {"frame": frame, "background": background, "brighter": gains,
                                                             "features": features[:, 0], "seen": seen, "seconds": seen}, ("background_out",))
    write_module(Gather(network), folder / files["gather"], {"features": features}, ("x",))
    return files


def write_graphs(network: Network, folder: Path) -> dict:
    """Writes every graph; returns their names as `bundle.json` lists them."""
    eyes = write_eyes(network, folder)
    stacks = {"visual": visual_graphs(network), "text": text_graphs(network)}
    for graph in [g for graphs in stacks.values() for g in graphs]:
        graph.write(folder / f"{graph.name}.onnx")
    return {"eyes": eyes, **{name: [f"{g.name}.onnx" for g in graphs] for name, graphs in stacks.items()}}


def write_bundle(network: Network, tokenizer: Tokenizer, folder: Path, about: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    c = network.config
    graphs = write_graphs(network, folder)
    tokenizer.write(folder)
    names = [*graphs["eyes"].values(), *graphs["visual"], *graphs["text"], "tokenizer.json", "tokenizer_config.json"]
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    thinking = about["thinking"] | {"remembers_silence": False}
    bundle = {
        "format": "thinkalong-bundle/3", "architecture": "two-stack", **about, "thinking": thinking,
        "vision": {"width": c.pixels, "height": c.pixels, "fps": c.fps, "frames_per_unit": c.frames_per_unit,
                   "tokens_per_unit": c.tokens_per_unit, "grid": c.grid},
        "transformer": {"layers": c.layers, "heads": c.heads, "head_width": c.head_width, "rope_base": c.rope_base,
                        "vocabulary": len(tokenizer)},
        "cache": {"visual_sink_units": c.visual_sink_units, "visual_window_units": c.visual_window_units,
                  "text_sink_tokens": 1, "text_window_tokens": c.text_window_tokens, "positions": "real-time"},
        "special_tokens": {"narrate": "<narrate>", "skip": "<skip>", "end_think": "</think>", "question": "<question>",
                           "answer": "<answer>", "end_answer": "</answer>", "unknown": "[UNK]"},
        "clock": {"first_token": "<t0>", "tokens": CLOCK},
        "recap": {"token": "<recap>", "every_tokens": c.recap_tokens},
        "forbidden_tokens": [w for w in SPECIAL if w in ("[PAD]", "[UNK]")],
        "graphs": graphs,
        "files": files,
    }
    (folder / "bundle.json").write_text(json.dumps(bundle, indent=2) + "\n")


def load_network(checkpoint: Path, config: Config, tokenizer: Tokenizer) -> Network:
    state = load(checkpoint)
    if state is None:
        raise SystemExit(f"no network at {checkpoint}: run `python -m stages.reasoner` first")
    network = Network(replace(config, encoder_blocks=blocks_of(state["network"], config)), len(tokenizer))
    network.load_state_dict(state["network"])
    return network.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=Path("runs/reasoner/last.pt"))
    parser.add_argument("--out", type=Path, default=Path("../models/street-narrator"))
    parser.add_argument("--skip-bias", type=float, default=0.0, help="from `stages.evaluate --calibrate`")
    args = parser.parse_args()
    tokenizer = Tokenizer()
    network = load_network(args.checkpoint, Config(), tokenizer)
    write_bundle(network, tokenizer, args.out, {
        "id": "street-narrator-v11",
        "description": "Watches a fixed camera and tells what comes, goes, moves, stops, meets, hits and is put down or taken.",
        "thinking": {"skip_bias": args.skip_bias, "thought_tokens": THOUGHT_TOKENS, "answer_tokens": ANSWER_TOKENS, "question_tokens": 48},
        "clauses": {"separator": ","},
        "running_numbers": {"prefix": "#", "most": MOST, "kinds": list(PLURALS), "verbs": [list(CAME), list(WENT)]},
        "cannot_answer": CANNOT, "notes": NOTES, "counting": sayable(COUNTING, tokenizer.index),
        "example_questions": list(EXAMPLES), "synonyms": SYNONYMS,
    })
    write_unserved(network, args.out)


if __name__ == "__main__":
    main()
