"""The first seven months of 2024: the path of the three funds, and its two spans in a table.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from ....charts import lines
from ....charts.figure import Figure
from ....charts.of_findings import Findings, nothing, origin
from ....charts.table import Table
from ....prose.markdown import Prose
from ..measures.rally import RISE

#: The rows of the table.
_SPANS = {
    "tech_valuations.first_quarter_2024": "First quarter",
    "tech_valuations.first_quarter_2024_vs_large": "First quarter",
    "tech_valuations.first_quarter_2024_vs_tech": "First quarter",
    "tech_valuations.rally_july_2024": "9 to 16 July",
    "tech_valuations.rally_july_2024_vs_large": "9 to 16 July",
    "tech_valuations.rally_july_2024_vs_tech": "9 to 16 July",
}
#: Those that bring the three funds.
_LEADS = ("tech_valuations.rally_july_2024_vs_large", "tech_valuations.rally_july_2024_vs_tech")


def rally(path: pd.DataFrame, f: Findings) -> Figure | Prose:
    """The three funds from January to July 2024; ``path`` as ``rally.path``."""
    if path.empty:
        return nothing("The path through early 2024", f["tech_valuations.rally_july_2024"])
    small, large = f["tech_valuations.rally_july_2024_vs_large"].series
    _, tech = f["tech_valuations.rally_july_2024_vs_tech"].series
    spans = pd.DataFrame(
        {
            "start": [pd.Timestamp("2024-07-09")],
            "end": [pd.Timestamp("2024-07-16")],
            "label": [""],
        }
    )
    drawing = lines.lines(
        path, unit="fraction", reference=0.0, spans=spans, signed=True, label_values=True,
        colours={tech: "tech", small: "small", large: "large"}, shows="Return since the end of 2023",
    )  # fmt: skip
    return drawing.figure(
        "tech_valuations.rally",
        title=rally_title(f),
        subtitle="Total return since the close of 29 December 2023; shaded: 9 to 16 July 2024",
        unit="per cent",
        **origin(f, *_LEADS, drawn=path),
    )


def rally_title(f: Findings) -> str:
    """Whether the first quarter fits, and whether July does."""
    quarter = f["tech_valuations.first_quarter_2024"].value
    july = f["tech_valuations.rally_july_2024"].value
    if quarter is None or july is None:
        return "Small caps in the first seven months of 2024"
    fits = (quarter > RISE, july > RISE)
    if fits == (False, True):
        return "The rally came in July 2024, not in early 2024"
    if fits == (True, True):
        return "Both early 2024 and July 2024 saw a rise above 9%"
    if fits == (True, False):
        return "The rally came in the first quarter of 2024, not in July"
    return "Neither early 2024 nor July 2024 saw a rise above 9%"


def rally_table(f: Findings) -> Table | Prose:
    """The two windows and their leads, with ranks."""
    rows = []
    for id, span in _SPANS.items():
        found = f[id]
        if found.value is None:
            return nothing("The table of the rally", found)
        rows.append((f"{span}: {' − '.join(found.series)}", found.value, found.percentile, found.n))
    frame = pd.DataFrame(rows, columns=["Span of 2024", "Return", "Rank", "Sessions"])
    return Table(
        "tech_valuations.rally_table",
        "Small caps in the first quarter of 2024 and in the week of the rally",
        frame,
        {"Return": "signed_pct", "Rank": "rank", "Sessions": "count"},
        note="Differences are in percentage points. Rank: share of all windows of that many sessions since "
        "2010 that were lower.",
        **origin(f, *_LEADS),
        signed=("Return",),
    )
