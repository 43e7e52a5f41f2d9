"""What the seven earn together, by fiscal year.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import bars
from ....charts.figure import Figure
from ....charts.of_findings import Findings, nothing, origin
from ....prose.markdown import Prose
from .earnings import FILED


def net_income(table: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Combined net income by fiscal year; ``table`` as ``earnings.net_income``."""
    if len(table) < 2:
        return nothing("The chart of net income", "two fiscal years of all seven are not held")
    totals = table.sum(axis=1)
    ends = pd.DatetimeIndex([f"{year}-12-31" for year in totals.index])
    shown = pd.DataFrame({"label": [str(y) for y in totals.index], "value": totals.to_numpy()})
    return bars.columns(
        shown,
        unit="billion dollars",
        signed=False,
        colours=dict.fromkeys(shown["label"], "small"),
        shows="Net income of the seven by year",
    ).figure(
        "tech_valuations.net_income",
        title=income_title(totals),
        subtitle="Net income of the seven as filed, by fiscal year, billions of US dollars",
        unit="billions of US dollars",
        **origin(f, "tech_valuations.net_income_growth", drawn=totals.set_axis(ends)),
        note="Only years that all seven have reported.",
        source=FILED,
    )


def income_title(totals: pd.Series) -> str:
    """Combined net income at both ends.

    Args:
        totals: billions of dollars by fiscal year.
    """
    first, last = totals.index[0], totals.index[-1]
    verb = words.direction(totals.iloc[-1] - totals.iloc[0], "rose", "fell", "stayed", 0.5)
    return (
        f"The seven's combined net income {verb} from {words.number(totals.iloc[0], 0)} to "
        f"{words.number(totals.iloc[-1], 0)} billion dollars, fiscal {first} to {last}"
    )
