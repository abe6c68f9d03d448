"""An encoder without some of its blocks, and heads that tell more: what is left stays what it was."""
from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -r requirements.txt")

from network.config import Config
from network.encoder import Encoder, blocks_of
from stages.thin import thinned
from stages.widening import UNLIKELY, spread


def test_the_blocks_of_an_encoder_show_in_its_weights():
    for blocks in ((1, 2, 4), (0, 1, 3)):
        assert blocks_of(Encoder(Config(encoder_blocks=blocks)).state_dict(), Config()) == blocks


def test_a_thin_encoder_keeps_the_parts_that_are_left():
    whole = Encoder(Config(encoder_blocks=(1, 2, 4)))
    state, blocks = thinned(whole, {1, 4, 9})
    assert blocks == (0, 1, 3)
    thin = Encoder(Config(encoder_blocks=blocks))
    thin.load_state_dict(state)
    for old, new in ((0, 0), (2, 1), (3, 2), (8, 6), (10, 7)):
        for mine, theirs in zip(thin.body[new].parameters(), whole.body[old].parameters(), strict=True):
            assert torch.equal(mine, theirs)


def test_what_is_no_block_stays():
    with pytest.raises(SystemExit, match="part 2 is no residual block"):
        thinned(Encoder(Config(encoder_blocks=(1, 2, 4))), {2})


def test_outputs_of_a_wider_head_keep_their_meaning():
    rows = torch.arange(5.0)
    assert spread(rows, [3, 2], [4, 2], UNLIKELY).tolist() == [0, 1, 2, UNLIKELY, 3, 4]
