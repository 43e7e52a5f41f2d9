"""Tables of the quality gates and of the age of the series, for the methods chapter.

Frames come from ``studies.gates``, words from ``narrative.gates``. It must never count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from .. import words
from ..narrative import gates as text
from ..prose.markdown import Prose
from .table import Table

if TYPE_CHECKING:
    from ..market import Market


def gates_table(counts: pd.DataFrame, jump: float, market: Market) -> Table:
    """How each gate ended."""
    return Table(
        "methods.gates",
        "Quality gates: what each asks, and how many series passed",
        text.gate_rows(counts, live=text.is_live(market), jump=jump),
        formats=dict.fromkeys(["Series", "Passed", "Noted", "Open"], "count"),
        note=text.gates_note(live=text.is_live(market)),
        series=tuple(market.dataset.provenance["series"]),
        as_of=market.dataset.provenance["data_through"],
    )


def series_table(series: pd.DataFrame, market: Market) -> Table:
    """What the gates found in each series."""
    return Table(
        "methods.gates_series",
        f"{words.plural(len(series), 'series', 'series')} at the quality gates, worst first",
        text.series_rows(series),
        formats={"Newest value": "date"},
        series=tuple(series["series_id"]),
        as_of=market.dataset.provenance["data_through"],
    )


def fresh_table(groups: pd.DataFrame, market: Market) -> Table | Prose:
    """What could not be refreshed, or not be had at all; a sentence where all is fresh."""
    told = text.fresh_sentence(market, groups)
    if groups.empty:
        return Prose(told)
    return Table(
        "methods.not_fresh",
        "Series that are not as new as they should be, or not there",
        text.fresh_rows(groups),
        note=told,
        series=tuple(name for names in groups["series"] for name in names),
        as_of=market.dataset.provenance["data_through"],
    )
