"""The bundle that is shipped becomes a network again."""
from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -r requirements.txt")
pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from language.tokenizer import Tokenizer
from network.config import Config
from stages import restore
from stages.export import load_network
from stages.features import play
from stages.served_eyes import ServedEyes
from world import render_clip

BUNDLE = Path(__file__).parents[2] / "models/street-narrator"


def test_the_shipped_bundle_is_restored_and_sees_what_it_saw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "argv", ["restore", "--bundle", str(BUNDLE), "--out", str(tmp_path)])
    restore.main()
    config = Config()
    network = load_network(tmp_path / "reasoner.pt", config, Tokenizer())
    frames = render_clip(951_000_000, seconds=4, fps=config.fps, width=config.pixels, height=config.pixels).frames
    clip = torch.from_numpy(frames)[None]
    with torch.no_grad():
        restored = play(config, network.encoder, clip).numpy().ravel()
    served = ServedEyes(config, BUNDLE).play(clip).numpy().ravel()
    assert np.corrcoef(restored, served)[0, 1] > 0.98   # activations are in eight bits when they are served
