"""Turns what the encoder sees of a unit into tokens."""
from __future__ import annotations

import torch
from torch import Tensor, nn

from .config import Config
from .encoder import COLOURS, KINDS

SHARED = 1e-4
"""Of every cell, for every token: who has no cell of its own reads their mean."""
BOX = 6
MOVER = BOX + COLOURS + KINDS
"""What a token says of its mover in training: centre, size and velocity; logits of its colour and kind."""


class Resampler(nn.Module):
    """Learned queries read both frames' features, twice: [N,F,C,G,G] -> [N,tokens,width].

    The first look is the same for every unit. In the second one the tokens ask for more of what they found, and share
    the cells out among themselves (slot attention, Locatello et al. 2020, section 2.1), and read those that matter.
    Training says which cells are whose, and what each mover is: by itself every mover goes to the same token.
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
        self.matters = nn.Linear(channels, config.heads)
        for parameter in self.matters.parameters():
            nn.init.zeros_(parameter)   # every cell matters alike, until it is learnt which do
        self.value = nn.Linear(channels, d)
        self.outward_again = nn.Linear(d, d)
        self.mlp_again = nn.Sequential(nn.LayerNorm(d), nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d))

    def forward(self, features: Tensor) -> Tensor:
        return self.look(features)[0]

    def look(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Also how the second look shares the cells out [N,heads,tokens,F*cells]."""
        place = self.place.unflatten(0, (self.config.frames_per_unit, -1)).transpose(1, 2)
        cells = torch.relu(features).flatten(3) + place.to(features.dtype)   # [N,F,C,cells]
        tokens = self.queries + self.outward(self.first(cells))
        tokens = tokens + self.mlp(self.norm(tokens))
        shares = self.shares(tokens, cells)
        tokens = tokens + self.outward_again(self.second(shares, cells))
        return tokens + self.mlp_again(tokens), shares

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

    def shares(self, tokens: Tensor, cells: Tensor) -> Tensor:
        """Every cell's softmax over the tokens. [N,heads,tokens,F*cells]."""
        c = self.config
        q = self.ask(tokens).unflatten(-1, (c.heads, -1)).transpose(1, 2).flatten(1, 2) / c.feature_channels**0.5
        scores = (q[:, None] @ cells.to(q.dtype)).transpose(1, 2).flatten(2)
        return torch.softmax(scores.unflatten(1, (c.heads, -1)).float(), 2)

    def second(self, shares: Tensor, cells: Tensor) -> Tensor:
        """Each token's mean by what is its own and matters. [N,tokens,width]."""
        c = self.config
        matters = torch.sigmoid((self.matters.weight.to(cells.dtype) @ cells).float() + self.matters.bias[:, None])   # [N,F,heads,cells]
        weights = (shares + SHARED) * (matters.transpose(1, 2).flatten(2)[:, :, None] + SHARED)
        weights = (weights / weights.sum(-1, keepdim=True)).flatten(1, 2)
        return self.read(weights, cells, self.value.weight.unflatten(0, (c.heads, c.head_width)), self.value.bias)

    def read(self, weights: Tensor, cells: Tensor, value: Tensor, bias: Tensor) -> Tensor:
        """Sums cells by weights [N, heads * tokens, F * cells] and projects by each head's value."""
        c = self.config
        apart = weights.unflatten(-1, (c.frames_per_unit, -1)).transpose(1, 2).to(cells.dtype)
        seen = (apart @ cells.transpose(2, 3)).sum(1).unflatten(1, (c.heads, -1))   # [N, heads, tokens, C]
        return (seen @ value.transpose(1, 2)).transpose(1, 2).flatten(2) + bias
