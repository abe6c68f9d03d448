"""Layers of the two stacks, and attention whose scores are computed apart and joined before the softmax.

A query is rotated once per segment of the caches (window, sink), each with the position that puts that segment
where training had it; keys are rotated once, by their own position, when they are made.
"""
from __future__ import annotations

import torch
from torch import Tensor, nn

from .config import Config

EPSILON = 1e-5
DROPPED = 0.1
"""Share of what a layer adds that is dropped in training (Srivastava et al. 2014)."""


def rotate(x: Tensor, rotation: Tensor) -> Tensor:
    """Rotary embedding on pairs (i, i + half). x [B,H,T,D]; rotation [B,T,2,D/2] holds cos and sin."""
    cos, sin = rotation[:, None, :, 0], rotation[:, None, :, 1]
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


class RMSNorm(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + EPSILON) * self.weight


class Layer(nn.Module):
    """Pre-norm attention projections and MLP; what is attended to is the caller's matter."""

    def __init__(self, config: Config):
        super().__init__()
        self.heads = config.heads
        self.before_attention = RMSNorm(config.width)
        self.query_key_value = nn.Linear(config.width, 3 * config.width, bias=False)
        self.outward = nn.Linear(config.width, config.width, bias=False)
        self.before_mlp = RMSNorm(config.width)
        self.up = nn.Linear(config.width, config.hidden)
        self.down = nn.Linear(config.hidden, config.width)
        self.scale = config.head_width**-0.5
        self.drop = nn.Dropout(DROPPED)

    def project(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """[B,T,W] -> scaled query, key and value, each [B,H,T,D], not yet rotated."""
        q, k, v = self.query_key_value(self.before_attention(x)).unflatten(-1, (3 * self.heads, -1)).transpose(1, 2).chunk(3, 1)
        return q * self.scale, k, v

    def finish(self, x: Tensor, read: Tensor) -> Tensor:
        """Adds what attention read [B,H,T,D], then the MLP."""
        x = x + self.drop(self.outward(read.transpose(1, 2).flatten(2)))
        return x + self.drop(self.down(nn.functional.gelu(self.up(self.before_mlp(x)))))


class Stack(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))


def segment_scores(q: Tensor, rotation: Tensor, keys: Tensor, bias: Tensor) -> Tensor:
    """Scores against a cache that holds a window and a sink.

    q [B,H,T,D] not rotated; rotation [B,T,2,2,D/2]: one rotation for the window, one for the sink;
    keys [B,H,N,D]; bias [B,2,N]: 0 where a slot belongs to that segment, a large negative number elsewhere.
    Returns [B,H,T,N].
    """
    window = rotate(q, rotation[:, :, 0]) @ keys.transpose(-1, -2) + bias[:, 0, None, None]
    sink = rotate(q, rotation[:, :, 1]) @ keys.transpose(-1, -2) + bias[:, 1, None, None]
    return torch.maximum(window, sink)


def joint_read(scores: list[Tensor], values: list[Tensor]) -> Tensor:
    """One softmax over all segments, without joining their keys or values."""
    weights = torch.softmax(torch.cat(scores, -1), -1).split([s.shape[-1] for s in scores], -1)
    read = weights[0] @ values[0]
    for w, v in zip(weights[1:], values[1:]):
        read = read + w @ v
    return read


def hidden(window: Tensor, sinks: int) -> Tensor:
    """What is added to the scores of keys out of a query's window. window bool [B,T,N], the first keys are sinks -> [B,1,T,N]."""
    seen = window.clone()
    seen[..., :sinks] = True
    return torch.zeros(seen.shape, dtype=torch.bfloat16, device=seen.device).masked_fill_(~seen, -1e9)[:, None]


def masked_read(scores: list[Tensor], values: list[Tensor], mask: Tensor) -> Tensor:
    """As `joint_read`, of whole clips at once: scores are as large as nothing else there, and are touched as seldom as can be."""
    joined = torch.cat(scores, -1)
    with torch.autocast(joined.device.type, enabled=False):
        weights = torch.softmax(joined.add_(mask.to(joined.dtype)), -1)
    return weights @ torch.cat(values, -2)
