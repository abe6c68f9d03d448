"""What a network learns with and nothing reads when it is served, so that no graph of a bundle has it: kept beside the
graphs, for who trains on from there."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from network.model import Network

from .folding import reached

FILE = "training.npz"
AFTER_ATTENTION = ("outward.", "before_mlp.", "up.", "down.")


def is_unserved(name: str, layers: int) -> bool:
    """Whether a parameter is of the auxiliary heads or of the last visual layer, after its keys and values."""
    last = f"visual.layers.{layers - 1}."
    return name.startswith(("seen_", "encoder.heads.")) or (name.startswith(last) and name.removeprefix(last).startswith(AFTER_ATTENTION))


def write_unserved(network: Network, folder: Path) -> None:
    layers = network.config.layers
    kept = {name: value for name, value in network.state_dict().items() if is_unserved(name, layers)} | reached(network)
    np.savez(folder / FILE, **{name: value.numpy() for name, value in kept.items()})


def read_unserved(folder: Path) -> dict[str, Tensor]:
    """Nothing of a bundle that came without."""
    path = folder / FILE
    return {name: torch.from_numpy(value) for name, value in np.load(path).items()} if path.exists() else {}
