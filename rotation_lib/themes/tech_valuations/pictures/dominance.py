"""The lead quarter by quarter.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import bars
from ....charts.figure import Figure
from ....charts.of_findings import Findings, nothing, origin
from ....prose.markdown import Prose

_SHOWN_QUARTERS = 24


def quarters(table: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Lead by quarter; ``table`` as ``dominance.quarters``."""
    if table.empty:
        return nothing("The lead by quarter", "the window holds no whole quarter")
    tech, small = f["tech_valuations.gap_total_return"].series
    last = table.tail(_SHOWN_QUARTERS)
    stamps = pd.DatetimeIndex(last.index)
    labels = [f"{d.year} Q{d.quarter}" for d in stamps]
    shown = pd.DataFrame({"label": labels, "value": last["small"].to_numpy()})
    told = f"{tech} minus {small} by quarter"
    return bars.columns(shown, unit="percentage points", shows=told).figure(
        "tech_valuations.quarters",
        title=quarters_title(shown),
        subtitle=f"{tech} minus {small}, total return by quarter, the last {len(shown)} whole quarters",
        unit="percentage points",
        **origin(f, "tech_valuations.gap_total_return", drawn=last),
    )


def quarters_title(frame: pd.DataFrame) -> str:
    """How many of the shown quarters the technology fund was ahead."""
    ahead = int((frame["value"] > 0).sum())
    return f"Technology beat small caps in {ahead} of {words.plural(len(frame), 'quarter')}"
