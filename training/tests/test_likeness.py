"""The measures that compare the world with real video, on pictures of which one knows what they show."""
from __future__ import annotations

import shutil
import sys

import numpy as np
import pytest

cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed: pip install -r requirements.txt")

from likeness.footage import FPS, Footage
from likeness.light import light
from likeness.measures import Measure, together
from likeness.noise import noise
from likeness.stirring import spots, swaying
from likeness.table import outside, rows, said_aside
from likeness.tones import tones
from likeness.traffic import movers, traffic
from stages.likeness import BEGIN, END, main, videos, written

FRAMES, SIDE, WIDE, HIGH = 64, 128, 512, 288


def footage(small: np.ndarray, large: np.ndarray | None = None) -> Footage:
    """What is given, as a camera would give it; the larger picture is the smaller one drawn out unless it is given, too."""
    small = np.clip(np.round(small), 0, 255).astype(np.uint8)
    return Footage(small, large if large is not None else np.stack([cv2.resize(frame, (WIDE, HIGH)) for frame in small]))


def grey(level: float = 128.0, frames: int = FRAMES) -> np.ndarray:
    return np.full((frames, SIDE, SIDE, 3), level, np.float32)


def grain(sigma: float, frames: int = FRAMES) -> np.ndarray:
    return np.random.default_rng(1).normal(0, sigma, (frames, SIDE, SIDE, 1)).astype(np.float32)


