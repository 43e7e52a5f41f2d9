"""The rate beta split into real yield and breakeven, and the form of every chart of slopes.

Missing slopes are left out, and a chart without any becomes a sentence; nothing here measures.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ....charts import intervals
from ....charts.figure import Figure
from ....charts.of_findings import Findings, known, nothing, origin
from ....findings import Finding
from ....prose.markdown import Prose

PER_POINT = "Small minus large, percentage points of weekly return per percentage point of yield"
SPLIT = {
    "rate_sensitivity.beta_real_10y": "Real yield, whole window",
    "rate_sensitivity.beta_real_10y_given_market": "Real yield, market held fixed",
    "rate_sensitivity.beta_real_10y_since_mid_2023": "Real yield, since mid-2023",
    "rate_sensitivity.beta_breakeven_10y": "Breakeven, whole window",
    "rate_sensitivity.beta_breakeven_10y_given_market": "Breakeven, market held fixed",
    "rate_sensitivity.beta_breakeven_10y_since_mid_2023": "Breakeven, since mid-2023",
}


def forest(
    id: str,
    f: Findings,
    rows: Mapping[str, str],
    *,
    title: str,
    subtitle: str,
    shows: str,
    note: str,
    unit: str = "percentage points",
) -> Figure | Prose:
    """Estimates with their intervals, one row each; missing ones are left out.

    Args:
        id: of the figure.
        f: all findings of the chapter.
        rows: finding id → label.
        title, subtitle, note: of the figure; what the interval is follows the subtitle.
        shows: the quantity, as a noun phrase.
        unit: a unit of charts.
    """
    held = {i: f[i] for i in rows if known(f[i])}
    if not held:
        return nothing(shows, f[next(iter(rows))])
    frame = pd.DataFrame(
        {
            "label": [rows[i] for i in held],
            "value": [one.value for one in held.values()],
            "low": [one.low for one in held.values()],
            "high": [one.high for one in held.values()],
            "note": [f"{o.n:,} observations, {o.start} to {o.end}" for o in held.values()],
        }
    ).astype({"value": float, "low": float, "high": float})
    return intervals.forest(frame, unit=unit, shows=shows).figure(
        id,
        title=title,
        subtitle=f"{subtitle}, 95% interval",
        unit="percentage points",
        **origin(f, *held),
        note=note,
    )


def side(finding: Finding) -> str:
    """``above``, ``below``, ``open`` (interval holds zero or is absent) or ``missing``."""
    if finding.value is None:
        return "missing"
    if finding.low is None or finding.high is None:
        return "open"
    return "above" if finding.low > 0 else "below" if finding.high < 0 else "open"


def split(f: Findings) -> Figure | Prose:
    """Real yield against breakeven."""
    return forest(
        "rate_sensitivity.split",
        f,
        SPLIT,
        title=split_title(f),
        subtitle=f"{PER_POINT}; both halves of the 10-year yield in one regression",
        shows="Betas to real yield and breakeven",
        note="Breakevens rise with growth and oil, so their slope says more about the cycle than "
        "about debt.",
    )


def split_title(f: Findings) -> str:
    """Which half of the 10-year yield carries the link, and whether the real half does lately."""
    real = f["rate_sensitivity.beta_real_10y"]
    late = f["rate_sensitivity.beta_real_10y_since_mid_2023"]
    even = f["rate_sensitivity.beta_breakeven_10y"]
    if not known(real, even):
        return "Real yield and breakeven cannot be told apart here"
    said = {"above": "rise with", "below": "fall with", "open": "show no clear link to"}
    a, b = side(real), side(even)
    if known(late) and side(late) != a:
        return f"Small caps {said[b]} breakeven inflation; since mid-2023 they {said[side(late)]} real yields"
    if a == b:
        return f"Small caps {said[a]} both real yields and breakeven inflation"
    return f"Small caps {said[b]} breakeven inflation and {said[a]} real yields"
