"""Charts of what simulation measured: coverage of intervals, false alarms of event tests.

Frames come from ``studies.records``. It must never compute a share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ..narrative import measured as text
from ..narrative import words
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
    target = float(frame["target"].iloc[0])
    columns = shown[["label", "value", "low", "high"]]
    drawing = intervals.forest(
        columns, unit="fraction", reference=target, signed=False, show="value"
    )
    return drawing.figure(
        "methods.coverage",
        title=text.coverage_title(frame),
        subtitle="Share of simulated histories whose interval held the truth; the line is the "
        f"{words.pct(target, 0)} promised",
        unit="share of histories",
        series=(market.small, market.large),
        as_of=market.end,
        alt=alttext.intervals(
            columns,
            "fraction",
            what="Measured coverage of intervals",
            reference=target,
            signed=False,
        ),
        note="Simulated histories shaped like small and large caps. Extreme tails: kurtosis is infinite. "
        "The lines around the dots come from the number of histories.",
    )


def size(frame: pd.DataFrame, market: Market) -> Figure:
    """Share of simulated histories in which meaningless dates were called an effect.

    Drawn for moderate tails; the note gives the range for extreme ones.
    """
    drawn = frame[frame["design"] == "moderate"]
    shown = drawn.assign(label=[f"{r.label}, {r.pattern}" for r in drawn.itertuples()])
    target = float(frame["target"].iloc[0])
    columns = shown[["label", "value", "low", "high"]].reset_index(drop=True)
    drawing = intervals.forest(
        columns, unit="fraction", reference=target, signed=False, show="value"
    )
    return drawing.figure(
        "methods.size",
        title=text.size_title(frame),
        subtitle="Share of simulated histories in which dates without meaning were called an effect; "
        f"the line is the {words.pct(target, 0)} promised",
        unit="share of histories",
        series=(market.small, market.large),
        as_of=market.end,
        alt=alttext.intervals(
            columns,
            "fraction",
            what="False alarms of event tests",
            reference=target,
            signed=False,
        ),
        note=f"Scattered: dates anywhere in the history. Bunched: all within 252 sessions. Moderate tails; "
        f"{text.size_range(frame[frame['design'] == 'heavy'])} The lines around the dots come from the "
        "number of histories.",
    )
