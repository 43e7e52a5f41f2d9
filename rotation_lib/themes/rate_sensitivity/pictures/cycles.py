"""Easing cycles side by side.

Without a cycle in the window a sentence takes the chart's place; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import lines
from ....charts.figure import Figure
from ....charts.of_findings import Findings, known, nothing, origin
from ....prose.markdown import Prose


def easing(paths: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Relative return after the first cut of each leg, the latest six; ``paths`` as ``cycles.paths``."""
    if not len(paths.columns):
        return nothing("The chart of easing cycles", "no easing leg begins in the window")
    small, large = f["rate_sensitivity.easing_usual_half"].series
    shown = paths[list(paths.columns)[-6:]].dropna(how="all")
    drawing = lines.lines(
        shown,
        unit="percentage points",
        reference=0.0,
        signed=True,
        x_title="Sessions since the close before the first cut",
        shows="Lead of small caps after cutting began",
    )
    return drawing.figure(
        "rate_sensitivity.easing_legs",
        title=easing_title(f),
        subtitle=f"{small} minus {large}, percentage points, from the close before the leg's first cut",
        unit="percentage points",
        **origin(
            f, "rate_sensitivity.easing_legs_ahead_half", "rate_sensitivity.easing_usual_half"
        ),
        note="A leg opens with a cut after more than 100 days without one; emergency cuts count.",
    )


def easing_title(f: Findings) -> str:
    """How many easing legs small caps led after a year, else half a year."""
    for id, label in (
        ("rate_sensitivity.easing_legs_ahead_year", "a year"),
        ("rate_sensitivity.easing_legs_ahead_half", "half a year"),
    ):
        if known(f[id]):
            count, legs = int(f[id].value or 0), f[id].n or 0
            if legs == 1:
                return f"Small caps {'led' if count else 'lagged'} {label} into the one easing leg"
            number = words.spelled(count) if count else "none"
            return f"Small caps led in {number} of {words.spelled(legs)} easing legs after {label}"
    return "No easing leg of this window is half a year old"
