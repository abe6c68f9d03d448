"""What cameras, light and wind do to a picture: it changes what is seen, and nothing of what is told."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("cv2", reason="OpenCV is not installed: pip install -r requirements.txt")

from world import plan_clip, render_plan
from world.air import CLEAR, DARK, Air, choose
from world.camera import STEPS, _Dip
from world.colours import COLOURS, LUMA, SHADES, TOLD, sample_rgb
from world.lens import Lens
from world.unrest import Unrest

INFRARED = replace(CLEAR, infrared=True, night=True)
NIGHT = Air(False, True, LUMA, 0.5, 0.0, np.zeros(3, np.float32), np.ones(3, np.float32))


def test_in_clear_light_every_colour_has_its_name():
    rng = np.random.default_rng(0)
    assert all(CLEAR.named(name, sample_rgb(rng, name)) == name for name in COLOURS for _ in range(50))


def test_infrared_shows_no_colour_and_tells_dark_from_light():
    seen = INFRARED.through(np.array([[200.0, 20.0, 20.0]], np.float32))
    assert np.ptp(seen) == 0
    assert {INFRARED.named("black", (12, 12, 12)), INFRARED.named("white", (250, 250, 250))} == set(SHADES)


def test_a_colour_that_fades_away_becomes_a_shade():
    red = np.array([190.0, 20.0, 20.0], np.float32)
    pale = [replace(CLEAR, saturation=share).named("red", red) for share in (1.0, 0.5, 0.05)]
    assert pale == ["red", "red", "dark"]
    assert replace(CLEAR, saturation=0.05).named("yellow", np.array([250.0, 230.0, 90.0])) == "light"
    assert replace(CLEAR, saturation=0.05).named("white", np.array([250.0, 250.0, 250.0])) == "white"   # it has none to lose


def test_haze_pulls_a_picture_towards_its_veil():
    veil = np.array([180.0, 190.0, 200.0], np.float32)
    black = np.zeros(3, np.float32)
    far = [np.abs(replace(CLEAR, haze=share, veil=veil).through(black) - veil).max() for share in (0.0, 0.3, 0.6)]
    assert far == sorted(far, reverse=True)


def test_most_movers_keep_a_colour():
    """Abstaining is for where nobody could tell: of all that is told in colour it is less than a quarter."""
    told = [actor.colour for seed in range(60) for actor in plan_clip(seed).actors]
    assert set(told) <= set(TOLD)
    assert 0.02 < np.mean([colour in SHADES for colour in told]) < 0.25


def test_faults_change_no_label():
    """Frames differ from those without faults; events, cells and movers come from the same plan."""
    plan = plan_clip(7)
    faulty, faultless = render_plan(plan, 4.0, 96, 96, plain=True), render_plan(plan, 4.0, 96, 96, effects=False)
    assert faulty.events == faultless.events
    assert faulty.plain is not None and faulty.plain.shape == faulty.frames.shape
    assert not np.array_equal(faulty.frames, faulty.plain)
    assert faultless.plain is None


def test_what_is_plain_has_no_noise():
    """Between two frames of a standing picture nothing changes."""
    plan = next(p for p in map(plan_clip, range(500)) if not p.actors and p.disturbance is None)
    clip = render_plan(plan, 4.0, 96, 96, plain=True)
    assert (clip.plain == clip.plain[0]).all()


def test_insects_are_there_and_gone():
    """What one of them adds is in no frame half a second later."""
    dark = np.zeros((96, 96, 3), np.float32)
    counted = 0
    for seed in range(40):
        lens = Lens(np.random.default_rng(seed), INFRARED, 4.0)
        lens._clock, lens._drops, lens._moths = None, 0, []   # only insects
        frames = np.stack([lens.over(dark, t / 4) for t in range(40)])
        bright = frames.max((1, 2, 3)) > 15
        counted += bright.sum()
        both = [(frames[t] > 15) & (frames[t + 2] > 15) for t in range(38)]
        assert np.mean([b.mean() for b in both]) < 0.02
    assert counted > 20


def test_what_sways_comes_back():
    """A swaying picture goes nowhere: over time its mean is close to the picture itself."""
    standing = (np.random.default_rng(0).random((192, 192, 3)) * 255).astype(np.uint8)
    standing = np.repeat(np.repeat(standing[::8, ::8], 8, 0), 8, 1)
    swaying = [u for u in (Unrest(np.random.default_rng(s), CLEAR, 192, 192, True) for s in range(80)) if u._sways and not u._screen and not u._beams]
    assert swaying
    for unrest in swaying[:4]:
        frames = np.stack([unrest.at(standing, t) for t in np.linspace(0, 60, 60)]).astype(np.float32)
        assert frames.std(0).max() > 5
        assert np.abs(frames.mean(0) - standing).mean() < 6


def test_the_exposure_gives_way_more_slowly_than_a_lamp_and_comes_back():
    for seed in range(30):
        dip = _Dip(np.random.default_rng(seed), 16.0)
        steps = np.log2([dip.at(t) for t in np.arange(0, 60, 0.05)])
        assert np.abs(np.diff(steps)).max() <= 1.2 * 0.05 / 0.8 + 1e-6
        assert steps[0] == pytest.approx(0, abs=1.2) and steps[-1] == pytest.approx(0, abs=1e-6)
    assert STEPS[0] < 1 < STEPS[1]


def test_every_kind_of_air_is_drawn():
    drawn = [choose(np.random.default_rng(seed)) for seed in range(300)]
    assert {(a.infrared, a.night, a is CLEAR) for a in drawn} == {(False, False, True), (False, False, False), (False, True, False), (True, True, False)}
    assert DARK < 128
