"""Charts and tables of spending, the factories and the turns in growth.

They draw the study's frames; no series is deflated or smoothed here.
"""

from __future__ import annotations

import pandas as pd

from ...prose.markdown import Prose
from ...studies.reshoring_sectors.terms import DEFLATOR, JOBS, ORDERS, OUTPUT, SPENDING
from .. import alttext, intervals, lines
from ..figure import Figure
from ..table import Table
from .common import law_events, none


def construction(levels: pd.DataFrame, *, title: str) -> Figure | Prose:
    """Factory construction in billions a year, as counted and deflated.

    Args:
        levels: months × (Nominal, Deflated).
        title: the finding.
    """
    if len(levels) < 2:
        return none("chart of spending")
    return lines.lines(
        levels,
        unit="billion dollars",
        events=law_events(),
        label_values=True,
        colours={"Nominal": "small", "Deflated": "accent"},
        include=(0.0,),
    ).figure(
        "reshoring_sectors.construction",
        title=title,
        subtitle="Spending on factory construction, billion dollars at an annual rate, monthly",
        unit="billion dollars, annual rate",
        series=(SPENDING, DEFLATOR),
        as_of=levels.index[-1],
        alt=alttext.lines(levels, "billion dollars", what="Spending on factory construction"),
        note="Deflated: core consumer prices of the last month shown. Building costs rose faster "
        "than consumer prices in 2021 and 2022, so that the rise in volume was smaller than this."
        if levels.iloc[:, -1].notna().any()
        else "In current dollars: no deflator is held.",
    )


def real_economy(indexed: pd.DataFrame, *, title: str, base: pd.Timestamp) -> Figure | Prose:
    """Spending, jobs, output and orders side by side, each on its own scale.

    Args:
        indexed: months × series, 100 in ``base``.
        title: the finding.
        base: month set to 100.
    """
    if len(indexed) < 2 or not len(indexed.columns):
        return none("comparison")
    shown = indexed.dropna(axis="columns", how="all")
    return lines.small_multiples(shown, unit="index", reference=100.0, events=law_events()).figure(
        "reshoring_sectors.real_economy",
        title=title,
        subtitle=f"Index, {base:%B %Y} = 100, each panel with its own scale",
        unit="index",
        series=(SPENDING, JOBS, OUTPUT, ORDERS, DEFLATOR),
        as_of=shown.index[-1],
        alt=alttext.lines(shown, "index", what=f"Index, {base:%B %Y} = 100"),
        note="Orders are those for capital goods without defence and aircraft. Mind the scales: "
        "panels differ in height of range.",
    )


def regimes(frame: pd.DataFrame, *, as_of: pd.Timestamp) -> Table | Prose:
    """Growth a year between policy steps, one row a series.

    Args:
        frame: ``series`` and one column a stretch, fractions.
        as_of: last month used.
    """
    stretches = [c for c in frame.columns if c != "series" and frame[c].notna().any()]
    if frame.empty or not stretches:
        return none("table of growth")
    shown = frame[["series", *stretches]].rename(columns={"series": "Growth a year"})
    return Table(
        id="reshoring_sectors.regimes",
        title="Growth a year between policy steps",
        frame=shown,
        formats=dict.fromkeys(stretches, "signed_pct"),
        signed=tuple(stretches),
        note="Continuously compounded. The first stretch begins in January 2010, or when the series does.",
        series=(SPENDING, JOBS, OUTPUT, ORDERS, DEFLATOR),
        as_of=as_of.date().isoformat(),
    )


def turns(shown: pd.DataFrame, *, title: str, searched: int, as_of: pd.Timestamp) -> Figure | Prose:
    """How many months before or after a law growth turned, with intervals.

    Args:
        shown: ``label``, ``value``, ``low``, ``high`` in months, ``note``.
        title: the finding.
        searched: searches made.
        as_of: last month used.
    """
    if shown.empty:
        return none("search for breaks")
    return intervals.forest(shown, unit="count", reference=0.0).figure(
        "reshoring_sectors.turns",
        title=title,
        subtitle="Months from the law to the likeliest break in mean growth, with 95% interval; "
        "below zero, before the law",
        unit="months",
        series=(SPENDING, JOBS, OUTPUT, ORDERS, DEFLATOR),
        as_of=as_of,
        alt=alttext.intervals(
            shown, "count", what="Months from a law to the likeliest break in growth"
        ),
        note=f"Of {searched} searches, those for deflated factory building, and others whose break survives "
        "the number of searches. The interval says when the break was, if there was one.",
    )


def turns_table(found: pd.DataFrame, *, as_of: pd.Timestamp) -> Table | Prose:
    """Every search for a break, also those that found none.

    Args:
        found: as :func:`rotation_lib.studies.reshoring_sectors.turns.table`.
    """
    if found.empty:
        return none("search for breaks")
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
        series=(SPENDING, JOBS, OUTPUT, ORDERS, DEFLATOR),
        as_of=as_of.date().isoformat(),
    )
