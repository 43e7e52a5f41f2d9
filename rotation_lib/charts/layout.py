"""Where things go: thinning, label positions, domains and ticks, computed from the data.

Pure arithmetic on frames and numbers; it must never draw and never change a value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import wrap as wrap_text

import numpy as np
import pandas as pd

from ..errors import FigureError
from . import theme

#: A daily frame longer than this is shown by week unless the caller asks otherwise.
THIN_ABOVE = 800


def wide(frame: pd.DataFrame | pd.Series) -> pd.DataFrame:
    """One row per x, one column per series; the index is x and keeps or gets a name.

    Args:
        frame: a Series; a wide frame indexed by x; or a tidy frame with the columns
            ``date`` (or ``x``), ``series``, ``value``. NaN stays NaN.

    Raises:
        FigureError: no rows or columns, or a series without a value.
    """
    table = frame.to_frame(frame.name or "value") if isinstance(frame, pd.Series) else frame
    if {"series", "value"} <= set(table.columns):
        key = "date" if "date" in table.columns else "x"
        order = list(dict.fromkeys(table["series"]))
        table = table.pivot(index=key, columns="series", values="value")[order]
    if table.empty or not len(table.columns):
        raise FigureError("a chart got a frame without rows; show a sentence instead.")
    table = table.sort_index().rename(columns=str)
    table.columns.name = None
    empty = [name for name in table.columns if table[name].notna().sum() == 0]
    if empty:
        raise FigureError(f"a chart got a series without a value: {', '.join(empty)}; drop it.")
    is_date = isinstance(table.index, pd.DatetimeIndex)
    return table.rename_axis("date" if is_date else str(table.index.name or "x"))


def weekly(frame: pd.DataFrame) -> pd.DataFrame:
    """Last row of each week of a daily frame, for display.

    Keeps the first and last row, and of every column its first and last value and both
    extremes, so that nothing an eye could see is lost. No value is changed or averaged.

    Args:
        frame: wide, with an ascending DatetimeIndex.
    """
    index = pd.DatetimeIndex(frame.index)
    last_of_week = pd.Series(index, index=index).groupby(index.to_period("W-FRI")).last()
    keep = set(last_of_week) | {index[0], index[-1]}
    for name in frame.columns:
        column = frame[name].dropna()
        if pd.api.types.is_numeric_dtype(column) and len(column):
            keep |= {column.index[0], column.index[-1], column.idxmin(), column.idxmax()}
    return frame.loc[index.isin(list(keep))]


def thinned(frame: pd.DataFrame, thin: bool) -> pd.DataFrame:
    """By week when asked, dated, and long enough to need it."""
    dated = isinstance(frame.index, pd.DatetimeIndex)
    return weekly(frame) if thin and dated and len(frame) > THIN_ABOVE else frame


def domain(
    values: Sequence[float] | np.ndarray, *, log: bool = False, pad: float = 0.04, foot: float = 0.0
) -> tuple[float, float]:
    """Smallest and largest finite value with some air; never of zero length.

    Args:
        foot: share of the whole that stays free at the bottom, for words that stand there.
    """
    finite = np.asarray(values, dtype=float)
    finite = finite[np.isfinite(finite)]
    if log:
        if (finite <= 0).any():
            raise FigureError("a log scale got a value of zero or less; use log=False.")
        low, high = np.log(finite.min()), np.log(finite.max())
    else:
        low, high = finite.min(), finite.max()
    room = (high - low) * pad if high > low else max(abs(high) * 0.1, 1e-3)
    low, high = low - room, high + room
    low -= (high - low) * foot / (1 - foot)
    return (float(np.exp(low)), float(np.exp(high))) if log else (float(low), float(high))


def log_ticks(low: float, high: float, most: int = 9) -> list[float]:
    """Round numbers inside a log domain: 1-2-5 steps, or even steps where it spans little."""
    inside: list[float] = []
    for steps in ((1, 1.5, 2, 3, 4, 5, 7), (1, 2, 3, 5), (1, 2, 5), (1,)):
        exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        inside = [
            t for e in exponents for s in steps if low <= (t := round(s * 10.0**e, 9)) <= high
        ]
        if len(inside) <= most:
            break
    return inside if len(inside) >= 3 else _even_ticks(low, high)


def _even_ticks(low: float, high: float) -> list[float]:
    """Three to seven multiples of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10((high - low) / 3))
    step = next(s * power for s in (5, 2, 1) if (high - low) / (s * power) >= 3)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [round(k * step, 9) for k in range(first, last + 1)]


