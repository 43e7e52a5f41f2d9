"""Where growth turned near a law: the likeliest breaks, and every search.

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

#: P-value up to which something is said to be more than chance.
LEVEL = 0.05
#: What was searched: each brings its series.
_SEARCHED = (
    "reshoring_sectors.construction_since_iija", "reshoring_sectors.jobs_since_iija",
    "reshoring_sectors.output_since_iija", "reshoring_sectors.orders_since_iija_real",
)  # fmt: skip


def turns(shown: pd.DataFrame, found: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Months from a law to a turn in growth, with intervals.

    Args:
        shown: as ``turns.shown``.
        found: every search, as ``turns.table``.
        f: findings.
    """
    if shown.empty:
        return nothing("The search for breaks", f["reshoring_sectors.break_iija_months"])
    drawing = intervals.forest(
        shown,
        unit="count",
        reference=0.0,
        shows="Months from a law to the likeliest break in growth",
    )
    return drawing.figure(
        "reshoring_sectors.turns",
        title=searches_title(found),
        subtitle="Months from the law to the likeliest break in mean growth, with 95% interval; "
        "below zero, before the law",
        unit="months",
        **origin(f, *_SEARCHED),
        note=f"Of {len(found)} searches, those for deflated factory building, and others whose break "
        "survives the number of searches. The interval says when the break was, if there was one.",
    )


def searches_title(found: pd.DataFrame) -> str:
    """How many of the searches found a break."""
    if found.empty:
        return "No law has months enough around it to search for a break"
    count = int((found["p_family"] <= LEVEL).sum())
    verb = "find" if count > 1 else "finds"
    number = words.spelled(count).capitalize() if count else "None"
    return (
        f"{number} of {words.spelled(len(found))} searches {verb} a break that survives the "
        "number of searches"
    )


def turns_table(found: pd.DataFrame, f: Findings) -> Table | Prose:
    """Every search for a break, also those that found none; ``found`` as ``turns.table``."""
    if found.empty:
        return nothing("The table of breaks", f["reshoring_sectors.break_iija_months"])
    names = {
        "series": "Series",
        "law": "Around",
        "break": "Break",
        "before": "Before",
        "after": "After",
        "p": "p",
        "p_family": "p, all",
    }
    formats = {
        "Break": "month",
        "Before": "signed_pct",
        "After": "signed_pct",
        "p": "p_value",
        "p, all": "p_value",
    }
    return Table(
        id="reshoring_sectors.turns_table",
        title="Likeliest breaks in growth a year, two years either side of each law",
        frame=found[list(names)].rename(columns=names),
        formats=formats,
        note="A likeliest break exists in any series; only a small p-value makes it one. Last column: "
        "allowing for every search (Holm).",
        **origin(f, *_SEARCHED),
    )