def crossing(size: float, speed: float, colour=(220, 40, 40), frames: int = FRAMES) -> Footage:
    """A square of so many frame widths that comes in at the left and goes to the right."""
    large = np.full((frames, HIGH, WIDE, 3), 100, np.uint8)
    half = size * WIDE / 2
    for t in range(frames):
        x = (-size + speed * (t - 8) / FPS) * WIDE
        large[t, round(HIGH / 2 - half):round(HIGH / 2 + half), max(round(x - half), 0):max(round(x + half), 0)] = colour
    return footage(np.stack([cv2.resize(frame, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for frame in large]), large)


def test_noise_is_measured_as_strong_as_it_is():
    found = noise(footage(grey() + grain(3.0)))
    assert found["noise"][0] == pytest.approx(3.0, rel=0.05)
    assert found["noise mid"][0] == pytest.approx(3.0, rel=0.05)
    assert "noise dark" not in found and "noise bright" not in found
    assert abs(found["noise smear"][0]) < 0.05 and abs(found["noise lasting"][0]) < 0.05
    assert found["colour noise"][0] < 0.5


def test_noise_of_the_dark_is_told_apart_from_that_of_the_bright():
    pictures = grey(200.0) + grain(4.0)
    pictures[:, :64] = grey(40.0)[:, :64] + grain(1.0)[:, :64]
    found = noise(footage(pictures))
    assert found["noise dark"][0] < 0.5 * found["noise bright"][0]


def test_smeared_noise_and_noise_that_stays_are_recognised():
    smeared = np.stack([cv2.GaussianBlur(frame, (0, 0), 1.0)[..., None] for frame in grain(8.0)])
    assert noise(footage(grey() + smeared))["noise smear"][0] > 0.5
    rng, values = np.random.default_rng(2), [grain(3.0, 1)[0]]
    for _ in range(FRAMES - 1):
        values.append(0.8 * values[-1] + 0.6 * rng.normal(0, 3, values[-1].shape).astype(np.float32))
    assert noise(footage(grey() + np.stack(values)))["noise lasting"][0] == pytest.approx(0.8, abs=0.08)


def test_what_passes_is_no_noise():
    pictures = grey() + grain(2.0)
    for t in range(FRAMES):
        pictures[t, 40:80, 2 * t:2 * t + 30] = 230
    found = noise(footage(pictures))
    assert found["noise"][0] == pytest.approx(2.0, rel=0.1)
    assert found["noise at most"][0] < 3


def test_a_dip_is_quick_and_a_drift_is_slow():
    dip, drift = np.ones(FRAMES), 1 + 0.3 * np.linspace(0, 1, FRAMES)
    dip[30:40] = 1 / 1.5
    dips, drifts = (light(footage(grey() * factor[:, None, None, None])) for factor in (dip, drift))
    assert dips["light 1 s"][0] == pytest.approx(50, abs=3)
    assert drifts["light 1 s"][0] < 0.25 * drifts["light 10 s"][0]
    assert dips["balance 10 s"][0] < 2


def test_white_balance_that_drifts_is_no_change_of_light():
    pictures = grey()
    pictures[..., 0] *= 1 + 0.1 * np.linspace(0, 1, FRAMES)[:, None, None]
    found = light(footage(pictures))
    assert found["balance 10 s"][0] > 5
    assert found["balance 10 s"][0] > 2 * found["light 10 s"][0]


def test_saturation_and_cast_are_those_of_lab():
    red = np.zeros((FRAMES, SIDE, SIDE, 3), np.float32)
    red[..., 0] = 255
    found = tones(footage(red))
    assert found["chroma"][0] == pytest.approx(104.55, abs=0.5)   # of sRGB red, as tables have it
    assert found["cast"][0] == pytest.approx(104.55, abs=0.5)
    assert found["white"][0] == 100
    assert tones(footage(grey()))["chroma"][0] < 0.5


def test_fine_detail_is_lost_by_a_blur():
    sharp = grey() + grain(20.0, 1)
    blurred = np.repeat(cv2.GaussianBlur(sharp[0], (0, 0), 1.5)[None], FRAMES, 0)
    assert tones(footage(sharp))["fine detail"][0] > 5 * tones(footage(blurred))["fine detail"][0]


@pytest.mark.parametrize(("size", "speed"), [(0.06, 0.15), (0.15, 0.3)])
def test_a_square_has_its_size_its_speed_and_its_edge(size: float, speed: float):
    seen = crossing(size, speed)
    told = traffic(seen, movers(seen))
    assert told["size"] == [pytest.approx(size, rel=0.1)]
    assert told["speed"] == [pytest.approx(speed, rel=0.1)]
    assert told["in view"] == [pytest.approx((1 + size) / speed, rel=0.15)]
    assert told["from left"] == [100.0] and told["from inside"] == [0.0]
    assert set(told["at once"]) == {1.0}
    assert told["mover chroma, more"][0] > 50


def test_a_mover_behind_a_pole_stays_one():
    seen = crossing(0.08, 0.3)
    at = 16   # frames; it is in the picture by then
    assert (seen.large[at] != seen.large[0]).any()
    seen.large[at:at + 2] = seen.large[0]
    assert traffic(seen, movers(seen))["size"] == [pytest.approx(0.08, rel=0.1)]


def test_what_comes_and_stands_or_shows_for_a_moment_is_no_mover():
    pictures = grey()
    pictures[20:40, 50:70, 50:70] = 220
    for t in (50, 51):
        pictures[t, 20:40, 5 + 8 * (t - 50):25 + 8 * (t - 50)] = 20
    assert movers(footage(pictures)) == []


def test_what_stirs_on_its_spot_is_no_mover_but_sways():
    pictures = grey() + grain(1.0)
    for t in range(FRAMES):
        pictures[t, 32:64, 32:64] += 25 * np.sin(2.5 * t)
    seen = footage(pictures)
    assert movers(seen) == []
    assert swaying(seen)["swaying"][0] == pytest.approx(100 * 16 / 256, abs=1)   # so many of its cells
    assert swaying(crossing(0.1, 0.2))["swaying"][0] < 1
    pictures = grey()
    pictures[:, 32:64, 32:64] += 2.0 * np.arange(FRAMES)[:, None, None, None]   # it changes all the time, and does not come back
    assert swaying(footage(pictures))["swaying"][0] == 0


def test_bright_spots_are_counted_but_not_what_stays_or_passes():
    pictures = grey(60.0) + grain(1.0)
    for t in range(4, 60, 8):
        pictures[t, 20 + t:22 + t, 100 - t:102 - t] = 200
    pictures[10:40, 10:12, 10:12] = 200
    seen = footage(pictures)
    assert spots(seen, movers(seen))["spots a minute"][0] == pytest.approx(7 / seen.minutes)
    passing = crossing(0.016, 0.2, (250, 250, 250))
    assert len(movers(passing)) == 1
    assert spots(passing, movers(passing))["spots a minute"][0] == 0


def test_an_edge_that_shakes_is_no_spot():
    dashed = grey(60.0)
    for row in range(8, 120, 16):
        dashed[:, row:row + 4, row:row + 2] = 200
    shaken = np.stack([np.roll(frame, t % 7 == 3, axis=1) for t, frame in enumerate(dashed)])
    seen = footage(shaken)
    assert spots(seen, movers(seen))["spots a minute"][0] == 0


def test_the_table_marks_a_clip_that_the_world_does_not_reach():
    measure, world = Measure("noise", "noise"), {"noise": [1.0, 2.0, 3.0], "chroma": [5.0]}
    real = {"inside": {"noise": [2.5]}, "noisy": {"noise": [9.0]}, "a hair beyond": {"noise": [2.93]}}
    assert [outside(measure, clip, world) for clip in real.values()] == [False, True, False]
    row = next(line for line in rows(real, world) if line.startswith("| noise, of 255 |"))
    assert "**9.00**" in row and "**2.50**" not in row
    assert any(line.startswith("noise, of 255") for line in said_aside(real, world))
    assert together([{"noise": [1.0]}, {"noise": [2.0], "chroma": []}]) == {"noise": [1.0, 2.0], "chroma": []}


def test_the_page_changes_between_its_marks_only():
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert written(page, ["new"]) == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    with pytest.raises(ValueError, match="must have one"):
        written("no marks", ["new"])


def test_without_videos_nothing_is_written(tmp_path, monkeypatch, capsys):
    page = tmp_path / "page.md"
    page.write_text("as it was")
    monkeypatch.setattr(sys, "argv", ["likeness", "--video", str(tmp_path / "none"), "--page", str(page), "--figure", str(tmp_path / "f.svg")])
    main()
    assert "no videos" in capsys.readouterr().out
    assert page.read_text() == "as it was" and not (tmp_path / "f.svg").exists()


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not on the PATH")
def test_a_video_is_cut_into_stretches_of_both_sizes(tmp_path):
    from likeness.sources import of_video
    from stages.codec import encode
    encode(np.full((50, 90, 160, 3), 90, np.uint8), 5.0, tmp_path / "clip.mp4")
    assert [path.name for path in videos(tmp_path)] == ["clip.mp4"]
    stretches = of_video(tmp_path / "clip.mp4", 4.0)
    assert [s.small.shape for s in stretches] == [(16, 128, 128, 3)] * 3
    assert [s.large.shape for s in stretches] == [(16, 288, 512, 3)] * 3
    assert abs(int(stretches[0].large.mean()) - 90) < 3
