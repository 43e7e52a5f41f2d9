"""The steps of two tax laws: a chart and a table.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import intervals
from ....charts.figure import Figure
from ....charts.of_findings import Findings, nothing, origin
from ....charts.table import Table
from ....prose.markdown import Prose


def tax_reactions(frame: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Five sessions around each step, and the mean of each law; ``frame`` as ``tax.reactions``."""
    if frame.empty:
        return nothing("The chart of tax steps", f["reshoring_sectors.tax_2016_5d"])
    small, large = f["reshoring_sectors.small_since_iija"].series
    drawing = intervals.forest(
        frame, unit="percentage points", shows=f"{small} minus {large} around tax steps"
    )
    return drawing.figure(
        "reshoring_sectors.tax_reactions",
        title=reactions_title(frame),
        subtitle=f"{small} minus {large} over five sessions from the close before, percentage points, "
        "with 95% interval",
        unit="percentage points",
        **origin(f, "reshoring_sectors.small_since_iija"),
        note="Intervals hold the effects that ordinary dates since 2010 do not rule out. Means use "
        "the steps whose windows do not overlap.",
    )


def reactions_title(frame: pd.DataFrame) -> str:
    """How many single steps stand out, and the largest."""
    steps = frame[~frame["label"].astype(str).str.startswith("Mean")]
    if steps.empty:
        return "No tax step can be measured here"
    clear = steps[(steps["low"] > 0) | (steps["high"] < 0)]
    number = words.spelled(len(clear)).capitalize() if len(clear) else "None"
    count = f"{number} of {words.spelled(len(steps))} tax steps"
    if clear.empty:
        return f"{count} moved small caps more than an ordinary week does"
    top = clear.loc[clear["value"].abs().idxmax()]
    if len(clear) == 1:
        return f"{count} stands out from ordinary weeks: {top['label']}"
    return f"{count} stand out from ordinary weeks, most of all {top['label']}"


def tax_table(frame: pd.DataFrame, f: Findings) -> Table | Prose:
    """Each step over 1, 5 and 21 sessions with its rank; ``frame`` as ``tax.event_table``."""
    if frame.empty:
        return nothing("The table of tax steps", f["reshoring_sectors.tax_2016_5d"])
    small, large = f["reshoring_sectors.small_since_iija"].series
    names = {
        "event": "Step",
        "session": "Session",
        "r1": "1 day",
        "rank1": "Rank, 1",
        "r5": "5 days",
        "rank5": "Rank, 5",
        "r21": "21 days",
        "rank21": "Rank, 21",
    }
    days = ["1 day", "5 days", "21 days"]
    shown = frame[list(names)].rename(columns=names)
    shown[days] *= 100
    return Table(
        id="reshoring_sectors.tax_events",
        title=f"{small} minus {large} around tax steps, percentage points",
        frame=shown,
        formats={
            "Session": "date",
            **dict.fromkeys(days, "signed_number"),
            **dict.fromkeys(("Rank, 1", "Rank, 5", "Rank, 21"), "rank"),
        },
        signed=tuple(days),
        note="Rank: share of all windows of that length since 2010 that were lower. The signing of "
        "2025 was first traded on 7 July, the day of tariff letters.",
        **origin(f, "reshoring_sectors.small_since_iija"),
    )
