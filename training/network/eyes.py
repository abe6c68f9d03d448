"""The eyes as they are served, in four graphs, so that what lies between them can be left out where nothing has changed.

`Look` makes the encoder's channels of a frame. `Encode` is the encoder, on a picture of any size in whole cells. `Settle` lets the
background follow. `Gather` is the resampler. One after the other, for each frame of a unit, they compute what `streaming.Eyes` does.
"""
from __future__ import annotations

import torch
from torch import Tensor, nn

from .model import Network
from .motion import channels, follow, gain_of_squares, pixels_of, squares


class Look(nn.Module):
    """frame, previous u8 [B,H,W,3]; background [B,3,H,W]; seen [B] frames before this one.

    -> the encoder's channels [B,9,H,W], their means by squares, and how much brighter the frame is than the background [B,3,1,1].
    """

    def forward(self, frame: Tensor, previous: Tensor, background: Tensor, seen: Tensor):
        now = pixels_of(frame)
        start = (seen < 0.5)[:, None, None, None]
        before, background = torch.where(start, now, pixels_of(previous)), torch.where(start, now, background)
        pictures = now, before, background
        means = [squares(picture) for picture in pictures]
        gains = [gain_of_squares(means[0], mean) for mean in means[1:]]
        return channels(*pictures, *gains), channels(*means, *gains), gains[1]   # channels are linear: those of means are their means


class Encode(nn.Module):
    """[B,9,8h,8w] -> features [B,C,h,w]."""

    def __init__(self, network: Network):
        super().__init__()
        self.network = network

    def forward(self, channels: Tensor) -> Tensor:
        return self.network.encoder(channels)


class Settle(nn.Module):
    """The background after a frame. frame, background, seen and brighter as `Look` has them; features [B,C,G,G]; seconds [B] since the frame before."""

    def __init__(self, network: Network):
        super().__init__()
        self.network = network

    def forward(self, frame: Tensor, background: Tensor, brighter: Tensor, features: Tensor, seen: Tensor, seconds: Tensor) -> Tensor:
        net, now = self.network, pixels_of(frame)
        background = torch.where((seen < 0.5)[:, None, None, None], now, background)
        return follow(net.config, background, now, net.encoder.foreground(features), seen, seconds, brighter)


class Gather(nn.Module):
    """Features of a unit's frames [B,F,C,G,G] -> its visual tokens [B,n,width]."""

    def __init__(self, network: Network):
        super().__init__()
        self.network = network

    def forward(self, features: Tensor) -> Tensor:
        return self.network.resampler(features)
