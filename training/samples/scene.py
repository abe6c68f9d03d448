"""What a sample scene is, and the movers that its script asks for."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from world.actors import Actor
from world.movers import Shape
from world.shapes import Light, Limbs
from world.visibility import Stage

SECONDS = 40.0
TOTAL = SECONDS + 2.0
"""Tracks go on this long."""
HALF_TURN = np.linspace(-np.pi / 2, np.pi / 2, 25)
"""Of round ends: more corners than in training, whose pictures are smaller."""
RIGHT, LEFT, AWAY, NEAR = np.array([1.0, 0.0]), np.array([-1.0, 0.0]), np.array([0.0, 1.0]), np.array([0.0, -1.0])


@dataclass(frozen=True)
class SampleScene:
    stage: Stage
    light: Light
    paint: Callable[[int, int], np.ndarray]
    """The standing picture at a width and height."""
    cast: Callable[[np.random.Generator], list[Actor] | None]
    """Who comes, and when; None if this draw does not work out."""


def smooth(shape: Shape) -> Shape:
    """The same shape with round ends that look round."""
    if isinstance(shape, Limbs):
        shape.half_turn = HALF_TURN
    return shape


def colours(rng: np.random.Generator, names: tuple[str, ...], count: int) -> list[str]:
    """So many colours; none of them twice before each was there once."""
    drawn: list[str] = []
    while len(drawn) < count:
        drawn += [str(name) for name in rng.permutation(names) if not drawn or name != drawn[-1]]
    return drawn[:count]
