"""A word-level tokenizer in the `tokenizer.json` format, over the closed vocabulary of this world."""
from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np

from . import questions, thoughts

SPECIAL = ("[PAD]", "[UNK]", "<narrate>", "<skip>", "</think>", "<question>", "<answer>", "</answer>")
PAD, UNK, NARRATE, SKIP, END_THINK, QUESTION, ANSWER, END_ANSWER = range(len(SPECIAL))


def words() -> list[str]:
    """Every word that thoughts, questions and answers can hold, found by making many of them."""
    class Event:
        def __init__(self, verb, place, colour, kind):
            self.verb, self.place, self.colour, self.kind = verb, place, colour, kind

    everything = [Event(v, p, c, k) for c in questions.COLOURS for k in ("car", "person", "object")
                  for v, ps in (("enters", thoughts.SIDES), ("leaves", thoughts.SIDES), ("moves", thoughts.DIRECTIONS), ("stops", (None,)))
                  for p in ps]
    found: set[str] = set("0123456789") | {questions.NOTHING, questions.CANNOT, ","}
    rng = np.random.default_rng(0)
    for event in everything:
        found.add(thoughts.clause(event))
        seen = questions.Seen([event], True)
        for maker in set(questions.MAKERS):
            for _ in range(6):
                asked = maker(rng, seen)
                found.update((asked.question, asked.answer))
    found.update(e.lower().rstrip("?") for e in questions.EXAMPLES)
    return sorted({w for text in found for w in text.split()} - set(SPECIAL))


class Tokenizer:
    def __init__(self) -> None:
        self.words = [*SPECIAL, *words()]
        self.index = {w: i for i, w in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, text: str) -> list[int]:
        return [self.index.get(w, UNK) for w in re.findall(r"\[UNK\]|\w+|[^\w\s]", text) if w != "?"]

    def decode(self, ids) -> str:
        return " ".join(self.words[i] for i in ids if i >= len(SPECIAL)).replace(" ,", ",")

    def write(self, folder: Path) -> None:
        vocabulary = {w: i for w, i in self.index.items()}
        added = [{"id": i, "content": w, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
                 for i, w in enumerate(SPECIAL)]
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
