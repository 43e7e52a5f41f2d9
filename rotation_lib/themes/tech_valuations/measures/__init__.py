"""What the technology chapter measures: the lead, earnings and multiples, rallies, rotation, discount.

Pure functions of a market; no chart, no file, no clock. Findings come in the order in which the
modules declare them.
"""

from __future__ import annotations

from ....findings import Finding, FindingSet, Specification
from ....market import Market
from ....studies.declared import measured
from ....studies.lacking import with_lacking_named
from . import (
    basket,
    discount,
    dominance,
    doubt,
    earnings,
    income,
    lead,
    quality,
    rally,
    rotation,
    seven,
    sides,
    sources,
    spans,
    weighting,
)

#: Findings whose definition is a contract; they come first, in this order.
FIXED = (
    "tech_valuations.gap_total_return", "tech_valuations.relative_wealth",
    "tech_valuations.rally_july_2024", "tech_valuations.first_quarter_2024",
    "tech_valuations.lead_ten_years_2024", "tech_valuations.lead_ten_years_2024_sp500",
    "tech_valuations.rally_second_half_2024", "tech_valuations.rally_second_half_2024_large",
    "tech_valuations.rally_second_half_2024_tech",
)  # fmt: skip
#: The others follow in the order of these.
MEASURED = (
    lead, sources, rally, dominance, earnings, income, seven, rotation, doubt, quality, weighting, discount,
)  # fmt: skip


def findings(market: Market) -> list[Finding]:
    """All findings of the chapter; a value that cannot be had carries its reason."""
    made = FindingSet(measured(market, MEASURED))
    ordered = [made[id] for id in dict.fromkeys((*FIXED, *made))]
    return with_lacking_named(market, ordered, [frozenset(basket.SEVEN)])


def specifications(market: Market) -> dict[str, list[Specification]]:
    """Other reasonable measurements, by claim."""
    return {
        "tech-lead-since-2010": lead.specifications(market),
        "early-2024-rally": rally.specifications(market),
        "valuation-discount-40": discount.specifications(market),
        "magnificent-7-dominance": [
            *earnings.specifications(market),
            *seven.specifications(market),
        ],
        "dominance-waned-2024": dominance.specifications(market),
        "short-covering": quality.specifications(market),
        "capital-reallocation": [
            *doubt.specifications(market),
            *rotation.specifications(market),
        ],
    }


__all__ = [
    "FIXED", "basket", "discount", "dominance", "doubt", "earnings", "findings", "income", "lead", "quality",
    "rally", "rotation", "seven", "sides", "sources", "spans", "specifications", "weighting",
]  # fmt: skip
