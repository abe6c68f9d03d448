"""Streaming in PyTorch, for evaluation and for the golden clips: greedy thoughts unit by unit, answers on top of them.

The text cache here holds the whole history and hides by mask what a ring would have evicted.
"""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from language.tokenizer import CLOCK, END_ANSWER, END_THINK, NARRATE, PAD, RECAP, SKIP, SPECIAL
from network.model import Network
from network.positions import visual_view
from network.sequence import Branch, Thought, build, collate
from network.streaming import Think

HIDDEN = -1e9
THOUGHT_TOKENS, ANSWER_TOKENS = 48, 16
"""Most that a thought and an answer may have, here and as served."""


class Narrator:
    """One text cache a clip, all clips of a batch in step."""

    def __init__(self, network: Network, features: torch.Tensor, times: np.ndarray, visual_window: int, text_window: int,
                 skip_bias: float, thought_tokens: int, recap_tokens: int | None = None):
        self.network, self.config = network, network.config
        self.batch, self.units = features.shape[:2]
        self.times, self.text_window = times, text_window
        self.skip_bias, self.thought_tokens = skip_bias, thought_tokens
        self.visual_window = visual_window
        self.recap_tokens = recap_tokens or network.config.recap_tokens
        scripts = [build([Thought([], 0)] * self.units)] * self.batch
        clip, _ = collate(features, scripts, [times] * self.batch, visual_window, text_window)
        self.visual, self.events = network.see(clip)
        self.size = 1 + self.units * (thought_tokens + 1) + (self.units * thought_tokens // self.recap_tokens + 1) * (thought_tokens + 2)
        c = self.config
        shape = (self.batch, c.heads, self.size, c.head_width)
        self.keys = [torch.zeros(shape) for _ in range(c.layers)]
        self.values = [torch.zeros(shape) for _ in range(c.layers)]
        self.groups: list[list[list[int]]] = [[] for _ in range(self.batch)]  # slots of each held group, oldest first
        self.length = [0] * self.batch
        self.text_bias = torch.full((self.batch, 2, self.size), HIDDEN)
        self.think = Think(network)
        self.now = 0

    def look(self, unit: int) -> None:
        """Every clip looks from a unit now, and opens a group for it."""
        c, n = self.config, self.config.tokens_per_unit
        self.now = unit
        view = visual_view(torch.tensor([[unit]]), torch.from_numpy(self.times)[None].double(), self.visual_window)
        window = view.window[0, 0].repeat_interleave(n)
        sink = torch.arange(self.units * n) < n * c.visual_sink_units
        held = window | sink   # no need to read what nobody sees
        self.seen = [(vk[:, :, held], vv[:, :, held]) for vk, vv in self.visual]
        self.visual_bias = torch.where(torch.stack([window, sink])[:, held], 0.0, HIDDEN)[None]
        self.sees = self.network.angles(torch.tensor([[self.times[unit], float(view.sink_position[0, 0])]]))[:, None]
        if unit > 0:
            for b, groups in enumerate(self.groups):
                self.open_group(b, groups)

    def open_group(self, b: int, groups: list[list[int]]) -> None:
        while sum(map(len, groups)) > self.text_window:
            self.text_bias[b, 0, groups.pop(0)] = HIDDEN
        groups.append([])

    def step(self, tokens: list[int], active: list[bool]) -> torch.Tensor:
        """Feeds one token to every active clip. Returns logits [B,V]."""
        rows = []
        for place, groups in zip(self.length, self.groups):
            oldest = next((g[0] for g in groups if g), place)
            rows.append((float(place), float(place - oldest + 1) if place else 0.0))
        used = max(self.length) + 1   # no need to read what nobody has written yet
        caches = [x for i, (vk, vv) in enumerate(self.seen) for x in (vk, vv, self.keys[i][:, :, :used], self.values[i][:, :, :used])]
        logits, keys, values = self.think(
            torch.tensor(tokens)[:, None], self.sees.expand(self.batch, -1, -1, -1, -1),
            self.network.angles(torch.tensor(rows, dtype=torch.float64))[:, None],
            self.visual_bias, self.text_bias[:, :, :used], torch.zeros(self.batch, 1, 1), *caches)
        for b, slot in enumerate(self.length):
            if not active[b]:
                continue
            for i in range(self.config.layers):
                self.keys[i][b, :, slot] = keys[i, b, :, 0]
                self.values[i][b, :, slot] = values[i, b, :, 0]
            self.length[b] += 1
            if slot == 0:
                self.text_bias[b, 1, 0] = 0
                self.open_group(b, self.groups[b])
            else:
                self.text_bias[b, 0, slot] = 0
                self.groups[b][-1].append(slot)
        return logits[:, 0]

    def forget(self, b: int) -> None:
        """A token of silence after silence leaves no trace."""
        self.length[b] -= 1
        self.text_bias[b, 0, self.length[b]] = HIDDEN
        self.groups[b].pop()

    def clock(self, unit: int) -> int:
        return len(SPECIAL) + round(float(self.times[unit])) % CLOCK

    def words(self, logits: torch.Tensor, active: list[bool], may_skip: bool) -> tuple[list[list[int]], np.ndarray]:
        """Says words until every active clip has closed, or none where it skips.

        Also returns by how much the best word beat the skip [B].
        """
        said: list[list[int]] = [[] for _ in range(self.batch)]
        margins, open_ = np.zeros(self.batch), list(active)
        while True:
            logits[:, [i for i in range(len(SPECIAL) + CLOCK) if i not in (SKIP, END_THINK)]] = HIDDEN
            for b in [b for b in range(self.batch) if open_[b]]:
                row = logits[b]
                if said[b]:
                    row[SKIP] = HIDDEN
                else:
                    row[END_THINK] = HIDDEN
                    best = row.clone()
                    best[SKIP] = HIDDEN
                    margins[b] = float(best.max() - row[SKIP])
                    row[SKIP] = row[SKIP] + self.skip_bias if may_skip else HIDDEN
                token = int(row.argmax())
                if token in (SKIP, END_THINK) or len(said[b]) >= self.thought_tokens:
                    open_[b] = False
                else:
                    said[b].append(token)
            if not any(open_):
                return said, margins
            logits = self.step([w[-1] if o else PAD for w, o in zip(said, open_)], open_)

    @torch.no_grad()
    def run(self) -> tuple[list[list[Thought]], np.ndarray]:
        """The thoughts of each clip, and the margin by which each unit spoke or not [B,U] (first token, best - skip)."""
        thoughts: list[list[Thought]] = [[] for _ in range(self.batch)]
        margins = np.zeros((self.batch, self.units))
        pending, since = [NARRATE] * self.batch, [0] * self.batch
        everybody = [True] * self.batch
        for unit in range(self.units):
            self.look(unit)
            said, margins[:, unit] = self.words(self.step(pending, everybody), everybody, True)
            now = [Thought(w, self.clock(unit)) for w in said]
            for b in (b for b, w in enumerate(said) if not w and pending[b] == SKIP):
                self.forget(b)
            since = [n + len(w) + 1 if w else n for n, w in zip(since, said)]
            due = [n >= self.recap_tokens for n in since]
            if any(due):
                self.step([t.spoken if d else PAD for t, d in zip(now, due)], due)
                recaps, _ = self.words(self.step([RECAP] * self.batch, due), due, False)
                now = [replace(t, recap=r) if d else t for t, r, d in zip(now, recaps, due)]
                since = [0 if d else n for n, d in zip(since, due)]
            for b, one in enumerate(now):
                thoughts[b].append(one)
            pending = [t.closing for t in now]
        return thoughts, margins


def as_served(network: Network, features: torch.Tensor, skip_bias: float) -> list[list[Thought]]:
    """The thoughts of each clip of a batch [B,U,F,C,G,G], in the windows that are served."""
    config, times = network.config, np.arange(features.shape[1], dtype=np.float64)
    return Narrator(network, features, times, config.visual_window_units, config.text_window_tokens, skip_bias, THOUGHT_TOKENS).run()[0]


@torch.no_grad()
def answer(network: Network, features: torch.Tensor, times: np.ndarray, thoughts: list[list[Thought]],
           asked: list[list[Branch]], visual_window: int, text_window: int, answer_tokens: int) -> tuple[list[list[list[int]]], float]:
    """Greedy answers on top of given thoughts, by the dense pass, one token a pass; and by how much the closest token was ahead."""
    closest = float("inf")
    answers: list[list[list[int]]] = [[[] for _ in clip] for clip in asked]
    done = [[False] * len(clip) for clip in asked]
    seen: list | None = None
    for _ in range(answer_tokens + 1):
        scripts = [build(t, [replace(q, answer=a, complete=False) for q, a in zip(qs, given)])
                   for t, qs, given in zip(thoughts, asked, answers)]
        clip, _ = collate(features, scripts, [times] * len(scripts), visual_window, text_window)
        seen = seen or network.see(clip)[0]
        logits = network.think(clip, seen)
        for b, script in enumerate(scripts):
            groups = np.array(script.groups)
            for i in range(len(asked[b])):
                if done[b][i]:
                    continue
                row = logits[b, int(np.flatnonzero(groups == len(thoughts[b]) + i)[-1])]
                row[[k for k in range(len(SPECIAL)) if k != END_ANSWER]] = HIDDEN
                row[len(SPECIAL) + round(float(times[asked[b][i].now])) + 1:len(SPECIAL) + CLOCK] = HIDDEN   # of times not seen yet
                if not answers[b][i]:
                    row[END_ANSWER] = HIDDEN
                best = row.topk(2)
                token, closest = int(best.indices[0]), min(closest, float(best.values[0] - best.values[1]))
                if token == END_ANSWER or len(answers[b][i]) >= answer_tokens:
                    done[b][i] = True
                else:
                    answers[b][i].append(token)
        if all(all(d) for d in done):
            break
    return answers, closest
