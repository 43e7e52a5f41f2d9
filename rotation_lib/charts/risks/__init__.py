"""Figures and tables of the risk chapter, from frames of its study.

What a chapter may draw is exported here; nothing is measured in this package.
"""

from __future__ import annotations

from .movement import (
    backtest,
    drawdowns,
    regimes,
    rolling_beta,
    states,
    tails,
)
from .outlook import (
    august,
    barometer,
    replays,
    scenario_moves,
    scenarios,
)
from .shocks import (
    april_2025,
    breakevens,
    cpi_days,
    reactions,
    specifications,
    tariff_paths,
)
from .sliders import set_scenario
from .titles import text_replays

__all__ = [
    "april_2025",
    "august",
    "backtest",
    "barometer",
    "breakevens",
    "cpi_days",
    "drawdowns",
    "reactions",
    "regimes",
    "replays",
    "rolling_beta",
    "scenario_moves",
    "scenarios",
    "set_scenario",
    "specifications",
    "states",
    "tails",
    "tariff_paths",
    "text_replays",
]
