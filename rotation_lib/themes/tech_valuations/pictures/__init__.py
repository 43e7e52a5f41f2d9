"""Figures and tables of the technology chapter: one module for each that measures what is drawn.

Frames and findings in, figures out; nothing is measured here.
"""

from . import (
    discount,
    dominance,
    earnings,
    income,
    lead,
    quality,
    rally,
    rotation,
    seven,
    weighting,
)

__all__ = [
    "discount", "dominance", "earnings", "income", "lead", "quality", "rally", "rotation", "seven",
    "weighting",
]  # fmt: skip
