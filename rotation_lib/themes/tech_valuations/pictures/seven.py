"""What the seven contributed to the technology fund, by year.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import alttext, bars
from ....charts.figure import Figure
from ....charts.of_findings import Findings, nothing, origin
from ....prose.markdown import Prose

_SHOWN_YEARS = 12


def contributions(table: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Contributions by year; ``table`` as ``seven.by_year``."""
    if table.empty:
        return nothing("The chart of contributions", f["tech_valuations.seven_share_of_gain"])
    tech = f["tech_valuations.seven_weight"].series[0]
    table = table.tail(_SHOWN_YEARS)
    shown = pd.DataFrame(
        {
            "label": [str(y) for y in table.index],
            "The seven": table["seven"].to_numpy(),
            "Others": table["others"].to_numpy(),
            "Unexplained": table["unexplained"].to_numpy(),
        }
    )
    drawing = bars.decomposition(
        shown, parts_of=["The seven", "Others", "Unexplained"],
        unit="percentage points", total=tech, sort="given",
        colours={"The seven": "tech", "Others": "small", "Unexplained": "neutral"},
    )  # fmt: skip
    return drawing.figure(
        "tech_valuations.contributions",
        title=contribution_title(table),
        subtitle=f"Sum of daily contributions to {tech}'s return by calendar year, a proxy; mark and "
        f"number: {tech}",
        unit="percentage points",
        **origin(f, "tech_valuations.seven_weight"),
        alt=alttext.bars(
            shown.rename(columns={"The seven": "value"}),
            "percentage points",
            what="Contribution of the seven by year",
        ),
        note="Equal-weighted basket with a weight inferred from returns; others: the equal-weighted "
        "S&P 500. What the two leave is unexplained. Cut years count as far as they go.",
    )


def contribution_title(frame: pd.DataFrame) -> str:
    """In how many years the seven contributed more than all others.

    Args:
        frame: sums by year, columns ``seven``, ``others``, ``unexplained``.
    """
    ahead = int((frame["seven"] > frame["others"]).sum())
    return (
        f"The seven contributed more to technology’s return than all others in {ahead} of "
        f"{words.plural(len(frame), 'year')}, by a proxy"
    )
