"""The same network on one cache, as the other two paradigms run it: what the twins of `stages.paradigms` are.

Both stacks attend to one sequence with one running counter of positions (a unit counts as one). Batch: all units, then
the text. Interleaved: every unit, then what is said of it; so later frames see earlier words. Nothing leaves the cache.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from language.tokenizer import PAD

from .model import Network
from .sequence import NO_TARGET, Script
from .transformer import hidden, masked_read, rotate


@dataclass
class Joint:
    """A batch of clips on one cache. Narration comes first, then questions, each a branch of its own."""
    features: Tensor        # [B,U,F,C,G,G]
    tokens: Tensor          # [B,T]
    units_before: Tensor    # [B,T] units that each token sees
    words_before: Tensor    # [B,U] tokens that each unit sees
    branch: Tensor          # [B,T] 0 for the narration, 1.. for questions, -1 for padding

    def positions(self) -> tuple[Tensor, Tensor]:
        """Of units [B,U] and of tokens [B,T]; a question goes on where the narration ended."""
        units = torch.arange(self.words_before.shape[1]) + self.words_before
        narration = (self.branch == 0).sum(1, keepdim=True)
        index = torch.arange(self.tokens.shape[1])[None].expand_as(self.tokens)
        first = torch.where(self.branch[:, None] == self.branch[:, :, None], index[:, None], index.shape[1]).min(2).values
        own = torch.where(self.branch > 0, narration + index - first, index)
        return units, own + self.units_before


def join(features: Tensor, scripts: Sequence[Script], in_turn: bool) -> tuple[Joint, Tensor]:
    """Puts scripts on one cache, padded to the longest. Returns the batch and its targets [B,T].

    in_turn: a unit comes behind what was said of those before it; else all units come first.
    """
    units, longest = features.shape[1], max(len(s.tokens) for s in scripts)

    def rows(of, padding: int) -> Tensor:
        return torch.tensor([[*of(s), *([padding] * (longest - len(s.tokens)))] for s in scripts])

    branch = rows(lambda s: [max(0, group - units + 1) for group in s.groups], -1)
    sees = rows(lambda s: s.sees, units)
    words = ((sees[:, None, :] < torch.arange(units)[None, :, None]) & (branch[:, None, :] == 0)).sum(2)
    before = (sees + 1).clamp(max=units)
    clip = Joint(features, rows(lambda s: s.tokens, PAD), before, words if in_turn else torch.zeros_like(words), branch)
    return clip, rows(lambda s: s.targets, NO_TARGET)


class OneCache(Network):
    def forward(self, clip: Joint, tokens: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Logits [B,T,V], and the event logits [B,U,E]. tokens: the visual ones, if there are already."""
        n = self.config.tokens_per_unit
        batch, units = clip.features.shape[:2]
        length = clip.tokens.shape[1]
        of_units, of_tokens = clip.positions()
        at_unit, at_token = self.angles(of_units).repeat_interleave(n, 1), self.angles(of_tokens)
        unit, index = torch.arange(units).repeat_interleave(n), torch.arange(length)
        earlier = (unit[None, :] <= unit[:, None]).expand(batch, -1, -1)
        said = index[None, None, :] < clip.words_before.repeat_interleave(n, 1)[:, :, None]
        seen = unit[None, None, :] < clip.units_before[:, :, None]
        mine = (clip.branch[:, None, :] == 0) | (clip.branch[:, None, :] == clip.branch[:, :, None])
        heard = mine & (index[None, :] <= index[:, None])
        visual_mask = hidden(torch.cat([earlier, said], 2), 0)
        text_mask = hidden(torch.cat([seen, heard], 2), 0)
        v = (self.resampler(clip.features.flatten(0, 1)) if tokens is None else tokens).view(batch, units * n, -1)
        t = self.embedding(clip.tokens)
        for sees, thinks in zip(self.visual.layers, self.text.layers):
            (vq, vk, vv), (tq, tk, tv) = sees.project(v), thinks.project(t)
            keys = torch.cat([rotate(vk, at_unit), rotate(tk, at_token)], 2).transpose(-1, -2)
            v = sees.finish(v, masked_read([rotate(vq, at_unit) @ keys], [vv, tv], visual_mask))
            t = thinks.finish(t, masked_read([rotate(tq, at_token) @ keys], [vv, tv], text_mask))
        events = self.seen_events(self.seen_norm(v).view(batch, units, -1))
        return self.head(self.last(t)), events


class Cache:
    """One cache a clip, for a batch of clips in step; whatever was fed before is seen."""

    def __init__(self, network: OneCache, batch: int, size: int):
        c = network.config
        self.network = network
        self.keys = torch.zeros(c.layers, batch, c.heads, size, c.head_width)
        self.values = torch.zeros_like(self.keys)
        self.held = torch.zeros(batch, size, dtype=torch.bool)
        self.position = torch.zeros(batch, dtype=torch.long)
        self.used = 0

    def feed(self, x: Tensor, stack, position: Tensor, active: Tensor, sees: Tensor | None = None) -> Tensor:
        """Rows x [B,R,W] at positions [B,R] of the active clips; `sees` [R,R] says which of these rows see which."""
        rows = x.shape[1]
        place = slice(self.used, self.used + rows)
        self.held[:, place] = active[:, None]
        among = torch.ones(rows, rows, dtype=torch.bool) if sees is None else sees
        seen = torch.cat([self.held[:, :self.used, None].transpose(1, 2).expand(-1, rows, -1), among.expand(len(x), -1, -1)], 2)
        at, mask = self.network.angles(position), hidden(seen, 0)
        self.used += rows
        for i, layer in enumerate(stack.layers):
            q, k, v = layer.project(x)
            self.keys[i][:, :, place], self.values[i][:, :, place] = rotate(k, at), v
            keys, values = self.keys[i][:, :, :self.used], self.values[i][:, :, :self.used]
            x = layer.finish(x, masked_read([rotate(q, at) @ keys.transpose(-1, -2)], [values], mask))
        return x

    def see(self, features: Tensor) -> None:
        """Units [B,U,F,C,G,G], each of which sees those before it."""
        n, net = self.network.config.tokens_per_unit, self.network
        batch, units = features.shape[:2]
        unit = torch.arange(units).repeat_interleave(n)
        x = net.resampler(features.flatten(0, 1)).view(batch, units * n, -1)
        self.feed(x, net.visual, self.position[:, None] + unit, torch.ones(batch, dtype=torch.bool), unit[None, :] <= unit[:, None])
        self.position = self.position + units

    def say(self, tokens: Tensor, active: Tensor) -> Tensor:
        """A token of every active clip [B] -> logits [B,V]."""
        net = self.network
        x = self.feed(net.embedding(tokens)[:, None], net.text, self.position[:, None], active)
        self.position = self.position + active.long()
        return net.head(net.last(x[:, 0]))

    def mark(self) -> tuple[int, Tensor]:
        return self.used, self.position.clone()

    def back_to(self, mark: tuple[int, Tensor]) -> None:
        """Forgets what was fed since."""
        self.used, self.position = mark[0], mark[1].clone()
