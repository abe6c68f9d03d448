"""The twins of `stages.paradigms` at work: greedy narration in each one's order, and answers on top of it."""
from __future__ import annotations

import numpy as np
import torch

from language.tokenizer import ANSWER, CLOCK, END_ANSWER, END_THINK, NARRATE, PAD, QUESTION, SKIP, SPECIAL
from network.model import Network
from network.one_cache import Cache, OneCache
from network.sequence import Branch

from .narrate import ANSWER_TOKENS, THOUGHT_TOKENS, Narrator, answer

ORDERS = ("streamed", "interleaved", "batch")
NEVER = 10**6
"""So many units or tokens: no recaps, and nothing leaves a window."""
NARRATION_TOKENS = 400
FIRST_WORD = len(SPECIAL) + CLOCK

Told = list[tuple[int, list[int]]]
"""What was said, each with its unit."""


@torch.no_grad()
def narrate(network: Network, order: str, features: torch.Tensor, asked: list[list[Branch]]) -> tuple[list[Told], list[list[list[int]]]]:
    """What is said of each of a batch of clips [B,U,F,C,G,G], and its answers at the end."""
    if order == "streamed":
        times = np.arange(features.shape[1], dtype=np.float64)
        thoughts, _ = Narrator(network, features, times, NEVER, NEVER, 0.0, THOUGHT_TOKENS, NEVER).run()
        answers, _ = answer(network, features, times, thoughts, asked, NEVER, NEVER, ANSWER_TOKENS)
        return [[(u, list(t.words)) for u, t in enumerate(clip) if t.words] for clip in thoughts], answers
    batch, units = features.shape[:2]
    size = units * network.config.tokens_per_unit + units * (THOUGHT_TOKENS + 1) + NARRATION_TOKENS
    cache = Cache(network, batch, size)
    told = (in_turn if order == "interleaved" else afterwards)(network, cache, features)
    return told, answers_of(cache, asked)


def in_turn(network: OneCache, cache: Cache, features: torch.Tensor) -> list[Told]:
    """A unit, then what is said of it."""
    batch, units = features.shape[:2]
    told: list[Told] = [[] for _ in range(batch)]
    pending = [NARRATE] * batch
    for unit in range(units):
        cache.see(features[:, unit:unit + 1])
        said = write(cache, pending, THOUGHT_TOKENS, range(FIRST_WORD, NEVER), skips=True)
        for b, words in enumerate(said):
            if words:
                told[b].append((unit, words))
        pending = [len(SPECIAL) + unit % CLOCK if words else SKIP for words in said]
    return told


def afterwards(network: OneCache, cache: Cache, features: torch.Tensor) -> list[Told]:
    """All units, then all thoughts, each closed by the clock token that says when."""
    cache.see(features)
    told: list[Told] = []
    for tokens in write(cache, [NARRATE] * len(features), NARRATION_TOKENS, range(len(SPECIAL), NEVER), skips=False):
        clip: Told = []
        words: list[int] = []
        for token in tokens:
            if token < FIRST_WORD:
                clip.append((min(token - len(SPECIAL), features.shape[1] - 1), words))
                words = []
            else:
                words.append(token)
        told.append(clip)
    return told


def write(cache: Cache, first: list[int], most: int, allowed: range, skips: bool) -> list[list[int]]:
    """Words of every clip until it closes; the first token is fed to all of them."""
    said: list[list[int]] = [[] for _ in first]
    open_ = torch.ones(len(first), dtype=torch.bool)
    logits = cache.say(torch.tensor(first), open_)
    forbidden = torch.ones(logits.shape[1], dtype=torch.bool)
    forbidden[allowed.start:allowed.stop] = False
    while True:
        for b in open_.nonzero()[:, 0].tolist():
            row = logits[b].masked_fill(forbidden, -1e9)
            close = SKIP if skips and not said[b] else END_THINK
            row[close] = logits[b, close]
            token = int(row.argmax())
            if token == close or len(said[b]) >= most:
                open_[b] = False
            else:
                said[b].append(token)
        if not open_.any():
            return said
        logits = cache.say(torch.tensor([s[-1] if s else PAD for s in said]), open_)


def answers_of(cache: Cache, asked: list[list[Branch]]) -> list[list[list[int]]]:
    """Every question on top of the narration, forgotten before the next."""
    mark = cache.mark()
    answers: list[list[list[int]]] = [[] for _ in asked]
    for number in range(len(asked[0])):
        cache.back_to(mark)
        prompts = [[QUESTION, *clip[number].question, ANSWER] for clip in asked]
        logits = torch.empty(len(asked), 0)
        for k in range(max(map(len, prompts))):
            active = torch.tensor([k < len(p) for p in prompts])
            step = cache.say(torch.tensor([p[k] if k < len(p) else PAD for p in prompts]), active)
            logits = step if k == 0 else torch.where(active[:, None], step, logits)
        given: list[list[int]] = [[] for _ in asked]
        open_ = torch.ones(len(asked), dtype=torch.bool)
        for _ in range(ANSWER_TOKENS + 1):
            logits[:, [t for t in range(len(SPECIAL)) if t != END_ANSWER]] = -1e9
            for b in open_.nonzero()[:, 0].tolist():
                if not given[b]:
                    logits[b, END_ANSWER] = -1e9
                token = int(logits[b].argmax())
                if token == END_ANSWER or len(given[b]) >= ANSWER_TOKENS:
                    open_[b] = False
                else:
                    given[b].append(token)
            if not open_.any():
                break
            logits = cache.say(torch.tensor([g[-1] if g else PAD for g in given]), open_)
        for b, tokens in enumerate(given):
            answers[b].append(tokens)
    return answers
