"""The test of value at risk as a table.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from ....charts.of_findings import Findings, nothing, origin
from ....charts.table import Table
from ....prose.markdown import Prose


def backtest(frame: pd.DataFrame, f: Findings) -> Table | Prose:
    """Tests of the value-at-risk rules; ``frame`` as ``backtest.backtest_table``."""
    if frame.empty:
        return nothing("The test of value at risk", f["risks.var_breaches_historical"])
    shown = pd.DataFrame(
        {
            "Fund": frame["fund"],
            "Rule": frame["method"],
            "Level": frame["level"],
            "Days": frame["n"],
            "Breaches expected": frame["expected"],
            "Breaches": frame["breaches"],
            "Number p": frame["kupiec_p"],
            "Independence p": frame["independence_p"],
            "Joint p": frame["joint_p"],
        }
    )
    return Table(
        "risks.backtest",
        "Would the value-at-risk rule have kept its promise?",
        shown,
        formats={
            "Level": "pct0", "Days": "count", "Breaches expected": "count", "Breaches": "count",
            "Number p": "p_value", "Independence p": "p_value", "Joint p": "p_value",
        },
        note="Number: Kupiec. Independence and joint: Christoffersen. Small p-values mean that the "
        "rule failed.",
        **origin(f, "risks.cvar_99_small", "risks.cvar_99_large"),
    )  # fmt: skip
