"""Chart and table of the steps of two tax laws.

They draw the study's frames; no step is left out because its effect is small.
"""

from __future__ import annotations

import pandas as pd

from ...prose.markdown import Prose
from .. import alttext, intervals
from ..figure import Figure
from ..table import Table
from .common import none


def tax_reactions(
    frame: pd.DataFrame, *, title: str, small: str, large: str, as_of: pd.Timestamp
) -> Figure | Prose:
    """Five sessions around each step of the tax laws, and the mean of each law.

    Args:
        frame: ``label``, ``value``, ``low``, ``high``.
    """
    if frame.empty:
        return none("tax step")
    return intervals.forest(frame, unit="percentage points", reference=0.0).figure(
        "reshoring_sectors.tax_reactions",
        title=title,
        subtitle=f"{small} minus {large} over five sessions from the close before, percentage points, "
        "with 95% interval",
        unit="percentage points",
        series=(small, large),
        as_of=as_of,
        alt=alttext.intervals(
            frame, "percentage points", what=f"{small} minus {large} around tax steps"
        ),
        note="Intervals hold the effects that ordinary dates since 2010 do not rule out. Means use "
        "the steps whose windows do not overlap.",
    )


def tax_table(frame: pd.DataFrame, *, small: str, large: str, as_of: pd.Timestamp) -> Table | Prose:
    """Each step over 1, 5 and 21 sessions with its rank.

    Args:
        frame: as :func:`rotation_lib.studies.reshoring_sectors.tax.event_table`.
    """
    if frame.empty:
        return none("tax step")
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
        series=(small, large),
        as_of=as_of.date().isoformat(),
    )
