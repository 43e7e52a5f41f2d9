"""Charts and tables of the reshoring chapter: frames in, figures with computed alt text out.

A frame without rows gives a sentence in place of the figure. Nothing here measures anything.
"""

from __future__ import annotations

from . import titles
from .sectors import (
    fund_table,
    groups,
    lead_profile,
    lead_table,
    pairs,
    specifications,
)
from .spending import (
    construction,
    real_economy,
    regimes,
    turns,
    turns_table,
)
from .tax import (
    tax_reactions,
    tax_table,
)

__all__ = [
    "construction",
    "fund_table",
    "groups",
    "lead_profile",
    "lead_table",
    "pairs",
    "real_economy",
    "regimes",
    "specifications",
    "tax_reactions",
    "tax_table",
    "titles",
    "turns",
    "turns_table",
]
