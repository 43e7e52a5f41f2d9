"""The palette, checked with a colour-vision model: contrast, separation, uniqueness."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from rotation_lib.charts import theme
from rotation_lib.errors import FigureError

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def linear(colour: str) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(colour: str, vision: str) -> np.ndarray:
    seen = np.clip(np.array(VISION[vision]) @ linear(colour), 0, 1)
    xyz = TO_XYZ @ seen / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, other: str) -> float:
    a, b = (float(np.dot(TO_XYZ[1], linear(c))) for c in (one, other))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


def test_the_model_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0, abs=0.01)
    red, green = "#c00000", "#507800"
    apart = {v: float(np.linalg.norm(lab(red, v) - lab(green, v))) for v in VISION}
    assert apart["normal"] > 60
    assert apart["deuteranopia"] < 25


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("vision", list(VISION))
def test_series_can_be_told_apart(mode: str, vision: str) -> None:
    for a, b in combinations(theme.SERIES, 2):
        gap = np.linalg.norm(
            lab(theme.hex_of(a, mode), vision) - lab(theme.hex_of(b, mode), vision)
        )
        assert gap >= 20, (a, b, gap)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("vision", list(VISION))
def test_signs_can_be_told_apart(mode: str, vision: str) -> None:
    gap = np.linalg.norm(
        lab(theme.hex_of("positive", mode), vision) - lab(theme.hex_of("negative", mode), vision)
    )
    assert gap >= 30


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_contrast_against_the_paper(mode: str) -> None:
    paper = theme.hex_of("paper", mode)
    # Series colours are the colours of their labels too.
    for name in (*theme.SERIES, "positive", "negative", "ink", "caption", "event", "neutral"):
        assert contrast(theme.hex_of(name, mode), paper) >= 4.5, name
    assert contrast(theme.hex_of("muted", mode), paper) >= 3.0
    for text in ("event", "ink", "caption"):
        assert contrast(theme.hex_of(text, mode), theme.hex_of("span", mode)) >= 4.5, text


def test_no_hex_has_two_meanings() -> None:
    pairs = theme.palette_pairs()
    every = [*pairs, *pairs.values()]
    assert len(every) == 2 * len(theme.COLOURS) == len(set(every))
    assert all(h == h.lower() and len(h) == 7 for h in every)


def test_dark_swaps_every_colour_and_nothing_else() -> None:
    light = {"a": [theme.hex_of("small"), "#123456"], "b": {"c": theme.hex_of("ink"), "n": 1.5}}
    assert theme.to_dark(light) == {
        "a": [theme.hex_of("small", "dark"), "#123456"],
        "b": {"c": theme.hex_of("ink", "dark"), "n": 1.5},
    }
    assert light["a"][0] == theme.hex_of("small")


def test_assignment_of_colours() -> None:
    given = theme.assign(["Banks", "IWM", "QQQ"], {"Banks": "accent"})
    assert given == {
        "Banks": theme.hex_of("accent"),
        "IWM": theme.hex_of("small"),
        "QQQ": theme.hex_of("tech"),
    }
    assert len(set(theme.assign(list("abcdef")).values())) == 6
    with pytest.raises(FigureError, match="7 series are too many"):
        theme.assign(list("abcdefg"))
    with pytest.raises(FigureError, match="no colour is called 'smal'; try 'small'"):
        theme.assign(["a"], {"a": "smal"})
    with pytest.raises(FigureError, match="no unit is called 'percents'; try 'percent'"):
        theme.unit("percents")