def dodge(positions: Sequence[float], sizes: Sequence[float], limit: float) -> list[float]:
    """Centres moved as little as needed so that labels of these sizes do not touch.

    Args:
        positions: wanted centres in pixels from the top.
        sizes: heights of the labels.
        limit: height of the plot; labels may reach half a line beyond it.
    """
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    groups: list[tuple[float, float, list[int]]] = []  # centre, size, members
    for i in order:
        group = (_held(positions[i], sizes[i], limit), sizes[i], [i])
        # Held inside the plot before it is compared: an edge may push it into its neighbour.
        while groups and groups[-1][0] + groups[-1][1] / 2 > group[0] - group[1] / 2:
            group = _merged(groups.pop(), group, limit)
        groups.append(group)
    placed = [0.0] * len(positions)
    for centre, size, members in groups:
        edge = centre - size / 2
        for i in members:
            placed[i] = edge + sizes[i] / 2
            edge += sizes[i]
    return placed


def _held(centre: float, size: float, limit: float) -> float:
    """A centre at which a label reaches at most half a line beyond the plot, the top first."""
    return max(min(centre, limit + 7 - size / 2), size / 2 - 7)


def _merged(
    one: tuple[float, float, list[int]], other: tuple[float, float, list[int]], limit: float
) -> tuple[float, float, list[int]]:
    """Two groups as one, around the mean of their labels' centres."""
    a, b = len(one[2]), len(other[2])
    centre, size = (one[0] * a + other[0] * b) / (a + b), one[1] + other[1]
    return _held(centre, size, limit), size, one[2] + other[2]


def stagger(at: Sequence[float], widths: Sequence[float], room: float) -> list[tuple[int, str]]:
    """Row (0 is nearest to the plot) and side of labels that stand at vertical rules.

    A rule runs from its label down, so that it would cross whatever label lies below it:
    a label that spans another's rule is put in a higher row than that other one.

    Args:
        at: ascending positions of the rules in pixels.
        widths: of the labels. room: width of the plot.
    """
    n = len(at)
    left = [at[i] + widths[i] > room + 20 and at[i] >= widths[i] / 2 for i in range(n)]

    def covers(i: int, x: float) -> bool:
        start = at[i] - widths[i] - 5 if left[i] else at[i]
        return start <= x <= start + widths[i] + 5

    # Two labels that face each other across both rules cannot be ordered: turn the first.
    while facing := [
        i
        for i in range(n)
        for j in range(i + 1, n)
        if not left[i] and left[j] and covers(i, at[j]) and covers(j, at[i])
    ]:
        for i in facing:
            left[i] = True
    below = {
        i: [j for j in range(n) if j != i and covers(i, at[j]) and not (at[j] == at[i] and j > i)]
        for i in range(n)
    }
    rows: dict[int, int] = {}
    while len(rows) < n:
        ready = [i for i in range(n) if i not in rows and all(j in rows for j in below[i])]
        i = ready[0] if ready else next(k for k in range(n) if k not in rows)
        row = max((rows[j] + 1 for j in below[i] if j in rows), default=0)
        ends = _extent(at[i], widths[i], left[i])
        while any(
            r == row and _touch(ends, _extent(at[j], widths[j], left[j])) for j, r in rows.items()
        ):
            row += 1
        rows[i] = row
    return [(rows[i], "left" if left[i] else "right") for i in range(n)]


def _extent(x: float, width: float, left: bool) -> tuple[float, float]:
    return (x - width - 3, x) if left else (x, x + width + 3)


def _touch(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] < other[1] + 3 and other[0] < one[1] + 3


def text_width(text: str, size: float = theme.FONT_SIZE) -> float:
    """Estimated width in pixels of the longest line."""
    return max(len(line) for line in text.split("\n")) * size * theme.CHARACTER


def wrapped(text: str, characters: int = 16) -> str:
    """Text on several lines at word boundaries; a single long word stays whole."""
    return "\n".join(wrap_text(text, characters, break_long_words=False)) or text


def number_text(value: float, unit_name: str, *, signed: bool = False) -> str:
    """A number of a unit as a label shows it, with a true minus sign."""
    u = theme.unit(unit_name)
    scaled = round(value * u.factor, 6)
    digits = int(u.tip.rsplit(".", 1)[1][0])
    if abs(scaled) >= 100 or (unit_name == "times" and abs(scaled) >= 9.95):
        digits = 0 if abs(scaled) >= 100 else 1
    rounded = round(scaled, digits) + 0.0
    sign = "−" if rounded < 0 else "+" if signed and rounded > 0 else ""
    return f"{sign}{abs(rounded):,.{digits}f}{u.suffix}"
