"""Figures and tables of the rate chapter: one module for each that measures what is drawn.

Frames and findings in, figures out; nothing is measured here.
"""

from . import (
    abnormal,
    betas,
    capital,
    curves,
    cycles,
    decisions,
    jackson_hole,
    september,
    stability,
    states,
)

__all__ = [
    "abnormal", "betas", "capital", "curves", "cycles", "decisions", "jackson_hole", "september",
    "stability", "states",
]  # fmt: skip
