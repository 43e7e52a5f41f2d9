"""Whether growth of spending and orders comes before returns: a profile and a table.

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
from ..measures.terms import DEFLATOR, ORDERS, SPENDING


def lead_profile(profile: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Correlation of PSCI − IJR by lead in months; ``profile`` as ``leads.profile``."""
    if profile.empty:
        return nothing("The profile of correlations", f["reshoring_sectors.lead_best_r2"])
    shown = profile.drop(columns="limit").assign(
        **{"Limit of chance": profile["limit"], "Lower limit": -profile["limit"]}
    )
    return lines.lines(
        shown,
        unit="correlation",
        reference=0.0,
        signed=True,
        x_title="Months from publication to return",
        colours={
            "Spending": "small",
            "Core orders": "accent",
            "Limit of chance": "neutral",
            "Lower limit": "muted",
        },
        shows="Correlation by lead in months",
    ).figure(
        "reshoring_sectors.lead_profile",
        title=profile_title(profile),
        subtitle="Correlation of the monthly return of PSCI − IJR with 12-month growth, by months "
        "since that was public",
        unit="correlation",
        **origin(f, "reshoring_sectors.neutral_psci", also=(SPENDING, DEFLATOR, ORDERS)),
        note="Right of zero: growth was public before the month of the return. Left of zero: returns "
        "came first. The limits hold the largest of all these correlations in 95 of 100 histories "
        "without a link. Latest vintages.",
    )


def profile_title(profile: pd.DataFrame) -> str:
    """Where the correlation is largest and whether it leaves the limits of chance."""
    if profile.empty:
        return "Too few months for a profile of leads"
    held = profile.drop(columns="limit")
    lead = held.abs().max(axis=1).idxmax()
    name = held.loc[lead].abs().idxmax()
    value, limit = float(held.loc[lead, name]), float(profile["limit"].iloc[0])
    share = abs(value) / limit
    where = "within" if share < 0.95 else "at the edge of" if share <= 1.05 else "beyond"
    when = "in the month of the return"
    if lead:
        when = f"{words.plural(abs(int(lead)), 'month')} {'before' if lead > 0 else 'after'} the return"
    return (
        f"The closest link, {words.number(value, 2, signed=True)} with {str(name).lower()} published {when}, "
        f"lies {where} the limits of chance"
    )


def lead_table(tried: pd.DataFrame, f: Findings) -> Table | Prose:
    """The strongest three leads of each outcome out of sample; ``tried`` as ``leads.table``."""
    if tried.empty:
        return nothing("The table of forecasts", f["reshoring_sectors.lead_best_r2"])
    best = tried.sort_values("clark_west", ascending=False).groupby("outcome", sort=False).head(3)
    names = {
        "outcome": "Return of",
        "predictor": "Growth of",
        "horizon": "Months",
        "oos_r2": "R²",
        "p": "p",
        "p_family": "p, all tries",
        "n": "Forecasts",
    }
    return Table(
        id="reshoring_sectors.leads",
        title=f"The strongest leads among {len(tried)} tried",
        frame=best[list(names)].rename(columns=names),
        formats={
            "Months": "count",
            "R²": "signed_pct",
            "p": "p_value",
            "p, all tries": "p_value",
            "Forecasts": "count",
        },
        signed=("R²",),
        note="Months: how far ahead. R²: out of sample, against the historical mean; below zero, the "
        "forecast was worse than that. Last p: Romano–Wolf over every try.",
        **origin(f, "reshoring_sectors.lead_best_r2"),
    )
