"""Small caps against large caps in two steps.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import lines
from ....charts.figure import Figure
from ....charts.of_findings import Findings, nothing, origin
from ....prose.markdown import Prose


def weighting(frame: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Small against large in two steps; ``frame`` as ``weighting.weighting``."""
    if len(frame) < 2:
        return nothing("Relative wealth in two steps", "the three funds share no session")
    names = [str(c) for c in frame.columns]
    roles = dict(zip(names, ("small", "large", "accent"), strict=False))
    drawing = lines.lines(
        frame, unit="ratio", log=True, reference=1.0, colours=roles, rebase=True,
        shows="Relative wealth",
    )  # fmt: skip
    return drawing.figure(
        "tech_valuations.weighting",
        title=weighting_title(frame),
        subtitle="Relative wealth, total return, log scale; the first line is the product of the others",
        unit="ratio, 1 at the base close",
        **origin(
            f,
            "tech_valuations.small_vs_large",
            "tech_valuations.equal_weight_lead",
            "tech_valuations.small_vs_equal_weight",
            drawn=frame,
        ),
        note="RSP holds the companies of the S&P 500 in equal weights.",
    )


def weighting_title(frame: pd.DataFrame) -> str:
    """Where the relative wealths end."""
    last = frame.iloc[-1]
    told = [f"{name} {words.pct(last[name] - 1, signed=True)}" for name in frame.columns]
    return f"Relative wealth since the start: {words.join(told)}"
