"""Factory construction, the factory economy beside it, and growth between policy steps.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import lines
from ....charts.figure import Figure
from ....charts.of_findings import Findings, nothing, origin
from ....charts.table import Table
from ....prose.markdown import Prose
from ..measures.terms import law_events

#: What the factory economy is shown by: each brings its series.
_ECONOMY = (
    "reshoring_sectors.construction_since_iija", "reshoring_sectors.jobs_since_iija",
    "reshoring_sectors.output_since_iija", "reshoring_sectors.orders_since_iija_real",
)  # fmt: skip


def construction(levels: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Factory construction in billions a year; ``levels`` as ``spending.levels``."""
    if len(levels) < 2:
        return nothing("The chart of spending", f["reshoring_sectors.construction_from_peak"])
    return lines.lines(
        levels,
        unit="billion dollars",
        events=law_events(),
        label_values=True,
        colours={"Nominal": "small", "Deflated": "accent"},
        include=(0.0,),
        shows="Spending on factory construction",
    ).figure(
        "reshoring_sectors.construction",
        title=construction_title(levels),
        subtitle="Spending on factory construction, billion dollars at an annual rate, monthly",
        unit="billion dollars, annual rate",
        **origin(f, "reshoring_sectors.construction_from_peak_real", drawn=levels),
        note="Deflated: core consumer prices of the last month shown. Building costs rose faster "
        "than consumer prices in 2021 and 2022, so that the rise in volume was smaller than this."
        if levels.iloc[:, -1].notna().any()
        else "In current dollars: no deflator is held.",
    )


def construction_title(levels: pd.DataFrame) -> str:
    """Where spending is now, in dollars, and where it was at its highest in the chart."""
    if levels.empty:
        return "No spending on factory construction can be shown here"
    nominal = levels["Nominal"].dropna()
    last, top = float(nominal.iloc[-1]), float(nominal.max())
    now = f"${words.count(last)} billion a year in {words.month(nominal.index[-1])}"
    if last >= 0.995 * top:
        return f"Factory construction ran at {now}, the highest shown"
    then = f"${words.count(top)} billion in {words.month(nominal.idxmax())}"
    return f"Factory construction ran at {now}, down from {then}"


def real_economy(indexed: pd.DataFrame, f: Findings, base: pd.Timestamp) -> Figure | Prose:
    """Spending, jobs, output and orders, each on its own scale; ``indexed`` as in ``spending``.

    Args:
        indexed: months × series, 100 in ``base``.
        f: findings.
        base: month set to 100.
    """
    if len(indexed) < 2 or not len(indexed.columns):
        return nothing("The comparison", f["reshoring_sectors.construction_since_iija_real"])
    shown = indexed.dropna(axis="columns", how="all")
    told = f"Index, {base:%B %Y} = 100"
    drawing = lines.small_multiples(
        shown, unit="index", reference=100.0, events=law_events(), shows=told
    )
    return drawing.figure(
        "reshoring_sectors.real_economy",
        title=economy_chart_title(f),
        subtitle=f"{told}, each panel with its own scale",
        unit="index",
        **origin(f, *_ECONOMY, drawn=shown),
        note="Orders are those for capital goods without defence and aircraft. Mind the scales: "
        "panels differ in height of range.",
    )


def economy_chart_title(f: Findings) -> str:
    """The four changes since the infrastructure act in one line."""
    parts = (
        ("building", f["reshoring_sectors.construction_since_iija_real"]),
        ("jobs", f["reshoring_sectors.jobs_since_iija"]),
        ("output", f["reshoring_sectors.output_since_iija"]),
        ("core orders", f["reshoring_sectors.orders_since_iija_real"]),
    )
    told = [
        f"{name} {words.pct(one.value, 0, signed=True)}"
        for name, one in parts
        if one.value is not None
    ]
    if not told:
        return "Building, jobs, output and orders of the factory economy"
    return f"Since October 2021: {words.join(told)}"


def regimes(frame: pd.DataFrame, f: Findings) -> Table | Prose:
    """Growth a year between policy steps, one row a series; ``frame`` as ``spending.regimes``."""
    stretches = [c for c in frame.columns if c != "series" and frame[c].notna().any()]
    if frame.empty or not stretches:
        return nothing("The table of growth", f["reshoring_sectors.construction_from_peak"])
    shown = frame[["series", *stretches]].rename(columns={"series": "Growth a year"})
    return Table(
        id="reshoring_sectors.regimes",
        title="Growth a year between policy steps",
        frame=shown,
        formats=dict.fromkeys(stretches, "signed_pct"),
        signed=tuple(stretches),
        note="Continuously compounded. The first stretch begins in January 2010, or when the series does.",
        **origin(f, *_ECONOMY),
    )
