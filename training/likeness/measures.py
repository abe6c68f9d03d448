"""All that is measured, in the order in which it is shown."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .footage import Footage
from .light import light
from .noise import noise
from .stirring import spots, swaying
from .tones import tones
from .traffic import FROM, movers, traffic

Observations = dict[str, list[float]]


@dataclass(frozen=True)
class Measure:
    key: str
    title: str
    digits: int = 1
    log: bool = False
    share: bool = False    # each observation is yes or no, in percent: their mean is told


PARTS: dict[str, tuple[Measure, ...]] = {
    "Noise": (
        Measure("noise", "noise, of 255", 2, True),
        Measure("noise dark", "noise where dark (below 64)", 2, True),
        Measure("noise mid", "noise where grey", 2, True),
        Measure("noise bright", "noise where bright (from 160)", 2, True),
        Measure("noise at most", "noise of the noisiest tenth", 2, True),
        Measure("colour noise", "noise of colour, of 255", 2, True),
        Measure("noise smear", "noise alike in neighbour pixels (0 to 1)", 2),
        Measure("noise lasting", "noise kept to the next frame (0 to 1)", 2),
        Measure("noise pulse", "noisiest frames over usual", 1, True),
    ),
    "Light": (
        Measure("flicker", "flicker, %", 2, True),
        Measure("light 1 s", "largest change in 1 s, %", 1, True),
        Measure("light 10 s", "largest change in 10 s, %", 1, True),
        Measure("balance 10 s", "largest change of white balance in 10 s, %", 1, True),
    ),
    "Contrast": (
        Measure("luma 5 %", "luma, darkest 5 %", 0),
        Measure("luma 50 %", "luma, middle", 0),
        Measure("luma 95 %", "luma, brightest 5 %", 0),
        Measure("luma range", "luma, range between these", 0),
        Measure("local contrast", "deviation in a cell", 1, True),
        Measure("local contrast, high", "deviation in a cell, highest tenth", 1, True),
        Measure("white", "clipped white, % of pixels", 1),
        Measure("black", "clipped black, % of pixels", 1),
        Measure("detail", "gradients at half Nyquist, %", 1),
        Measure("fine detail", "gradients from 3/4 Nyquist, %", 1),
    ),
    "Colour": (
        Measure("chroma", "chroma, middle", 1),
        Measure("chroma, high", "chroma, highest 5 %", 1),
        Measure("cast", "chroma of the mean (cast)", 1),
        Measure("cast, red", "cast towards red (a)", 1),
        Measure("cast, yellow", "cast towards yellow (b)", 1),
        Measure("mover chroma", "chroma of movers", 1),
        Measure("mover chroma, more", "that less what is behind", 1),
        Measure("mover contrast", "movers' distance from it, Lab", 1, True),
    ),
    "Movers": (
        Measure("size", "size, frame widths", 3, True),
        Measure("speed", "speed, frame widths a second", 3, True),
        Measure("in view", "seconds in view", 1, True),
        Measure("at once", "number at once", 0),
        Measure("movers a minute", "movers a minute", 0),
        Measure("nobody", "nobody there, % of the time", 0),
        *(Measure(f"from {side}", f"begin {'inside' if side == 'inside' else 'at the ' + side}, %", 0, share=True) for side in (*FROM, "inside")),
    ),
    "Stirring": (
        Measure("swaying", "swaying cells, %", 1),
        Measure("spots a minute", "bright spots a minute", 1),
    ),
}


def measure(footage: Footage) -> Observations:
    """Everything about one stretch; what cannot be told of it is missing."""
    found = movers(footage)
    return {**noise(footage), **light(footage), **tones(footage), **traffic(footage, found), **swaying(footage), **spots(footage, found)}


def together(parts: list[Observations]) -> Observations:
    keys = dict.fromkeys(key for part in parts for key in part)
    return {key: [float(value) for part in parts for value in part.get(key, [])] for key in keys}


def quantiles(values: list[float]) -> tuple[float, float, float] | None:
    """5, 50 and 95 %."""
    return None if not values else tuple(float(q) for q in np.quantile(values, (0.05, 0.5, 0.95)))
