"""Charts of what money costs: policy rate and yields, lenders, credit and conditions.

They draw the study's frames; nothing is averaged or filled here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from .. import alttext, lines
from ..figure import Figure
from . import titles
from .kit import THEME, or_sentence

if TYPE_CHECKING:
    from ...findings import Finding

Findings = Mapping[str, "Finding"]
RATE_SERIES = {"Fed target": "DFEDTARU", "2-year": "DGS2", "10-year": "DGS10", "30-year": "DGS30"}
PANELS = {
    "Banks tightening, net share": ("percent", ("DRTSCILM",)),
    "Credit excess return": ("fraction", ("HYG", "IEF", "SHY")),
    "Conditions (NFCI)": ("index", ("NFCI",)),
}
#: What may be marked on both charts.
CUTS = {"2024-09-18": "First cut", "2025-09-17": "Cuts resume"}


def _markers(index: pd.Index) -> pd.DataFrame:
    events = pd.DataFrame({"date": pd.to_datetime(list(CUTS)), "label": list(CUTS.values())})
    return events[events["date"].between(index[0], index[-1])]


@or_sentence("rates")
def rates(frame: pd.DataFrame, findings: Findings) -> Figure:
    """Policy rate and yields.

    Args:
        frame: dates × some of ``Fed target, 2-year, 10-year, 30-year``, per cent.
    """
    colours = {"Fed target": "large", "2-year": "small", "10-year": "tech", "30-year": "accent"}
    drawing = lines.lines(
        frame,
        unit="percent",
        label_values=True,
        events=_markers(frame.index),
        connect=True,
        colours={c: colours[c] for c in frame.columns},
    )
    return drawing.figure(
        f"{THEME}.rates",
        title=titles.rates_title(findings, frame),
        subtitle="Upper end of the Fed's target range and Treasury yields, per cent",
        unit="per cent",
        series=tuple(RATE_SERIES[c] for c in frame.columns),
        as_of=frame.index[-1],
        alt=alttext.lines(frame, "percent", what="Policy rate and Treasury yields"),
        note="Yields move before decisions: much of a cut is in the 2-year yield before it is made.",
    )


@or_sentence("lenders and credit")
def neighbours(frame: pd.DataFrame, findings: Findings) -> Figure:
    """Lending standards, credit excess return and conditions, one panel each.

    Args:
        frame: dates × some of :data:`PANELS`.
    """
    drawing = lines.small_multiples(
        frame,
        unit={c: PANELS[c][0] for c in frame.columns},
        reference=0.0,
        events=_markers(frame.index),
        thin=False,
    )
    return drawing.figure(
        f"{THEME}.neighbours",
        title=titles.neighbours_title(findings),
        subtitle="Net share of banks tightening (per cent); compounded HYG − 0.4·IEF − 0.6·SHY; index",
        unit="see panels",
        series=tuple(s for c in frame.columns for s in PANELS[c][1]),
        as_of=frame.index[-1],
        alt=" ".join(
            alttext.lines(frame[c].dropna(), PANELS[c][0], what=f"Panel {c}") for c in frame.columns
        ),
        note="None of these is what a small firm pays: banks answer for large and middle-market borrowers, "
        "high-yield issuers are larger than most small caps.",
    )
