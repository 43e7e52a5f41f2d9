"""Figures on what comes next: what-ifs, replays, the barometer, months since 2010.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from ... import words
from ...prose.markdown import Prose
from .. import alttext, distributions, intervals
from ..figure import Figure
from ..table import Table
from . import titles
from .shared import Findings, funds, nothing

_OUTCOMES = {"CFNAI": "CFNAI", "INDPRO": "Production", "NFCI": "NFCI", "market": "Market"}
SCENARIO_SERIES = ("DGS2", "DGS10", "T10YIE", "HYG", "IEF", "SHY")


def scenarios(frame: pd.DataFrame, findings: Findings) -> Figure | Prose:
    """What-ifs with prediction intervals; ``frame`` as ``scenario.scenario_table``."""
    small, large = funds(findings)
    if frame.empty:
        return nothing("The chart of what-ifs", findings["risks.what_if_yield"])
    shown = frame.assign(
        label=[
            s if n == "Whole window" else f"{s}, recent"
            for s, n in zip(frame["scenario"], frame["sample"], strict=True)
        ]
    )
    recent = str(frame["sample"].iloc[-1])
    order = {name: i for i, name in enumerate(dict.fromkeys(frame["scenario"]))}
    shown = shown.sort_values("scenario", key=lambda s: s.map(order), kind="stable")
    shown = shown[["label", "value", "low", "high"]].reset_index(drop=True)
    return intervals.forest(shown, unit="fraction", reference=0.0).figure(
        "risks.scenarios",
        title=titles.title_scenario_chart(list(zip(shown["low"], shown["high"], strict=True))),
        subtitle=f"Return of {small} over {large} in a quarter, with 95% prediction intervals",
        unit="per cent in 13 weeks",
        series=tuple(dict.fromkeys((small, large, *SCENARIO_SERIES))),
        as_of=str(findings["risks.what_if_yield"].end),
        alt=alttext.intervals(shown, "fraction", what="Relative return over a quarter by what-if"),
        note=f"Recent: a model of the {recent.lower()}. The moves of each what-if stand in the table below; "
        "they are spread over thirteen weeks.",
    )


def scenario_moves(frame: pd.DataFrame, findings: Findings) -> Table | Prose:
    """The moves behind each what-if; ``frame`` as ``scenario.scenario_table``."""
    if frame.empty:
        return nothing("The table of what-ifs", findings["risks.what_if_yield"])
    whole = frame[frame["sample"] == "Whole window"]
    shown = pd.DataFrame(
        {
            "What if": whole["scenario"],
            "2-year (bp)": whole["two_year"] * 100,
            "Curve (bp)": whole["curve"] * 100,
            "Breakeven (bp)": whole["breakeven"] * 100,
            "Credit": whole["credit"],
            "Large caps": whole["market"],
            "Effect of the moves": whole["effect"],
            "With drift": whole["value"],
            "Low": whole["low"],
            "High": whole["high"],
        }
    )
    basis = dict.fromkeys(("2-year (bp)", "Curve (bp)", "Breakeven (bp)"), "signed_bp")
    rest = ("Credit", "Large caps", "Effect of the moves", "With drift", "Low", "High")
    return Table(
        "risks.scenario_moves",
        "What moves, and what the model of the whole window makes of it",
        shown,
        formats={**basis, **dict.fromkeys(rest, "signed_pct")},
        note="Credit: HYG less 0.4 IEF less 0.6 SHY. In company: with the average moves that came with "
        "such a move of the 2-year yield.",
        series=findings["risks.what_if_yield"].series,
        as_of=str(findings["risks.what_if_yield"].end),
        signed=("Effect of the moves", "With drift"),
    )


def replays(frame: pd.DataFrame, findings: Findings) -> Table | Prose:
    """Episodes predicted without their weeks; ``frame`` as ``scenario.replays``."""
    if frame.empty:
        return nothing("The replay of past episodes", findings["risks.replays_inside"])
    shown = pd.DataFrame(
        {
            "Episode": frame["episode"],
            "Weeks": frame["weeks"],
            "2-year (bp)": frame["two_year"] * 100,
            "Large caps": frame["market"],
            "What happened": frame["actual"],
            "Model": frame["value"],
            "Low": frame["low"],
            "High": frame["high"],
            "Inside": ["yes" if i else "no" for i in frame["inside"]],
        }
    )
    returns = ("Large caps", "What happened", "Model", "Low", "High")
    return Table(
        "risks.replays",
        "Past episodes, predicted by a model that has not seen them",
        shown,
        formats={
            "Weeks": "count",
            "2-year (bp)": "signed_bp",
            **dict.fromkeys(returns, "signed_pct"),
        },
        note="Return of small over large caps. The model is told how yields, credit and the market "
        "moved, never the outcome.",
        series=findings["risks.what_if_yield"].series,
        as_of=str(findings["risks.what_if_yield"].end),
        signed=("What happened", "Model"),
    )


def barometer(frame: pd.DataFrame | None, findings: Findings) -> Figure | Prose:
    """Out-of-sample R² of every try; ``frame`` as ``barometer.Barometer.table``."""
    if frame is None:
        return nothing("The chart of attempts", findings["risks.barometer_best"])
    cells = pd.DataFrame(
        {
            "row": frame["outcome"].map(_OUTCOMES) + ", " + frame["horizon"].astype(str) + " mo.",
            "column": frame["lookback"].astype(str) + " mo.",
            "value": frame["oos_r2"],
        }
    )
    place = {name: i for i, name in enumerate(_OUTCOMES.values())}
    cells = cells.sort_values(
        "row",
        key=lambda s: s.map(lambda t: place[t.split(",")[0]]),
        kind="stable",
        ignore_index=True,
    )
    told = cells.assign(
        row=cells["row"].str.replace("mo.", "months ahead"),
        column="from " + cells["column"].str.replace("mo.", "months of relative strength,"),
    )
    drawing = distributions.heatmap(
        cells, unit="fraction", row_title="Outcome", column_title="Relative strength over", step=30
    )
    return drawing.figure(
        "risks.barometer",
        title=titles.title_barometer_chart(findings),
        subtitle="Share of variance foretold out of sample (R²) by relative strength over 1, 3, 12 months",
        unit="per cent; below zero is worse than the historical mean",
        series=findings["risks.barometer_best"].series,
        as_of=str(findings["risks.barometer_best"].end),
        alt=alttext.heatmap(told, "fraction", what="Out-of-sample R² of attempts to foretell"),
        note="Rows: what is foretold and how many months ahead (activity index CFNAI, industrial "
        "production, financial conditions NFCI, large-cap return). Outcomes enter as published by "
        "each month-end, at the values of the latest vintage.",
    )


def august(frame: pd.DataFrame, findings: Findings) -> Figure | Prose:
    """Months × years; ``frame`` as ``august.heatmap``."""
    small, _ = funds(findings)
    if frame.empty:
        return nothing("The chart of months", findings["risks.august_2025"])
    months = [words.month(f"2000-{m:02d}-01", short=True).split()[0] for m in range(1, 13)]
    order = {m: i for i, m in enumerate(months)}
    cells = pd.DataFrame({"row": frame["year"], "column": frame["month"], "value": frame["value"]})
    augusts = cells.loc[cells["column"] == months[7], "value"].dropna()
    first = cells["row"].iloc[0]
    # Columns are drawn in order of appearance: the first row must hold every month.
    rest = [m for m in months if m not in set(cells.loc[cells["row"] == first, "column"])]
    blanks = pd.DataFrame({"row": first, "column": rest, "value": float("nan")})
    cells = pd.concat([cells, blanks]) if rest else cells
    cells = cells.sort_values(
        ["row", "column"], key=lambda s: s.map(order) if s.name == "column" else s
    )
    return distributions.heatmap(
        cells.reset_index(drop=True), unit="fraction", row_title="Year", column_title="Month"
    ).figure(
        "risks.august",
        title=titles.title_august_chart(findings, int((augusts > 0).sum()), len(augusts)),
        subtitle=f"Total return of {small} in each calendar month since 2010",
        unit="per cent a month",
        series=(small,),
        as_of=str(findings["risks.beta"].end),
        alt=alttext.heatmap(cells, "fraction", what=f"Monthly returns of {small}"),
        note="Months since 2010 are shown whatever the start of the window.",
    )
