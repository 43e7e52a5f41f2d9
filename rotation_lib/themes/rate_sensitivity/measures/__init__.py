"""What the rate chapter measures: pure functions from a Market to frames and findings.

No chart, no file, no clock. Findings come in the order in which the modules declare them.
"""

from __future__ import annotations

from ....findings import Finding, FindingSet, Specification
from ....market import Market
from ....studies.declared import measured
from ....studies.lacking import with_lacking_named
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
    weekly,
)

#: Findings whose definition is a contract; they come first, in this order.
FIXED = (
    "rate_sensitivity.beta_2y", "rate_sensitivity.beta_10y", "rate_sensitivity.beta_2y_latest",
    "rate_sensitivity.cut_day_relative", "rate_sensitivity.jackson_hole_2025_day",
    "rate_sensitivity.jackson_hole_2025_21d", "rate_sensitivity.jackson_hole_2025_after21",
    "rate_sensitivity.since_september_2024_cut",
)  # fmt: skip
#: The others follow in the order of these.
MEASURED = (
    betas, stability, states, curves, decisions, abnormal, september, jackson_hole, cycles, capital,
)  # fmt: skip


def findings(market: Market) -> list[Finding]:
    """All findings of the chapter; a value that cannot be had carries its reason."""
    made = FindingSet(measured(market, MEASURED))
    return with_lacking_named(market, [made[id] for id in dict.fromkeys((*FIXED, *made))])


def specifications(market: Market) -> dict[str, list[Specification]]:
    """Other reasonable measurements, by claim."""
    return {
        "small-caps-more-rate-sensitive": curves.specifications(market),
        "september-2024-cut-tailwind": september.specifications(market),
        "jackson-hole-4pct": jackson_hole.specifications(market),
        "cheaper-capital": capital.specifications(market),
    }


__all__ = [
    "FIXED", "abnormal", "betas", "capital", "curves", "cycles", "decisions", "findings",
    "jackson_hole", "september", "specifications", "stability", "states", "weekly",
]  # fmt: skip
