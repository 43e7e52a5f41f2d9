"""Where returns go when the seven fall hard, and how they move together.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import intervals, lines
from ....charts.figure import Figure
from ....charts.of_findings import Findings, nothing, origin
from ....charts.table import Table
from ....prose.markdown import Prose

#: Where the capital is said to go: each brings its fund.
_TARGETS = (
    "tech_valuations.hard_day_psci", "tech_valuations.hard_day_kre",
    "tech_valuations.hard_day_small",
)  # fmt: skip


def _why(f: Findings) -> str:
    return f["tech_valuations.hard_day_small"].reason or "fewer than ten are held"


def _period(table: pd.DataFrame) -> pd.Series:
    return table["label"] + ", " + table["period"]


def hard_days(table: pd.DataFrame, f: Findings, fall: float) -> Figure | Prose:
    """Relative returns when the seven fall hard; ``table`` as ``rotation.hard_days``."""
    falls = table[table["side"] == "fall"]
    if falls.empty:
        return nothing("The chart of hard falls", _why(f))
    shown = falls.assign(label=_period(falls))[["label", "value", "low", "high"]]
    return intervals.forest(
        shown, unit="basis points", shows="Mean relative return on hard falls of the seven"
    ).figure(
        "tech_valuations.hard_days",
        title=hard_days_title(falls, fall),
        subtitle=f"Mean return minus RSP when the equal-weighted seven fall {-fall * 100:g}% or more "
        f"in a day, {words.pct(-fall * 5**0.5)} in a week",
        unit="basis points, 95% interval",
        **origin(f, *_TARGETS),
        note="PSCI by day from 2012, since its earlier daily quotes are stale. Sentences and verdicts "
        "always use a fall of 2%.",
    )


def hard_days_title(table: pd.DataFrame, fall: float) -> str:
    """Which of the targets gain on the market when the seven fall.

    Args:
        table: rows of the side "fall", with ``label, period, value, low, high``.
        fall: the daily fall that counts as hard.
    """
    days = table[table["period"] == "days"]
    gains = int((days["low"] > 0).sum())
    count = "none" if gains == 0 else words.spelled(gains)
    return (
        f"When the seven fall {-fall * 100:g}% or more in a day, {count} of "
        f"{words.spelled(len(days))} targets reliably {'gain' if gains > 1 else 'gains'} on the market"
    )


def hard_day_table(table: pd.DataFrame, f: Findings) -> Table | Prose:
    """Days of falls and rises side by side, with the part that beta leaves."""
    table = table[table["period"] == "days"]
    if table.empty:
        return nothing("The table of hard days", _why(f))
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
        signed=("Mean", "Less beta"),
        **origin(f, *_TARGETS),
    )


def correlations(frame: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Rolling correlations; ``frame`` as ``rotation.correlations``."""
    shown = frame.dropna(axis=1, how="all").dropna(how="all")
    if shown.empty:
        return nothing("The rolling correlation", f["tech_valuations.relative_correlation"])
    small = f["tech_valuations.relative_correlation"].series[0]
    drawing = lines.lines(
        shown, unit="correlation", reference=0.0, shows="Rolling correlation with the seven",
        colours={k: v for k, v in {small: "small", "KRE": "accent", "PSCI": "fifth"}.items() if k in shown},
    )  # fmt: skip
    return drawing.figure(
        "tech_valuations.correlations",
        title=correlation_title(shown, small),
        subtitle="Correlation with the seven over 252 sessions, both sides relative to RSP",
        unit="correlation",
        **origin(
            f, "tech_valuations.relative_correlation", also=map(str, shown.columns), drawn=shown
        ),
        note="Below zero: what the seven lose, the others gain, relative to the market.",
    )


def correlation_title(frame: pd.DataFrame, small: str) -> str:
    """Whether small caps move with or against the seven at the end."""
    line = frame[small].dropna() if small in frame else pd.Series(dtype=float)
    if line.empty:
        return "Rolling correlation with the seven, both relative to the equal-weighted market"
    value = float(line.iloc[-1])
    share = float((line > 0).mean())
    verb = words.direction(value, "with", "against", "independently of", 0.05)
    return (
        f"{small} moves {verb} the seven: correlation {words.number(value, 2)}, above zero on "
        f"{words.pct(share, 0)} of days"
    )
