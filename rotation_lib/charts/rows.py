"""Rows of a horizontal chart: names above their marks, marks beside a fixed value.

Shared by bars and intervals; it must never sort or drop a row.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd

from ..errors import FigureError
from . import layout, parts, theme

ROW = 40
#: Letters of a line where there is room.
_ONE_LINE = 75
TIGHT = alt.Scale(paddingInner=0, paddingOuter=0)


def need(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    """The frame with a plain index; FigureError when empty or without one of the columns."""
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise FigureError(
            f"a chart needs the columns {', '.join(missing)}; the frame has "
            f"{', '.join(map(str, frame.columns))}."
        )
    if frame.empty:
        raise FigureError("a chart got a frame without rows; show a sentence instead.")
    return frame.reset_index(drop=True)


@dataclass(frozen=True)
class Rows:
    """A row per label: the y channel, the layer of names, and where marks go below a name."""

    y: alt.Y
    names: alt.Chart
    step: int
    offset: int

    @property
    def height(self) -> int:
        """Of all rows."""
        return self.step * len(self.y["sort"])


def rows(labels: pd.Series, step: int = ROW, letters: int = 48, beside: float = 0.0) -> Rows:
    """Rows whose names stand above their marks; one too long for a phone has two lines there.

    Args:
        labels: names of the rows. step: height of a row in pixels.
        letters: of a name's line on a phone.
        beside: pixels that a name leaves free at its right.

    Raises:
        FigureError: when two rows have one name.
    """
    twice = labels[labels.duplicated()]
    if len(twice):
        raise FigureError(f"two rows are called {twice.iloc[0]!r}; name them apart.")
    texts = {str(name): layout.wrapped(str(name), letters) for name in labels}
    more = max(text.count("\n") for text in texts.values())
    step += theme.LINE_HEIGHT * more
    y = alt.Y("label:N", sort=list(labels), axis=None, scale=TIGHT)
    text = (
        parts.named("main")
        .transform_calculate(written=_names(texts, more, beside))
        .mark_text(align="left", baseline="top", yOffset=4 - step / 2, lineBreak="\n")
    )
    return Rows(y, text.encode(y=y, x=alt.value(0), text="written:N"), step, step // 2 - 12)


def _names(texts: dict[str, str], more: int, beside: float) -> str:
    """A Vega expression for a row's name: on one line as soon as the plot is wide enough for all."""
    if not more:
        return "datum.label"
    whole = {name: layout.wrapped(name, _ONE_LINE) for name in texts}
    roomy = round(max(map(layout.text_width, whole.values())) + beside)
    return f"width >= {roomy} ? {_written(whole, more)} : {_written(texts, more)}"


def _written(texts: dict[str, str], lines: int) -> str:
    """A Vega expression for a row's name; names on fewer lines are pushed down to their marks."""
    pushed = {name: "\n" * (lines - text.count("\n")) + text for name, text in texts.items()}
    return f"({json.dumps(pushed)})[datum.label]"


def mark_at(value: float, row: Rows) -> alt.Chart:
    """A fixed value of x in every row, beside the marks only: it must not strike out the names."""
    tick = parts.named("main").mark_tick(
        orient="vertical",
        color=theme.hex_of("axis"),
        thickness=1,
        height=24,
        yOffset=row.offset,
        opacity=1,
    )
    drawn: alt.Chart = tick.encode(x=alt.datum(value), y=row.y)
    return drawn


def value_domain(values: np.ndarray, *, room: float = 0.24) -> tuple[float, float]:
    """From zero or below to zero or above, with room at the ends for the labels of values."""
    finite = values[np.isfinite(values)]
    low, high = min(0.0, finite.min()), max(0.0, finite.max())
    span = (high - low) or 1.0
    return low - (room * span if low < 0 else 0), high + (room * span if high > 0 else 0)
