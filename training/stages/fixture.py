"""The tiny bundle of the exactness tests: random weights, the graphs, and the weights themselves.

`python -m stages.fixture` writes ../test/fixtures/tiny-bundle. Beside the bundle stand the stacks' weights, so that a
test can compute the dense forward pass on its own. Its eyes are one graph, as bundles of the format 2
have them. ../test/fixtures/tiny-eyes has them in both forms.
"""
from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import torch

from language.questions import CANNOT
from language.tokenizer import Tokenizer
from network.config import TINY
from network.model import Network
from network.streaming import Eyes

from .export import write_bundle, write_module

OUT = Path(__file__).parents[2] / "test/fixtures/tiny-bundle"
EYES = OUT.with_name("tiny-eyes")
WANTED = ("visual.", "text.", "embedding.", "last.", "head.")


def lively(network: Network) -> None:
    """Sharper attention and wider logits than at random initialisation: what is hidden or seen must matter."""
    with torch.no_grad():
        network.head.weight.mul_(3)
        for stack in (network.visual, network.text):
            for layer in stack.layers:
                layer.query_key_value.weight.mul_(2)


def one_graph(network: Network, folder: Path) -> None:
    """Makes the bundle one of the format 2, and puts its eyes in both forms beside it."""
    c = network.config
    picture = torch.zeros(2, 3, c.pixels, c.pixels)
    inputs = {"frames": torch.zeros(2, c.frames_per_unit, c.pixels, c.pixels, 3, dtype=torch.uint8), "seconds": torch.zeros(2, c.frames_per_unit),
              "previous": picture, "background": picture, "seen": torch.zeros(2)}
    write_module(Eyes(network), folder / "eyes.onnx", inputs, ("x", "previous_out", "background_out", "seen_out", "foreground"))
    manifest = json.loads((folder / "bundle.json").read_text())
    manifest["format"] = "thinkalong-bundle/2"
    EYES.mkdir(exist_ok=True)
    shutil.copy(folder / "eyes.onnx", EYES)
    for name in manifest["graphs"]["eyes"].values():
        (folder / name).rename(EYES / name)
        del manifest["files"][name]
    manifest["graphs"]["eyes"] = "eyes.onnx"
    manifest["files"]["eyes.onnx"] = hashlib.sha256((folder / "eyes.onnx").read_bytes()).hexdigest()
    (folder / "bundle.json").write_text(json.dumps(manifest, indent=2) + "\n")


def main() -> None:
    torch.manual_seed(7)
    tokenizer = Tokenizer()
    network = Network(TINY, len(tokenizer)).eval()
    lively(network)
    write_bundle(network, tokenizer, OUT, {
        "id": "tiny-random", "description": "Random weights of a shrunken network, for tests.",
        "thinking": {"skip_bias": 0.0, "thought_tokens": 6, "answer_tokens": 5, "question_tokens": 16},
        "cannot_answer": CANNOT, "example_questions": [],
    })
    one_graph(network, OUT)
    index, blob, offset = {}, [], 0
    for name, value in network.state_dict().items():
        if name.startswith(WANTED):
            data = value.float().numpy().ravel()
            index[name] = {"shape": list(value.shape), "offset": offset}
            offset += data.size
            blob.append(data)
    (OUT / "weights.bin").write_bytes(np.concatenate(blob).astype("<f4").tobytes())
    (OUT / "weights.json").write_text(json.dumps(index, indent=1) + "\n")


if __name__ == "__main__":
    main()
