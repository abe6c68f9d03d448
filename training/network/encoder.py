"""A small convolutional encoder with heads per grid cell, and the resampler that turns a unit into tokens."""
from __future__ import annotations

import torch
from torch import Tensor, nn

from .config import Config

STATES = 3  # none, moving, standing
COLOURS = 11
KINDS = 4
SHARED = 1e-4
"""Of every cell, for every token: who has no cell of its own reads their mean."""
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
    """Learned queries read both frames' features, twice: [N,F,C,G,G] -> [N,tokens,width].

    The first look is the same for every unit. In the second one the tokens ask for more of what they found, and share
    the cells out among themselves, so that each comes to stand for a mover of its own (slot attention, Locatello et al.
    2020, section 2.1).
    """

    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        d, channels, cells = config.width, config.feature_channels, config.grid**2
        self.place = nn.Parameter(torch.randn(config.frames_per_unit * cells, channels) * 0.1)
        self.key_value = nn.Linear(channels, 2 * d)
        self.queries = nn.Parameter(torch.randn(config.tokens_per_unit, d) * 0.5)
        self.outward = nn.Linear(d, d)
        self.norm = nn.LayerNorm(d)
        self.mlp = nn.Sequential(nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d))
        self.ask = nn.Sequential(nn.LayerNorm(d), nn.Linear(d, config.heads * channels))
        self.value = nn.Linear(channels, d)
        self.outward_again = nn.Linear(d, d)
        self.mlp_again = nn.Sequential(nn.LayerNorm(d), nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d))

    def forward(self, features: Tensor) -> Tensor:
        place = self.place.unflatten(0, (self.config.frames_per_unit, -1)).transpose(1, 2)
        cells = torch.relu(features).flatten(3) + place.to(features.dtype)   # [N,F,C,cells]
        tokens = self.queries + self.outward(self.first(cells))
        tokens = tokens + self.mlp(self.norm(tokens))
        tokens = tokens + self.outward_again(self.second(tokens, cells))
        return tokens + self.mlp_again(tokens)

    def first(self, cells: Tensor) -> Tensor:
        """Every token's softmax over all cells. [N,tokens,width]."""
        c = self.config
        # The queries are the same for every unit: projected back they meet the cells themselves, and values are
        # projected once they are read. That is many times fewer products than a key and a value of every cell.
        key, value = (w.unflatten(0, (c.heads, c.head_width)) for w in self.key_value.weight.chunk(2))
        bias = self.key_value.bias.chunk(2)[1]   # a key's is the same for every cell: a softmax does not see it
        q = self.queries.unflatten(-1, (c.heads, c.head_width)).transpose(0, 1) / c.head_width**0.5
        scores = ((q @ key).flatten(0, 1) @ cells).transpose(1, 2).flatten(2)   # [N, heads * tokens, F * cells]
        return self.read(torch.softmax(scores, -1), cells, value, bias)

    def second(self, tokens: Tensor, cells: Tensor) -> Tensor:
        """Every cell's softmax over the tokens, and each token's mean by what is its own. [N,tokens,width]."""
        c = self.config
        q = self.ask(tokens).unflatten(-1, (c.heads, -1)).transpose(1, 2).flatten(1, 2) / c.feature_channels**0.5
        scores = (q[:, None] @ cells.to(q.dtype)).transpose(1, 2).flatten(2)    # [N, heads * tokens, F * cells]
        shares = torch.softmax(scores.unflatten(1, (c.heads, -1)).float(), 2) + SHARED
        weights = (shares / shares.sum(-1, keepdim=True)).flatten(1, 2)
        return self.read(weights, cells, self.value.weight.unflatten(0, (c.heads, c.head_width)), self.value.bias)

    def read(self, weights: Tensor, cells: Tensor, value: Tensor, bias: Tensor) -> Tensor:
        """Sums cells by weights [N, heads * tokens, F * cells] and projects by each head's value."""
        c = self.config
        apart = weights.unflatten(-1, (c.frames_per_unit, -1)).transpose(1, 2).to(cells.dtype)
        seen = (apart @ cells.transpose(2, 3)).sum(1).unflatten(1, (c.heads, -1))   # [N, heads, tokens, C]
        return (seen @ value.transpose(1, 2)).transpose(1, 2).flatten(2) + bias
