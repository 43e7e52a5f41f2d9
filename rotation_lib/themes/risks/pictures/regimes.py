"""Calm and stormy weeks: relative wealth through both, and a table.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .... import words
from ....charts import lines
from ....charts.figure import Figure
from ....charts.of_findings import Findings, nothing, origin
from ....charts.table import Table
from ....prose.markdown import Prose


def regimes(
    states: pd.DataFrame | None, spells: pd.DataFrame | None, f: Findings
) -> Figure | Prose:
    """Relative wealth with stormy weeks shaded; frames as ``regimes.weekly_states`` and ``spells``."""
    small, large = f["risks.beta"].series
    if states is None or spells is None:
        return nothing("The chart of regimes", f["risks.storm_share"])
    wealth = np.exp(states["relative"].cumsum()).rename(f"{small} over {large}")
    drawing = lines.lines(
        wealth, unit="ratio", log=True, reference=1.0, spans=spells, label_values=True,
        colours={str(wealth.name): "small"}, shows="Relative wealth",
    )  # fmt: skip
    return drawing.figure(
        "risks.regimes",
        title=regimes_title(f, float(wealth.iloc[-1])),
        subtitle=f"Wealth in {small} over wealth in {large}, log scale; shaded: stormy weeks of {large}",
        unit="ratio, first week = 1",
        **origin(f, "risks.storm_relative", drawn=wealth),
        alt=f"{drawing.alt} {len(spells)} stormy spells are shaded.",
        note="Stormy: filtered probability above one half. Parameters come from the whole window.",
    )


def regimes_title(f: Findings, last: float) -> str:
    """Title of the chart of relative wealth; ``last`` is its final value."""
    small, large = f["risks.beta"].series
    verb = words.direction(last - 1, "gained on", "lost ground to", "kept level with", 0.005)
    return f"{small} {verb} {large} through calm and storm: relative wealth ends at {words.ratio(last)}"


def states(frame: pd.DataFrame, f: Findings) -> Table | Prose:
    """Calm against stormy weeks; ``frame`` as ``regimes.state_table``."""
    small, large = f["risks.beta"].series
    if frame.empty:
        return nothing("The table of regimes", f["risks.storm_share"])
    shown = frame.set_axis(
        [
            "Regime the week before", "Weeks", f"Volatility {small}", f"Volatility {large}", "Beta",
            "Relative a year",
        ],
        axis=1,
    )  # fmt: skip
    return Table(
        "risks.states",
        "Calm and stormy weeks",
        shown,
        formats={
            "Weeks": "count", f"Volatility {small}": "pct", f"Volatility {large}": "pct",
            "Beta": "ratio", "Relative a year": "signed_pp",
        },
        note="Weekly log returns; a year is 52 weeks.",
        **origin(f, "risks.storm_relative", "risks.storm_share"),
        signed=("Relative a year",),
    )  # fmt: skip
