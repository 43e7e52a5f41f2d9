"""Figures and tables of the technology and valuation chapter, from frames of its studies.

A frame without rows becomes a sentence. Nothing here measures anything.
"""

from . import titles
from .lead import (
    definition_table,
    definitions,
    discount,
    growth,
    quarters,
    rally,
    rally_table,
    relative,
    starts,
)
from .rotation import after, correlations, hard_day_table, hard_days, quality, weighting
from .seven import contributions, decomposition, decomposition_table, net_income

__all__ = [
    "after",
    "contributions",
    "correlations",
    "decomposition",
    "decomposition_table",
    "definition_table",
    "definitions",
    "discount",
    "growth",
    "hard_day_table",
    "hard_days",
    "net_income",
    "quality",
    "quarters",
    "rally",
    "rally_table",
    "relative",
    "starts",
    "titles",
    "weighting",
]
