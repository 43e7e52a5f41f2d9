"""Every attempt to foretell from relative strength, in one picture.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import alttext, distributions
from ....charts.figure import Figure
from ....charts.of_findings import Findings, known, nothing, origin
from ....prose.markdown import Prose

_OUTCOMES = {"CFNAI": "CFNAI", "INDPRO": "Production", "NFCI": "NFCI", "market": "Market"}


def barometer(frame: pd.DataFrame | None, f: Findings) -> Figure | Prose:
    """Out-of-sample R² of every try; ``frame`` as ``barometer.Barometer.table``."""
    if frame is None:
        return nothing("The chart of attempts", f["risks.barometer_best"])
    cells = pd.DataFrame(
        {
            "row": frame["outcome"].map(_OUTCOMES) + ", " + frame["horizon"].astype(str) + " mo.",
            "column": frame["lookback"].astype(str) + " mo.",
            "value": frame["oos_r2"],
        }
    )
    place = {name: i for i, name in enumerate(_OUTCOMES.values())}
    cells = cells.sort_values(
        "row",
        key=lambda s: s.map(lambda t: place[t.split(",")[0]]),
        kind="stable",
        ignore_index=True,
    )
    told = cells.assign(
        row=cells["row"].str.replace("mo.", "months ahead"),
        column="from " + cells["column"].str.replace("mo.", "months of relative strength,"),
    )
    drawing = distributions.heatmap(
        cells, unit="fraction", row_title="Outcome", column_title="Relative strength over", step=30
    )
    return drawing.figure(
        "risks.barometer",
        title=barometer_title(f),
        subtitle="Share of variance foretold out of sample (R²) by relative strength over 1, 3, 12 months",
        unit="per cent; below zero is worse than the historical mean",
        **origin(f, "risks.barometer_best"),
        alt=alttext.heatmap(told, "fraction", what="Out-of-sample R² of attempts to foretell"),
        note="Rows: what is foretold and how many months ahead (activity index CFNAI, industrial "
        "production, financial conditions NFCI, large-cap return). Outcomes enter as published by "
        "each month-end, at the values of the latest vintage.",
    )


def barometer_title(f: Findings) -> str:
    """Title of the chart of attempts."""
    wins, tries = f["risks.barometer_wins"], f["risks.barometer_tries"]
    if not known(wins, tries):
        return "Attempts to foretell from relative strength"
    head = words.count(wins.value) if wins.value else "None"
    return f"{head} of {words.count(tries.value)} attempts beat the plain historical mean"
