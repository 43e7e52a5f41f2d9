"""Small industrials with size taken out: relative wealth of the pairs.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import lines
from ....charts.figure import Figure
from ....charts.of_findings import Findings, nothing, origin
from ....prose.markdown import Prose
from ..measures.pairs import title
from ..measures.terms import PAIRS, law_events

_COLOURS = {"PSCI − IJR": "small", "AIRR − XLI": "accent"}


def pairs(paths: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Relative wealth of the size-neutral pairs; ``paths`` as ``pairs.paths``."""
    if len(paths) < 2 or not len(paths.columns):
        return nothing("The chart of the pairs", f["reshoring_sectors.neutral_psci"])
    return lines.lines(
        paths,
        unit="ratio",
        log=True,
        reference=1.0,
        events=law_events(),
        label_values=True,
        colours=_COLOURS,
        rebase=True,
        shows="Relative wealth of small industrials, size taken out",
    ).figure(
        "reshoring_sectors.pairs",
        title=paths_title(paths),
        subtitle="Wealth in the first fund over wealth in the second, total return, start = 1, log scale",
        unit="ratio",
        **origin(
            f, "reshoring_sectors.neutral_psci", "reshoring_sectors.neutral_airr", drawn=paths
        ),
        note="PSCI holds small industrials, IJR small companies; AIRR small and middle-sized American "
        "industrials and banks, XLI large industrials. PSCI from 2012, AIRR from its listing in 2014.",
    )


def paths_title(paths: pd.DataFrame) -> str:
    """What each pair's ratio of wealth came to."""
    if paths.empty:
        return "The pairs cannot be followed here"
    told = []
    pairs = {title(key): funds for key, funds in PAIRS.items()}
    for name in paths.columns:
        line = paths[name].dropna()
        value = float(line.iloc[-1])
        a, b = pairs[str(name)]
        change = words.direction(value - 1, "more", "less", "as much", 0.005)
        size = "" if change == "as much" else f"{words.pct(abs(value - 1), 0)} "
        told.append(
            f"{a} made {size}{change} {'as' if change == 'as much' else 'than'} {b} "
            f"since {words.month(line.index[0])}"
        )
    return words.join(told)
