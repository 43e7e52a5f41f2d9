"""Abnormal returns of small caps from decision days on, as a table.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from ....charts.of_findings import Findings, nothing, origin
from ....charts.table import Table
from ....prose.markdown import Prose
from ....stats.eventstudy import ESTIMATION
from .decisions import PLURAL


def abnormal(table: pd.DataFrame, f: Findings) -> Table | Prose:
    """Mean abnormal returns by decision, model and horizon; ``table`` as ``abnormal.table``."""
    found = f["rate_sensitivity.cut_day_abnormal"]
    if table.empty:
        return nothing("The table of abnormal returns", found)
    small, large = found.series
    first, last = ESTIMATION
    shown = {
        "Decisions": [f"{PLURAL[k]} ({n})" for k, n in zip(table["kind"], table["n"], strict=True)],
        "Model": table["model"],
        "Sessions": table["sessions"],
        "Mean": 100 * table["value"],
        "Low": 100 * table["low"],
        "High": 100 * table["high"],
        "p, t": table["p"],
        "Above 0": table["ahead"],
        "p, sign": table["sign_p"],
    }
    return Table(
        "rate_sensitivity.abnormal_returns",
        f"Abnormal return of {small} from scheduled decisions on, percentage points",
        pd.DataFrame(shown).reset_index(drop=True),
        formats={
            "Sessions": "count",
            **dict.fromkeys(("Mean", "Low", "High"), "signed_ratio"),
            "p, t": "p_value",
            "Above 0": "pct0",
            "p, sign": "p_value",
        },
        **origin(f, "rate_sensitivity.cut_day_abnormal", "rate_sensitivity.hold_day_relative"),
        signed=("Mean",),
        note="Low and high: 95% t interval; p-values of a t test and a sign test. Model of the return "
        f"expected: market, {small} on {large}; mean, its own mean; each over {last - first + 1} "
        f"sessions that end {-last} sessions before the decision. Decisions without them, or without "
        "all sessions after, are left out.",
    )
