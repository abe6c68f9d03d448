"""The whole network, and its dense forward pass over a clip: what training runs."""
from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from language.thoughts import CLASSES

from .config import Config
from .encoder import COLOURS, KINDS, Encoder
from .resampler import MOVER, Resampler
from .transformer import RMSNorm, Stack, hidden, masked_read, rotate

EVENT_CLASSES = len(CLASSES)
ROLES = 3
"""Who comes, who goes, who does something else: the colour and kind of each is an auxiliary target of the visual tokens."""


@dataclass
class Clip:
    """A batch of clips for the dense pass; the views come from `positions`."""
    features: Tensor        # [B,U,F,C,G,G]
    unit_position: Tensor   # [B,U]
    unit_sink: Tensor       # [B,U]    query position for the sink
    unit_window: Tensor     # [B,U,U]  bool
    tokens: Tensor          # [B,T]
    position: Tensor        # [B,T]
    token_sink: Tensor      # [B,T]
    token_window: Tensor    # [B,T,T]  bool
    sees_position: Tensor   # [B,T]    query position for the visual window
    sees_sink: Tensor       # [B,T]    query position for the visual sink
    sees_window: Tensor     # [B,T,U]  bool


class Network(nn.Module):
    def __init__(self, config: Config, vocabulary: int):
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.resampler = Resampler(config)
        self.visual = Stack(config)
        self.embedding = nn.Embedding(vocabulary, config.width)
        self.text = Stack(config)
        self.last = RMSNorm(config.width)
        self.head = nn.Linear(config.width, vocabulary, bias=False)
        self.seen_norm = RMSNorm(config.width)
        self.seen_events = nn.Linear(config.width * config.tokens_per_unit, EVENT_CLASSES + ROLES * (COLOURS + KINDS))
        self.seen_mover = nn.Sequential(nn.LayerNorm(config.width), nn.Linear(config.width, MOVER))
        half = config.head_width // 2
        self.register_buffer("frequency", config.rope_base ** (-torch.arange(half, dtype=torch.float64) / half), persistent=False)

    def angles(self, position: Tensor) -> Tensor:
        """[B,T] -> [B,T,2,D/2], computed in float64."""
        angle = position.double()[..., None] * self.frequency
        return torch.stack([angle.cos(), angle.sin()], 2).float()

    def see(self, clip: Clip, tokens: Tensor | None = None) -> tuple[list[tuple[Tensor, Tensor]], Tensor]:
        """Rotated keys and values of every layer [B,H,U*n,D], and the event logits [B,U,E]. tokens: if there are already."""
        c = self.config
        batch, units = clip.features.shape[:2]
        n = c.tokens_per_unit
        x = (self.resampler(clip.features.flatten(0, 1)) if tokens is None else tokens).view(batch, units * n, -1)
        here = self.angles(clip.unit_position).repeat_interleave(n, 1)
        sink = self.angles(clip.unit_sink).repeat_interleave(n, 1)
        mask = hidden(clip.unit_window.repeat_interleave(n, 1).repeat_interleave(n, 2), n)
        cache = []
        for layer in self.visual.layers:
            q, k, v = layer.project(x)
            k = rotate(k, here)
            scores = [rotate(q, sink) @ k[:, :, :n].transpose(-1, -2), rotate(q, here) @ k[:, :, n:].transpose(-1, -2)]
            x = layer.finish(x, masked_read(scores, [v], mask))
            cache.append((k, v))
        events = self.seen_events(self.seen_norm(x).view(batch, units, -1))
        return cache, events

    def think(self, clip: Clip, cache: list[tuple[Tensor, Tensor]]) -> Tensor:
        """Logits [B,T,V]."""
        n = self.config.tokens_per_unit
        x = self.embedding(clip.tokens)
        own, own_sink = self.angles(clip.position), self.angles(clip.token_sink)
        now, now_sink = self.angles(clip.sees_position), self.angles(clip.sees_sink)
        mask = torch.cat([hidden(clip.sees_window.repeat_interleave(n, 2), n), hidden(clip.token_window, 1)], -1)
        for layer, (vk, vv) in zip(self.text.layers, cache):
            q, k, v = layer.project(x)
            k = rotate(k, own)
            scores = [rotate(q, now_sink) @ vk[:, :, :n].transpose(-1, -2), rotate(q, now) @ vk[:, :, n:].transpose(-1, -2),
                      rotate(q, own_sink) @ k[:, :, :1].transpose(-1, -2), rotate(q, own) @ k[:, :, 1:].transpose(-1, -2)]
            x = layer.finish(x, masked_read(scores, [vv, v], mask))
        return self.head(self.last(x))

    def forward(self, clip: Clip, tokens: Tensor | None = None) -> tuple[Tensor, Tensor]:
        cache, events = self.see(clip, tokens)
        return self.think(clip, cache), events
