"""Charts and tables of the rate chapter; each takes a frame or findings and gives a figure.

Where the dates hold too little data, a sentence takes the figure's place.
"""

from __future__ import annotations

from .betas import curve, eras, moves, rolling, split, states
from .capital import neighbours, rates
from .events import (
    abnormal,
    cuts,
    decisions,
    easing,
    jackson_2025,
    jackson_table,
    jackson_years,
    september,
    september_ranks,
    september_table,
    surprises,
)

__all__ = [
    "abnormal",
    "curve",
    "cuts",
    "decisions",
    "easing",
    "eras",
    "jackson_2025",
    "jackson_table",
    "jackson_years",
    "moves",
    "neighbours",
    "rates",
    "rolling",
    "september",
    "september_ranks",
    "september_table",
    "split",
    "states",
    "surprises",
]
