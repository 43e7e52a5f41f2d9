"""Risks: how much more small caps move, what moves them, and what they foretell.

Pure functions from a Market to frames and findings; no chart, no file, no clock.
"""

from __future__ import annotations

from ...findings import Finding, Specification
from ...market import Market
from ..lacking import with_lacking_named
from . import (
    august,
    backtest,
    barometer,
    breadth,
    inflation,
    macrodays,
    regimes,
    reward,
    scenario,
    tails,
    tariffs,
)

#: Findings whose definition is a contract; they come first, in this order.
FIXED = (
    "volatility_ratio", "max_drawdown_small", "max_drawdown_large", "beta", "downside_beta",
    "var_99_small", "cvar_99_small", "august_2025", "tariff_week_2025",
)  # fmt: skip


def findings(market: Market) -> list[Finding]:
    """All findings of the chapter; a value that cannot be had carries its reason."""
    made: dict[str, Finding] = {}
    for part in (
        tails.findings(market),
        reward.findings(market),
        backtest.findings(market),
        macrodays.findings(market),
        inflation.findings(market),
        tariffs.findings(market),
        regimes.findings(market, regimes.fit_or_reason(market)),
        scenario.findings(market),
        barometer.findings(market, barometer.trial_or_reason(market)),
        august.findings(market),
        breadth.findings(market),
    ):
        made.update(part)
    rest = [key for key in made if key not in FIXED]
    return with_lacking_named(market, [made[key] for key in (*FIXED, *rest)])


def specifications(market: Market) -> dict[str, list[Specification]]:
    """Other reasonable measurements, by claim."""
    return {
        "more-volatile": tails.specifications(market),
        "inflation-reversal": inflation.specifications(market),
        "trade-policy-reversal": tariffs.specifications(market),
        "strong-august-2025": august.specifications(market),
        "needs-broader-earnings": breadth.specifications(market),
        "barometer": barometer.specifications(barometer.trial_or_reason(market)),
    }


__all__ = [
    "FIXED", "august", "backtest", "barometer", "breadth", "findings", "inflation", "macrodays",
    "regimes", "reward", "scenario", "specifications", "tails", "tariffs",
]  # fmt: skip
