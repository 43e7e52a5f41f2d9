"""Figures and tables of the risk chapter: one module for each that measures what is drawn.

Frames and findings in, figures out; nothing is measured here.
"""

from . import august, backtest, barometer, inflation, regimes, scenario, sliders, tails, tariffs

__all__ = [
    "august", "backtest", "barometer", "inflation", "regimes", "scenario", "sliders", "tails",
    "tariffs",
]  # fmt: skip
