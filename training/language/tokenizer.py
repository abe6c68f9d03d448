"""A word-level tokenizer in the `tokenizer.json` format, over the closed vocabulary of this world."""
from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from . import questions, themes
from .tally import Tally
from .thoughts import CLASSES, MOST, PLURALS, SIZES, clause, named

SPECIAL = ("[PAD]", "[UNK]", "<narrate>", "<skip>", "</think>", "<question>", "<answer>", "</answer>", "<recap>")
PAD, UNK, NARRATE, SKIP, END_THINK, QUESTION, ANSWER, END_ANSWER, RECAP = range(len(SPECIAL))
CLOCK = 256
"""Clock tokens: they close a spoken thought with the time of its unit, modulo this many units (128 s at half a second a unit)."""


def words() -> list[str]:
    """Every word that thoughts, questions and answers can hold, found by making many of them."""
    found: set[str] = {str(n) for n in range(MOST + 1)} | {f"#{n}" for n in range(1, MOST + 1)}
    found |= {questions.NOTHING, questions.CANNOT, questions.NO_REASON, ",", *themes.THEMES}
    colours, kinds = questions.COLOURS, tuple(PLURALS)
    found |= {named(c, k) for c in (*colours, *questions.SHADES) for k in kinds}
    kinds_of = [SimpleNamespace(t=0.0, verb=v, place=p, colour=c, kind=k, mover=0, other=("red", "car"), cause=cause, size=size)
                for v, p in CLASSES for c, k in zip(colours, kinds * 3) for cause in (None, "met", "crossed", "hit", "hits", "free", "took") for size in (None, *SIZES)]
    rng = np.random.default_rng(0)
    for event in kinds_of:
        found.add(clause(event))
    for maker in set(questions.MAKERS):
        for _ in range(400):
            events = [kinds_of[int(rng.integers(len(kinds_of)))] for _ in range(int(rng.integers(0, 6)))]
            asked = maker(rng, questions.Seen(events, bool(rng.integers(2))))
            found.update((asked.question, asked.answer))
    everybody = Counter({k: n for n, k in enumerate(kinds, 1)})
    found |= {Tally().recap(), Tally(everybody, everybody, everybody, clause(kinds_of[0])).recap()}
    found.update(e.lower().rstrip("?") for e in questions.EXAMPLES)
    return sorted(w for w in {w for text in found for w in text.split()} - set(SPECIAL) if not w.startswith("<"))


class Tokenizer:
    def __init__(self) -> None:
        self.words = [*SPECIAL, *(f"<t{i}>" for i in range(CLOCK)), *words()]
        self.index = {w: i for i, w in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, text: str) -> list[int]:
        return [self.index.get(w, UNK) for w in re.findall(r"\[UNK\]|<t\d+>|#\d+|\w+|[^\w\s]", text) if w != "?"]

    def clock(self, units: float) -> int:
        """The token for a moment, in units since the stream began."""
        return len(SPECIAL) + round(units) % CLOCK

    def decode(self, ids) -> str:
        return " ".join(self.words[i] for i in ids if i >= len(SPECIAL)).replace(" ,", ",")

    def write(self, folder: Path) -> None:
        vocabulary = dict(self.index)
        added = [{"id": i, "content": w, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
                 for i, w in enumerate(self.words[:len(SPECIAL) + CLOCK])]
        body = {
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
            "normalizer": {"type": "Sequence", "normalizers": [
                {"type": "Lowercase"}, {"type": "Replace", "pattern": {"Regex": "[?!.\"']"}, "content": " "}]},
            "pre_tokenizer": {"type": "Whitespace"},
            "post_processor": None,
            "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
            "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"},
        }
        (folder / "tokenizer.json").write_text(json.dumps(body, indent=1) + "\n")
        (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "[UNK]",
                                                                  "pad_token": "[PAD]", "clean_up_tokenization_spaces": True}, indent=1) + "\n")
