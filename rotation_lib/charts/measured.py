"""Charts of what simulation measured: coverage of intervals, false alarms of event tests.

Frames come from ``studies.records``. It must never compute a share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from .. import words
from ..narrative import measured as text
from . import alttext, intervals
from .figure import Figure

if TYPE_CHECKING:
    from ..market import Market


def coverage(frame: pd.DataFrame, market: Market) -> Figure:
    """Share of simulated histories in which each interval held the truth."""
    shown = frame.assign(
        label=[f"{r.label}, {r.tails} tails" for r in frame.itertuples()],
        order=[list(dict.fromkeys(frame["statistic"])).index(s) for s in frame["statistic"]],
    ).sort_values("order", kind="stable", ignore_index=True)
    return _shares(
        shown,
        market,
        "coverage",
        text.coverage_title(frame),
        "whose interval held the truth",
        "Measured coverage of intervals",
        "Simulated histories shaped like small and large caps. Extreme tails: kurtosis is infinite. ",
    )


def size(frame: pd.DataFrame, market: Market) -> Figure:
    """Share of simulated histories in which meaningless dates were called an effect.

    Drawn for moderate tails; the note gives the range for extreme ones.
    """
    drawn = frame[frame["design"] == "moderate"]
    return _shares(
        drawn.assign(label=[f"{r.label}, {r.pattern}" for r in drawn.itertuples()]),
        market,
        "size",
        text.size_title(frame),
        "in which dates without meaning were called an effect",
        "False alarms of event tests",
        "Scattered: dates anywhere in the history. Bunched: all within 252 sessions. Moderate tails; "
        f"{text.size_range(frame[frame['design'] == 'heavy'])} ",
    )


def _shares(
    shown: pd.DataFrame, market: Market, name: str, title: str, which: str, what: str, note: str
) -> Figure:
    """Shares of simulated histories with their intervals, and the promised share as a line."""
    target = float(shown["target"].iloc[0])
    columns = shown[["label", "value", "low", "high"]].reset_index(drop=True)
    drawing = intervals.forest(
        columns, unit="fraction", reference=target, signed=False, show="value"
    )
    return drawing.figure(
        f"methods.{name}",
        title=title,
        subtitle=f"Share of simulated histories {which}; the line is the {words.pct(target, 0)} promised",
        unit="share of histories",
        series=(market.small, market.large),
        as_of=market.end,
        alt=alttext.intervals(columns, "fraction", what=what, reference=target, signed=False),
        note=f"{note}The lines around the dots come from the number of histories.",
    )
