"""Weights in steps of eight bits: half a step from what they were, and what a graph computes follows from them alone."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -r requirements.txt")
onnx = pytest.importorskip("onnx")
ort = pytest.importorskip("onnxruntime")

from network.config import TINY
from network.model import Network
from network.stack_graphs import visual_graphs
from stages.eight_bits import in_steps, weights_of


@pytest.fixture
def graphs(tmp_path: Path) -> tuple[Path, Path]:
    torch.manual_seed(0)
    whole, small = tmp_path / "whole.onnx", tmp_path / "small.onnx"
    visual_graphs(Network(TINY, 40))[1].write(whole)
    in_steps(whole, small)
    return whole, small


def test_a_weight_is_at_most_half_a_step_from_what_it_was(graphs: tuple[Path, Path]):
    before, after = (weights_of(onnx.load(path).graph) for path in graphs)
    assert before.keys() == after.keys()
    for name, value in before.items():
        if value.ndim == 2:
            step = value.abs().amax(0, keepdim=True) / 127
            assert ((after[name] - value).abs() <= 0.501 * step).all(), name
            assert not torch.equal(after[name], value), name
        else:
            assert torch.equal(after[name], value), name


def run(path: Path, rows: np.ndarray) -> list[np.ndarray]:
    return ort.InferenceSession(path).run(None, {"x": rows, "read": rows[::-1].copy()})


def test_a_row_is_computed_alike_whatever_is_beside_it(graphs: tuple[Path, Path]):
    rows = np.random.default_rng(0).normal(size=(5, TINY.width)).astype(np.float32)
    rows[0] *= 100   # one that would stretch the range of all
    _, small = graphs
    for many, one in zip(run(small, rows), run(small, rows[[2]]), strict=True):
        np.testing.assert_allclose(many[2], one[0], rtol=1e-5, atol=1e-5)


def test_a_graph_in_steps_is_smaller_and_says_almost_the_same(graphs: tuple[Path, Path]):
    whole, small = graphs
    assert small.stat().st_size < whole.stat().st_size
    rows = np.random.default_rng(1).normal(size=(3, TINY.width)).astype(np.float32)
    for exact, rounded in zip(run(whole, rows), run(small, rows), strict=True):
        assert np.abs(exact - rounded).max() < 0.05 * np.abs(exact).max()
