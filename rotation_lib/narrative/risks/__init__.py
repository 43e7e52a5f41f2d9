"""Words of the risk chapter, from findings alone; chapters and charts need what is exported here.

Nothing is measured in this package, and no sentence may depend on one window.
"""

from __future__ import annotations

from .movement import (
    section_regimes,
    section_tails,
    section_volatility,
    title_beta,
    title_drawdowns,
    title_regime_chart,
    title_regimes,
    title_tail_chart,
    title_tails,
    title_volatility,
)
from .outlook import (
    section_august,
    section_barometer,
    section_breadth,
    section_scenarios,
    text_replays,
    title_august,
    title_august_chart,
    title_barometer,
    title_barometer_chart,
    title_scenario_chart,
    title_scenarios,
    title_set_scenario,
)
from .shocks import (
    section_inflation,
    section_tariffs,
    text_april,
    text_breakevens,
    title_cpi_chart,
    title_inflation,
    title_specifications,
    title_tariff_chart,
    title_tariffs,
)
from .takeaway import (
    takeaways,
)

__all__ = [
    "section_august",
    "section_barometer",
    "section_breadth",
    "section_inflation",
    "section_regimes",
    "section_scenarios",
    "section_tails",
    "section_tariffs",
    "section_volatility",
    "takeaways",
    "text_april",
    "text_breakevens",
    "text_replays",
    "title_august",
    "title_august_chart",
    "title_barometer",
    "title_barometer_chart",
    "title_beta",
    "title_cpi_chart",
    "title_drawdowns",
    "title_inflation",
    "title_regime_chart",
    "title_regimes",
    "title_scenario_chart",
    "title_scenarios",
    "title_set_scenario",
    "title_specifications",
    "title_tail_chart",
    "title_tails",
    "title_tariff_chart",
    "title_tariffs",
    "title_volatility",
]
