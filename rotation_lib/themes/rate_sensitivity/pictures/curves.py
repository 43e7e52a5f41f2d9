"""All reasonable ways to measure the rate beta, as one curve.

A grid without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from ....charts import intervals
from ....charts.figure import Figure
from ....charts.of_findings import Findings, nothing, origin
from ....prose.markdown import Prose
from .betas import PER_POINT


def curve(table: pd.DataFrame, f: Findings, whole: str, late: str) -> Figure | Prose:
    """All specifications of the beta.

    Args:
        table: as ``curves.grid``.
        f: all findings of the chapter.
        whole, late: names of two eras for the title.
    """
    if table.empty:
        return nothing("The curve of specifications", f["rate_sensitivity.beta_2y"])
    frame = table.rename(columns={"era": "Era", "yield": "Yield", "control": "Held fixed"})
    frame["Held fixed"] = frame["Held fixed"].where(frame["Held fixed"] == "none", "large caps")
    drawing = intervals.specification_curve(
        frame,
        unit="percentage points",
        factors=["Era", "Yield", "Held fixed"],
        shows="Specifications of the rate beta",
    )
    return drawing.figure(
        "rate_sensitivity.beta_specifications",
        title=curve_title(table, whole, late),
        subtitle=f"{PER_POINT}, {len(table)} specifications in order, 95% interval",
        unit="percentage points per percentage point",
        **origin(
            f,
            "rate_sensitivity.beta_negative_specs_whole",
            "rate_sensitivity.beta_negative_specs_since_mid_2023",
        ),
        note="Sampling (five weekdays, month-ends, daily) and pair vary too; the download names each "
        "specification.",
    )


def curve_title(table: pd.DataFrame, whole: str, late: str) -> str:
    """How many specifications have the story's sign, over the window and lately."""

    def counted(era: str) -> str:
        part = table[table["era"] == era]
        return f"{int((part['value'] < 0).sum())} of {len(part)}" if len(part) else ""

    first, second = counted(whole), counted(late)
    if not first:
        return f"The beta is negative in {second} specifications since mid-2023"
    text = f"The beta is negative in {first} specifications over the whole window"
    return f"{text} and in {second} since mid-2023" if second else text
