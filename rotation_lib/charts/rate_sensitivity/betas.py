"""Charts of the rate beta: rolling, by era, by state, split, by curve move, by specification.

They draw the study's frames; no slope is estimated and no week dropped here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from ...prose.markdown import Prose
from .. import alttext, intervals, lines
from ..figure import Figure
from . import titles
from .kit import THEME, Shown, estimates, last_date, or_sentence, series_of

if TYPE_CHECKING:
    from ...findings import Finding

Findings = Mapping[str, "Finding"]
PER_POINT = "Small minus large, percentage points of weekly return per percentage point of yield"

ERAS = {
    "beta_2y": "2-year, whole window",
    "beta_2y_before_2022": "2-year, before 2022",
    "beta_2y_2022_to_mid_2023": "2-year, 2022 to mid-2023",
    "beta_2y_since_mid_2023": "2-year, since mid-2023",
    "beta_2y_latest": "2-year, last 104 weeks",
    "beta_10y": "10-year, whole window",
    "beta_10y_before_2022": "10-year, before 2022",
    "beta_10y_2022_to_mid_2023": "10-year, 2022 to mid-2023",
    "beta_10y_since_mid_2023": "10-year, since mid-2023",
    "beta_10y_latest": "10-year, last 104 weeks",
}
STATES = {
    "beta_2y_hiking": "Fed raised in the last six months",
    "beta_2y_holding": "Fed held for six months",
    "beta_2y_cutting": "Fed cut in the last six months",
    "beta_2y_high_inflation": "Inflation above 3%",
    "beta_2y_low_inflation": "Inflation 3% or less",
    "beta_2y_stormy": "Stock market stormy",
    "beta_2y_calm": "Stock market calm",
    "beta_2y_rises": "Weeks in which the yield rises",
    "beta_2y_falls": "Weeks in which the yield falls",
}
SPLIT = {
    "beta_real_10y": "Real yield, whole window",
    "beta_real_10y_given_market": "Real yield, market held fixed",
    "beta_real_10y_since_mid_2023": "Real yield, since mid-2023",
    "beta_breakeven_10y": "Breakeven, whole window",
    "beta_breakeven_10y_given_market": "Breakeven, market held fixed",
    "beta_breakeven_10y_since_mid_2023": "Breakeven, since mid-2023",
}
MOVES = {
    f"mean_{move}{suffix}": f"{words}{tail}"
    for suffix, tail in (("", ""), ("_late", ", since mid-2023"))
    for move, words in {
        "bull_steepening": "Bull steepening",
        "bear_steepening": "Bear steepening",
        "bull_flattening": "Bull flattening",
        "bear_flattening": "Bear flattening",
    }.items()
}


@or_sentence("a rolling beta")
def rolling(
    frame: pd.DataFrame, rate: str, weeks: int, series: tuple[str, ...], markers: pd.DataFrame
) -> Figure:
    """Rolling slope with its band.

    Args:
        frame: ``date, value, low, high``. rate: "2-year" or "10-year". weeks: window length.
        series: catalog ids. markers: ``date, label`` of what to mark.
    """
    drawing = lines.band_line(
        frame, unit="percentage points", reference=0.0, events=markers, label=f"{rate} beta"
    )
    return drawing.figure(
        f"{THEME}.rolling_{'2y' if rate == '2-year' else '10y'}",
        title=titles.rolling_title(frame, rate, weeks),
        subtitle=f"{PER_POINT}, {rate}, {weeks} weeks to each date, 95% band",
        unit="percentage points per percentage point",
        series=series,
        as_of=frame["date"].iloc[-1],
        alt=alttext.band(frame, "percentage points", what=f"Rolling {rate} beta"),
        note="Neighbouring windows share almost all of their weeks: read the band, not the wiggles.",
    )


def eras(findings: Findings) -> Shown:
    """Slopes by era for both yields."""
    return _forest(
        findings,
        ERAS,
        "eras",
        titles.eras_title(findings),
        PER_POINT,
        "Rate betas by era",
        "The eras are those the question names; the break test looks for its own date.",
    )


def states(findings: Findings) -> Shown:
    """Slopes by state of the world."""
    return _forest(
        findings,
        STATES,
        "states",
        titles.states_title(findings),
        f"{PER_POINT}, 2-year",
        "Rate betas by state of the world",
        "States use only what was known at the time; the market's regimes have parameters "
        "from the whole window.",
    )


def split(findings: Findings) -> Shown:
    """Real yield against breakeven."""
    return _forest(
        findings,
        SPLIT,
        "split",
        titles.split_title(findings),
        f"{PER_POINT}; both halves of the 10-year yield in one regression",
        "Betas to real yield and breakeven",
        "Breakevens rise with growth and oil, so their slope says more about the cycle than "
        "about debt.",
    )


def moves(findings: Findings) -> Shown:
    """Mean relative return by curve move."""
    return _forest(
        findings,
        MOVES,
        "curve_moves",
        titles.moves_title(findings),
        "Mean weekly return of small minus large, percentage points",
        "Relative return by curve move",
        "Bull: yields fall. Bear: yields rise. Steepening: the 10-year gains on the 2-year.",
        unit="percentage points, finely",
    )


def _forest(
    findings: Findings,
    rows: dict[str, str],
    id: str,
    title: str,
    subtitle: str,
    what: str,
    note: str,
    unit: str = "percentage points",
) -> Shown:
    frame = estimates(findings, rows)
    if frame.empty:
        return Prose(
            f"*No chart here: the data held do not suffice for {what[0].lower()}{what[1:]}.*"
        )
    shown = [n for n in rows if findings[f"{THEME}.{n}"].value is not None]
    return intervals.forest(frame, unit=unit).figure(
        f"{THEME}.{id}",
        title=title,
        subtitle=f"{subtitle}, 95% interval",
        unit="basis points" if unit == "basis points" else "percentage points",
        series=series_of(findings, shown),
        as_of=last_date(findings, shown),
        alt=alttext.intervals(frame, unit, what=what),
        note=note,
    )


@or_sentence("a specification curve")
def curve(
    table: pd.DataFrame, whole: str, late: str, as_of: pd.Timestamp, series: tuple[str, ...]
) -> Figure:
    """All specifications of the beta.

    Args:
        table: ``label, value, low, high, yield, sampling, control, era, pair``.
        whole, late: names of two eras for the title.
    """
    frame = table.rename(columns={"era": "Era", "yield": "Yield", "control": "Held fixed"})
    frame["Held fixed"] = frame["Held fixed"].where(frame["Held fixed"] == "none", "large caps")
    drawing = intervals.specification_curve(
        frame, unit="percentage points", factors=["Era", "Yield", "Held fixed"]
    )
    return drawing.figure(
        f"{THEME}.beta_specifications",
        title=titles.curve_title(table, whole, late),
        subtitle=f"{PER_POINT}, {len(table)} specifications in order, 95% interval",
        unit="percentage points per percentage point",
        series=series,
        as_of=as_of,
        alt=alttext.intervals(table, "percentage points", what="Specifications of the rate beta"),
        note="Sampling (five weekdays, month-ends, daily) and pair vary too; the download names each "
        "specification.",
    )
