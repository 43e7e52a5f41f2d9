"""Figures on what could turn small caps: inflation releases and tariff news.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ... import words
from ...findings import Specification
from ...prose.markdown import Prose
from .. import alttext, distributions, intervals, lines
from ..figure import Figure
from ..table import Table
from . import titles
from .shared import Findings, funds, nothing


def cpi_days(frame: pd.DataFrame, findings: Findings) -> Figure | Prose:
    """Release days; ``frame`` as ``inflation.cpi_days``."""
    small, large = funds(findings)
    if len(frame) < 3:
        return nothing("The chart of release days", findings["risks.cpi_slope"])
    shown = frame.reset_index().rename(columns={"session": "date"})[
        ["date", "two_year", "relative"]
    ]
    shown["two_year"] = (shown["two_year"] * 100).round(6)
    shown["name"] = [words.date(d, short=True) for d in shown["date"]]
    largest = shown.loc[shown["relative"].abs().nlargest(3).index, "name"]
    names: dict[str, Any] = {
        "x": "two_year", "y": "relative", "unit_x": "basis points", "unit_y": "percentage points",
        "title_x": "Change of the 2-year yield on the day",
        "title_y": f"{small} minus {large} on the day",
    }  # fmt: skip
    drawing = distributions.scatter(shown, **names, label="name", highlight=list(largest))
    return drawing.figure(
        "risks.cpi_days",
        title=titles.title_cpi_chart(findings, len(shown)),
        subtitle="One point a consumer price release, with the least-squares line",
        unit="percentage points against basis points",
        series=(small, large, "DGS2"),
        as_of=shown["date"].max(),
        alt=alttext.scatter(shown, **names),
        note="The day's yield move stands for the surprise, since forecasts are not open data.",
    )


def specifications(specs: Sequence[Specification], findings: Findings) -> Figure | Prose:
    """The release-day slope measured in other ways; ``specs`` as ``inflation.specifications``."""
    small, large = funds(findings)
    shown = pd.DataFrame(
        [(s.label, s.value, s.low, s.high) for s in specs if s.value is not None],
        columns=["label", "value", "low", "high"],
    )
    if shown.empty:
        return nothing("The chart of other measurements", findings["risks.cpi_slope"])
    shown[["value", "low", "high"]] *= 1000  # a fraction per pp as basis points per ten of them
    return intervals.forest(shown, unit="basis points").figure(
        "risks.cpi_specifications",
        title=titles.title_specifications(list(zip(shown["low"], shown["high"], strict=True))),
        subtitle=f"{small} minus {large} on release days per ten basis points of yield, in other ways",
        unit="basis points of return per ten basis points of yield",
        series=tuple(
            dict.fromkeys((small, large, "DGS2", "DGS10", "DFII10", "^RUT", "^GSPC", "IJR", "SPY"))
        ),
        as_of=str(findings["risks.beta"].end),
        alt=alttext.intervals(
            shown, "basis points", what="Relative return per ten basis points of yield"
        ),
        note="95% intervals; hollow dots cannot be told from zero.",
    )


def breakevens(frame: pd.DataFrame, findings: Findings) -> Table | Prose:
    """Slopes on breakevens; ``frame`` as ``inflation.breakeven_table``."""
    if frame.empty:
        return nothing("The table of breakevens", findings["risks.breakeven_alone"])
    names = {
        "breakeven": "10-year breakeven", "real": "10-year real yield", "market": "large caps (per 1%)",
    }  # fmt: skip
    scale = frame["term"].map({"breakeven": 0.1, "real": 0.1, "market": 0.01})
    shown = pd.DataFrame(
        {
            "Regression": frame["model"].map(
                {
                    "alone": "Breakeven alone",
                    "beside real yields": "Breakeven and real yield",
                    "and the market": "Breakeven, real yield, market",
                }
            ),
            "Slope on": frame["term"].map(names),
            "Estimate": frame["value"] * scale,
            "Low": frame["low"] * scale,
            "High": frame["high"] * scale,
        }
    )
    return Table(
        "risks.breakevens",
        "Weekly relative return per ten basis points, alone and with others held fixed",
        shown,
        formats=dict.fromkeys(("Estimate", "Low", "High"), "signed_pp2"),
        note="Weekly; 95% Newey–West intervals with four lags.",
        series=findings["risks.breakeven_alone"].series,
        as_of=str(findings["risks.breakeven_alone"].end),
        signed=("Estimate",),
    )


def tariff_paths(frame: pd.DataFrame, findings: Findings) -> Figure | Prose:
    """Paths around tariff news; ``frame`` as ``tariffs.event_paths``."""
    small, large = funds(findings)
    if frame.empty:
        return nothing("The chart of tariff news", findings["risks.tariff_escalation"])
    colours = {"Escalation": "negative", "Easing": "positive"}
    present = {k: v for k, v in colours.items() if k in set(frame["series"])}
    last = frame[frame["series"] == frame["series"].iloc[0]].iloc[-1]
    drawing = lines.band_line(
        frame,
        unit="percentage points",
        reference=0.0,
        colours=present,
        x_title="Sessions from the reaction",
    )
    return drawing.figure(
        "risks.tariff_paths",
        title=titles.title_tariff_chart(
            str(last["series"]).lower(), last["value"], last["low"], last["high"], int(last["x"])
        ),
        subtitle=f"Mean of {small} over {large} since the close before; bands: middle 90% of placebo dates",
        unit="percentage points (log)",
        series=(small, large),
        as_of=str(findings["risks.tariff_escalation"].end),
        alt=_path_alt(frame),
        note="Placebo dates are the same calendar pattern moved to every other place in the window.",
    )


def _path_alt(frame: pd.DataFrame) -> str:
    told = []
    for name, part in frame.groupby("series", sort=False):
        last = part.iloc[-1]
        outside = int(((part["value"] < part["low"]) | (part["value"] > part["high"])).sum())
        end, low, high = (
            words.number(last[c] * 100, 1, signed=True) for c in ("value", "low", "high")
        )
        told.append(
            f"{name} ends at {end} pp after {int(last['x'])} sessions (placebo band {low} to {high}) "
            f"and is outside the band at {outside} of {len(part)} points."
        )
    return (
        f"Line chart with placebo bands. Mean relative return around tariff news. {' '.join(told)}"
    )


def april_2025(frame: pd.DataFrame | None, findings: Findings) -> Table | Prose:
    """April 2025 by session; ``frame`` as ``tariffs.april_2025``."""
    small, large = funds(findings)
    if frame is None:
        return nothing("The table of April 2025", findings["risks.tariff_week_2025"])
    shown = frame.set_axis(
        ["Session", small, large, "Relative", "By index", "Since 2 April"], axis=1
    )
    return Table(
        "risks.april_2025",
        "April 2025, session by session",
        shown,
        formats={
            small: "signed_pct2", large: "signed_pct2", "Relative": "signed_pp2",
            "By index": "signed_pp2", "Since 2 April": "signed_pp2",
        },
        note="Relative: first fund minus second. By index: Russell 2000 minus S&P 500, price. The two "
        "last sessions are joined because funds closed away from their indices on both.",
        series=(small, large, "^RUT", "^GSPC"),
        as_of="2025-04-10",
        signed=("Relative", "By index", "Since 2 April"),
    )  # fmt: skip


def reactions(frame: pd.DataFrame, findings: Findings) -> Table | Prose:
    """Mean reactions to tariff news; ``frame`` as ``tariffs.reaction_table``."""
    if frame.empty:
        return nothing("The table of reactions", findings["risks.tariff_escalation"])
    shown = pd.DataFrame(
        {
            "News": frame["direction"].str.capitalize(),
            "Sessions": frame["horizon"],
            "Events": frame["events"],
            "Mean": frame["mean"],
            "Low": frame["low"],
            "High": frame["high"],
            "Negative": frame["share_negative"],
            "Placebo p": frame["placebo_p"],
        }
    )
    return Table(
        "risks.reactions",
        "Relative return after tariff news, reaction session included",
        shown,
        formats={
            "Sessions": "count", "Events": "count", "Mean": "signed_pp2", "Low": "signed_pp2",
            "High": "signed_pp2", "Negative": "pct0", "Placebo p": "p_value",
        },
        note="Low and High: 95% t interval over events. Six looks were taken, so one p-value near "
        "0.05 would be no surprise.",
        series=funds(findings),
        as_of=str(findings["risks.tariff_escalation"].end),
        signed=("Mean",),
    )  # fmt: skip
