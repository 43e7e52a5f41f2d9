"""What the risk chapter measures: pure functions from a Market to frames and findings.

No chart, no file, no clock. Findings come in the order in which the modules declare them.
"""

from __future__ import annotations

from ....findings import Finding, FindingSet, Specification
from ....market import Market
from ....studies.declared import measured
from ....studies.lacking import with_lacking_named
from . import (
    aligned,
    august,
    backtest,
    barometer,
    breadth,
    inflation,
    macrodays,
    regimes,
    reward,
    scenario,
    sliders,
    tails,
    tariffs,
)

#: Findings whose definition is a contract; they come first, in this order.
FIXED = (
    "risks.volatility_ratio", "risks.max_drawdown_small", "risks.max_drawdown_large",
    "risks.beta", "risks.downside_beta", "risks.var_99_small", "risks.cvar_99_small",
    "risks.august_2025", "risks.tariff_week_2025",
)  # fmt: skip
#: The others follow in the order of these.
MEASURED = (
    tails, reward, backtest, macrodays, inflation, tariffs, regimes, scenario, barometer, august,
    breadth,
)  # fmt: skip


def findings(market: Market) -> list[Finding]:
    """All findings of the chapter; a value that cannot be had carries its reason."""
    made = FindingSet(measured(market, MEASURED))
    return with_lacking_named(market, [made[id] for id in dict.fromkeys((*FIXED, *made))])


def specifications(market: Market) -> dict[str, list[Specification]]:
    """Other reasonable measurements, by claim."""
    return {
        "more-volatile": tails.specifications(market),
        "inflation-reversal": inflation.specifications(market),
        "trade-policy-reversal": tariffs.specifications(market),
        "strong-august-2025": august.specifications(market),
        "needs-broader-earnings": breadth.specifications(market),
        "barometer": barometer.specifications(market),
    }


__all__ = [
    "FIXED", "aligned", "august", "backtest", "barometer", "breadth", "findings", "inflation",
    "macrodays", "regimes", "reward", "scenario", "sliders", "specifications", "tails", "tariffs",
]  # fmt: skip
