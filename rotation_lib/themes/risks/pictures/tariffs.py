"""Paths around tariff news, mean reactions, and April 2025 by session.

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


def tariff_paths(frame: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Paths around tariff news; ``frame`` as ``tariffs.event_paths``."""
    small, large = f["risks.beta"].series
    if frame.empty:
        return nothing("The chart of tariff news", f["risks.tariff_escalation"])
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
        title=tariffs_title(
            str(last["series"]).lower(), last["value"], last["low"], last["high"], int(last["x"])
        ),
        subtitle=f"Mean of {small} over {large} since the close before; bands: middle 90% of placebo dates",
        unit="percentage points (log)",
        **origin(f, "risks.tariff_escalation", "risks.tariff_easing"),
        alt=_path_alt(frame),
        note="Placebo dates are the same calendar pattern moved to every other place in the window.",
    )


def tariffs_title(news: str, end: float, low: float, high: float, sessions: int) -> str:
    """Title of the event paths: where the mean path after ``news`` ends, against placebo dates."""
    place = "inside" if low <= end <= high else "outside"
    return (
        f"{sessions} sessions after tariff {news} the gap is {words.pp(end, signed=True)} on average, "
        f"{place} the placebo band"
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


def april_2025(frame: pd.DataFrame | None, f: Findings) -> Table | Prose:
    """April 2025 by session; ``frame`` as ``tariffs.april_2025``."""
    small, large = f["risks.beta"].series
    if frame is None:
        return nothing("The table of April 2025", f["risks.tariff_week_2025"])
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
        **origin(f, "risks.tariff_rebound_2025", also=("^RUT", "^GSPC")),
        signed=("Relative", "By index", "Since 2 April"),
    )  # fmt: skip


def reactions(frame: pd.DataFrame, f: Findings) -> Table | Prose:
    """Mean reactions to tariff news; ``frame`` as ``tariffs.reaction_table``."""
    if frame.empty:
        return nothing("The table of reactions", f["risks.tariff_escalation"])
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
        **origin(f, "risks.tariff_escalation", "risks.tariff_easing"),
        signed=("Mean",),
    )  # fmt: skip
