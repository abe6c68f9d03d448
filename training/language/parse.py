"""Reads thoughts back: which clauses they hold."""
from __future__ import annotations

import re
from dataclasses import dataclass

from .thoughts import SCENE, SIZES, TEXTS

SUBJECT = re.compile(rf"an? (?:({'|'.join(SIZES)}) )?(\w+) (\w+) (.+)")
NUMBERED = re.compile(r"(.*?)(?:\s*#(\d+))?", re.DOTALL)
PATTERNS = {verb: re.compile(text.replace("{place}", r"(?P<place>\w+)").replace("{other}", r"an? (?P<colour>\w+) (?P<kind>\w+)"))
            for verb, text in TEXTS.items()}


@dataclass(frozen=True)
class Clause:
    verb: str
    place: str | None = None
    colour: str | None = None
    kind: str | None = None
    other: tuple[str, str] | None = None
    size: str | None = None
    number: int | None = None
    """Its running number among those of its kind that came or went."""


def parse(text: str) -> list[Clause]:
    """Every clause of a thought; what is none is left out."""
    scene = {said: verb for verb, said in SCENE.items()}
    found = []
    for part in re.split(r"\s*,\s*", text):
        part, number = NUMBERED.fullmatch(part.strip()).groups()
        if part in scene:
            found.append(Clause(scene[part]))
        elif subject := SUBJECT.fullmatch(part):
            for verb, pattern in PATTERNS.items():
                if m := pattern.fullmatch(subject[4]):
                    rest = m.groupdict()
                    other = (rest["colour"], rest["kind"]) if "colour" in rest else None
                    found.append(Clause(verb, rest.get("place"), subject[2], subject[3], other, subject[1], int(number) if number else None))
    return found
