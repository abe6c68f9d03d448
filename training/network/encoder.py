"""A small convolutional encoder with heads per grid cell."""
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from .config import Config

STATES = 4
"""None, moving, standing, and standing there from the start: that is part of the background until it moves."""
COLOURS = 13
"""The eleven, then dark and light."""
KINDS = 5
HEADS = {"state": STATES, "velocity": 2, "colour": COLOURS, "kind": KINDS, "offset": 2, "size": 2}


class Residual(nn.Module):
    """Begins as the identity (its last scale is nothing; Goyal et al. 2017, section 5.1), so that a deeper encoder begins as the shallower one."""

    def __init__(self, channels: int):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
        nn.init.zeros_(self.body[-1].weight)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.body(x))


def down(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


def blocks_of(weights: Mapping[str, Tensor], config: Config) -> tuple[int, ...]:
    """`Config.encoder_blocks` of an encoder, or of a network that has one, by its weights: a block is two square convolutions."""
    c = config.feature_channels
    square = Counter(len(value) for value in weights.values() if value.ndim == 4 and value.shape[0] == value.shape[1] and value.shape[2] == 3)
    return tuple(square[width] // 2 for width in (c // 2, c, 2 * c))


class Encoder(nn.Module):
    """[N,9,P,P] -> features [N,C,G,G], with a cell of eight pixels."""

    def __init__(self, config: Config):
        super().__init__()
        c = config.feature_channels
        parts, inputs = [], 9
        for outputs, blocks in zip((c // 2, c, 2 * c), config.encoder_blocks, strict=True):
            parts += [down(inputs, outputs), *(Residual(outputs) for _ in range(blocks))]
            inputs = outputs
        self.body = nn.Sequential(*parts, nn.Conv2d(2 * c, c, 1))
        self.heads = nn.Conv2d(c, sum(HEADS.values()), 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)

    def cells(self, features: Tensor) -> dict[str, Tensor]:
        """What each grid cell holds: logits of state, colour and kind; velocity in frame widths and heights a second; from
        the cell to the centre of the mover's visible box, and that box's size, in frame widths and heights."""
        return dict(zip(HEADS, self.heads(torch.relu(features)).split(list(HEADS.values()), 1)))

    def foreground(self, features: Tensor) -> Tensor:
        """Probability that a cell holds a mover that is no part of the background. [N,C,G,G] -> [N,G,G]."""
        return torch.softmax(self.cells(features)["state"], 1)[:, 1:3].sum(1)
