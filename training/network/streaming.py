"""The streaming steps: a unit's pixels to its visual tokens (exported), and a token over both caches (to narrate here)."""
from __future__ import annotations

import torch
from torch import Tensor, nn

from .model import Network
from .motion import follow, look
from .transformer import joint_read, rotate, segment_scores


class Eyes(nn.Module):
    """Pixels of a unit -> its visual tokens [B,n,width], the encoder's state after it, its foreground [B,F,G,G].

    frames u8 [B,F,H,W,3]; seconds [B,F] since the frame before; previous, background [B,3,H,W]; seen [B] frames so far.
    """

    def __init__(self, network: Network):
        super().__init__()
        self.network = network

    def forward(self, frames: Tensor, seconds: Tensor, previous: Tensor, background: Tensor, seen: Tensor):
        net, c = self.network, self.network.config
        pixels = frames.permute(0, 1, 4, 2, 3).float() / 255
        start = (seen < 0.5)[:, None, None, None]
        features, foregrounds = [], []
        for i in range(c.frames_per_unit):
            frame = pixels[:, i]
            if i == 0:
                previous = torch.where(start, frame, previous)
                background = torch.where(start, frame, background)
            feature = net.encoder(look(frame, previous, background))
            foreground = net.encoder.foreground(feature)
            background = follow(c, background, frame, foreground, seen + i, seconds[:, i])
            previous = frame
            features.append(feature)
            foregrounds.append(foreground)
        x = net.resampler(torch.stack(features, 1))
        return x, previous, background, seen + c.frames_per_unit, torch.stack(foregrounds, 1)


class Think(nn.Module):
    """Token ids -> logits, and the keys and values of those tokens.

    tokens [B,T]; visual_rotation, text_rotation [B,T,2,2,D/2] (window, sink); visual_bias [B,2,Nv]; text_bias [B,2,Nt];
    self_bias [B,T,T]; then per layer visual key, visual value [B,H,Nv,D], text key, text value [B,H,Nt,D].
    """

    def __init__(self, network: Network):
        super().__init__()
        self.network = network

    def forward(self, tokens: Tensor, visual_rotation: Tensor, text_rotation: Tensor, visual_bias: Tensor,
                text_bias: Tensor, self_bias: Tensor, *caches: Tensor):
        net = self.network
        x = net.embedding(tokens)
        own = text_rotation[:, :, 0]
        keys, values = [], []
        for i, layer in enumerate(net.text.layers):
            vk, vv, tk, tv = caches[4 * i:4 * i + 4]
            q, k, v = layer.project(x)
            k = rotate(k, own)
            visual = segment_scores(q, visual_rotation, vk, visual_bias)
            text = segment_scores(q, text_rotation, tk, text_bias)
            fresh = rotate(q, own) @ k.transpose(-1, -2) + self_bias[:, None]
            x = layer.finish(x, joint_read([visual, text, fresh], [vv, tv, v]))
            keys.append(k)
            values.append(v)
        return net.head(net.last(x)), torch.stack(keys), torch.stack(values)
