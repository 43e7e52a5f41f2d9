"""Figures on rotation days, the quality of rallies, and equal against capitalisation weights.

They draw the study's frames; which days are rotation days is never decided here.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ... import words
from ...findings import Finding
from ...prose.markdown import Prose
from .. import alttext, distributions, intervals, lines
from ..figure import Figure
from ..table import Table
from . import titles
from .parts import nothing

Findings = Mapping[str, Finding]
_SEVEN = ("AAPL", "AMZN", "GOOGL", "META", "MSFT", "NVDA", "TSLA")


def _period(table: pd.DataFrame) -> pd.Series:
    return table["label"] + ", " + table["period"]


def hard_days(table: pd.DataFrame, fall: float, findings: Findings) -> Figure | Prose:
    """Relative returns when the seven fall hard; ``table`` as ``rotation.hard_days``."""
    falls = table[table["side"] == "fall"]
    found = findings["tech_valuations.hard_day_small"]
    if falls.empty:
        return nothing("The hard falls of the seven", found.reason or "fewer than ten are held")
    shown = falls.assign(label=_period(falls))[["label", "value", "low", "high"]]
    return intervals.forest(shown, unit="basis points").figure(
        "tech_valuations.hard_days",
        title=titles.hard_days_title(falls, fall),
        subtitle=f"Mean return minus RSP when the equal-weighted seven fall {-fall * 100:g}% or more "
        f"in a day, {words.pct(-fall * 5**0.5)} in a week",
        unit="basis points, 95% interval",
        series=(*dict.fromkeys(falls["symbol"]), "RSP", *_SEVEN),
        as_of=str(found.end or findings["tech_valuations.gap_total_return"].end),
        alt=alttext.intervals(
            shown, "basis points", what="Mean relative return on hard falls of the seven"
        ),
        note="PSCI by day from 2012, since its earlier daily quotes are stale. Sentences and verdicts "
        "always use a fall of 2%.",
    )


def hard_day_table(table: pd.DataFrame, findings: Findings) -> Table | Prose:
    """Days of falls and rises side by side, with the part that beta leaves."""
    table = table[table["period"] == "days"]
    if table.empty:
        why = findings["tech_valuations.hard_day_small"].reason
        return nothing("The table of hard days", why or "fewer than ten are held")
    frame = pd.DataFrame(
        {
            "Target": table["symbol"]
            + table["side"].map({"fall": ", seven fall", "rise": ", seven rise"}),
            "Mean": table["value"],
            "Less beta": table["adjusted"],
            "Ahead": table["share"],
            "Days": table["n"],
        }
    )
    return Table(
        "tech_valuations.hard_day_table",
        "Return relative to RSP on days when the seven fall or rise hard",
        frame,
        {"Mean": "signed_bp", "Less beta": "signed_bp", "Ahead": "pct0", "Days": "count"},
        note="Less beta: without what the target's own beta to RSP over the window explains. "
        "Ahead: share of the days with a gain relative to RSP.",
        series=(*dict.fromkeys(table["symbol"]), "RSP", *_SEVEN),
        as_of=str(findings["tech_valuations.gap_total_return"].end),
        signed=("Mean", "Less beta"),
    )


def correlations(frame: pd.DataFrame, small: str) -> Figure | Prose:
    """Rolling correlations; ``frame`` as ``rotation.correlations``."""
    shown = frame.dropna(axis=1, how="all").dropna(how="all")
    if shown.empty:
        return nothing("The rolling correlation", "252 sessions are not held")
    drawing = lines.lines(
        shown, unit="correlation", reference=0.0,
        colours={k: v for k, v in {small: "small", "KRE": "accent", "PSCI": "fifth"}.items() if k in shown},
    )  # fmt: skip
    return drawing.figure(
        "tech_valuations.correlations",
        title=titles.correlation_title(shown, small),
        subtitle="Correlation with the seven over 252 sessions, both sides relative to RSP",
        unit="correlation",
        series=(*(str(c) for c in shown.columns), "RSP", *_SEVEN),
        as_of=shown.index[-1],
        alt=alttext.lines(shown, "correlation", what="Rolling correlation with the seven"),
        note="Below zero: what the seven lose, the others gain, relative to the market.",
    )


def quality(table: pd.DataFrame, findings: Findings) -> Figure | Prose:
    """Quality spreads on sharp days; ``table`` as ``quality.spreads``."""
    found = findings["tech_valuations.iwm_ijr_up_days"]
    if table.empty:
        return nothing("The quality of sharp rallies", found.reason or "too few days")
    side = table["side"].map({"up": ", sharp up days", "down": ", sharp down days"})
    shown = table.assign(label=table["label"] + side)[["label", "value", "low", "high"]]
    return intervals.forest(shown, unit="basis points").figure(
        "tech_valuations.quality",
        title=titles.quality_title(table),
        subtitle="Mean spread on the sharpest 5% of days of small caps relative to large caps",
        unit="basis points a day, 95% interval",
        series=tuple(dict.fromkeys(("IWM", "IJR", "IWC", "IWO", "IWN", *found.series[2:]))),
        as_of=str(found.end or findings["tech_valuations.gap_total_return"].end),
        alt=alttext.intervals(shown, "basis points", what="Mean quality spread on sharp days"),
        note="IWM − IJR: no profit test less profit test. IWC − IWM: micro less small. IWO − IWN: "
        "growth less value. Proxies: short interest itself is not open data.",
    )


def after(
    studied: tuple[float, float, np.ndarray, int] | None, findings: Findings
) -> Figure | Prose:
    """What followed sharp days among what followed random days; from ``quality.reversal_or_none``."""
    found = findings["tech_valuations.after_sharp_days"]
    if studied is None:
        return nothing("What followed sharp up days", found.reason or "too few such days")
    observed, p, placebo, count = studied
    small, large = found.series
    drawing = distributions.distribution(
        placebo,
        observed={"After sharp days": observed},
        unit="percentage points",
        what="Sets of random days",
    )
    return drawing.figure(
        "tech_valuations.after",
        title=titles.after_title(observed, placebo, p),
        subtitle=f"{small} minus {large} over the next 21 sessions: mean after {count} sharp up days, "
        f"and after as many random days, {len(placebo):,} times",
        unit="percentage points",
        series=(small, large),
        as_of=str(found.end),
        alt=alttext.distribution(
            placebo,
            {"The mean after sharp days": observed},
            "percentage points",
            what="Means after random days",
        ),
    )


def weighting(frame: pd.DataFrame) -> Figure | Prose:
    """Small against large in two steps; ``frame`` as ``quality.weighting``."""
    if len(frame) < 2:
        return nothing("The relative wealth in two steps", "the three funds share no session")
    names = [str(c) for c in frame.columns]
    roles = dict(zip(names, ("small", "large", "accent"), strict=False))
    drawing = lines.lines(
        frame, unit="ratio", log=True, reference=1.0, colours=roles, rebase=True
    )  # fmt: skip
    return drawing.figure(
        "tech_valuations.weighting",
        title=titles.weighting_title(frame),
        subtitle="Relative wealth, total return, log scale; the first line is the product of the others",
        unit="ratio, 1 at the base close",
        series=tuple(dict.fromkeys(s for n in names for s in n.split(" / "))),
        as_of=frame.index[-1],
        alt=alttext.lines(frame, "ratio", what="Relative wealth"),
        note="RSP holds the companies of the S&P 500 in equal weights.",
    )
