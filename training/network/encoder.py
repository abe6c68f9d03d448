"""A small convolutional encoder with heads per grid cell, and the resampler that turns a unit into tokens."""
from __future__ import annotations

import torch
from torch import Tensor, nn

from .config import Config

STATES = 3  # none, moving, standing
COLOURS = 11
KINDS = 4
HEADS = {"state": STATES, "velocity": 2, "colour": COLOURS, "kind": KINDS, "offset": 2, "size": 2}


class Residual(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.body(x))


def down(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class Encoder(nn.Module):
    """[N,9,96,96] -> features [N,C,12,12]."""

    def __init__(self, config: Config):
        super().__init__()
        c = config.feature_channels
        self.body = nn.Sequential(down(9, c // 2), down(c // 2, c), Residual(c),
                                  down(c, 2 * c), Residual(2 * c), Residual(2 * c), Residual(2 * c),
                                  nn.Conv2d(2 * c, c, 1))
        self.heads = nn.Conv2d(c, sum(HEADS.values()), 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)

    def cells(self, features: Tensor) -> dict[str, Tensor]:
        """What each grid cell holds: logits of state, colour and kind; velocity in frame widths and heights a second; from
        the cell to the centre of the mover's visible box, and that box's size, in frame widths and heights."""
        return dict(zip(HEADS, self.heads(torch.relu(features)).split(list(HEADS.values()), 1)))

    def foreground(self, features: Tensor) -> Tensor:
        """Probability that a cell holds a mover. [N,C,G,G] -> [N,G,G]."""
        return 1 - torch.softmax(self.cells(features)["state"], 1)[:, 0]


class Resampler(nn.Module):
    """Learned queries read both frames' features: [N,F,C,G,G] -> [N,tokens,width]."""

    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        d, cells = config.width, config.grid**2
        self.place = nn.Parameter(torch.randn(config.frames_per_unit * cells, config.feature_channels) * 0.1)
        self.key_value = nn.Linear(config.feature_channels, 2 * d)
        self.queries = nn.Parameter(torch.randn(config.tokens_per_unit, d) * 0.5)
        self.outward = nn.Linear(d, d)
        self.norm = nn.LayerNorm(d)
        self.mlp = nn.Sequential(nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d))

    def forward(self, features: Tensor) -> Tensor:
        c = self.config
        place = self.place.unflatten(0, (c.frames_per_unit, -1)).transpose(1, 2)
        cells = torch.relu(features).flatten(3) + place.to(features.dtype)
        # The queries are the same for every unit: projected back they meet the cells themselves, and values are
        # projected once they are read. That is many times fewer products than a key and a value of every cell.
        key, value = (w.unflatten(0, (c.heads, c.head_width)) for w in self.key_value.weight.chunk(2))
        value_bias = self.key_value.bias.chunk(2)[1]   # a key's is the same for every cell: a softmax does not see it
        q = self.queries.unflatten(-1, (c.heads, c.head_width)).transpose(0, 1) / c.head_width**0.5
        asked = (q @ key).flatten(0, 1)                                             # [heads * tokens, C]
        scores = (asked @ cells).transpose(1, 2).flatten(2)                         # [N, heads * tokens, F * cells]
        weights = torch.softmax(scores, -1).unflatten(-1, (c.frames_per_unit, -1)).transpose(1, 2).to(cells.dtype)
        seen = (weights @ cells.transpose(2, 3)).sum(1).unflatten(1, (c.heads, -1))  # [N, heads, tokens, C]
        read = (seen @ value.transpose(1, 2)).transpose(1, 2).flatten(2) + value_bias
        tokens = self.queries + self.outward(read)
        return tokens + self.mlp(self.norm(tokens))
