"""The technology and valuation theme: all its findings and specifications.

It only collects what the modules beside it measure, in a fixed order.
"""

from __future__ import annotations

from ...findings import Finding, Specification
from ...market import Market
from ..lacking import with_lacking_named
from . import discount, dominance, earnings, lead, quality, rally, rotation, seven
from .common import SEVEN

__all__ = [
    "discount",
    "dominance",
    "earnings",
    "findings",
    "lead",
    "quality",
    "rally",
    "rotation",
    "seven",
    "specifications",
]

_FIXED = ("gap_total_return", "relative_wealth", "rally_july_2024", "first_quarter_2024")


def findings(market: Market) -> list[Finding]:
    """Every finding of the theme, those with fixed ids first; null with a reason where needed."""
    made = [
        finding
        for module in (lead, rally, dominance, earnings, seven, rotation, quality, discount)
        for finding in module.findings(market)
    ]
    first = [f"tech_valuations.{name}" for name in _FIXED]
    ordered = sorted(made, key=lambda f: first.index(f.id) if f.id in first else len(first))
    return with_lacking_named(market, ordered, [frozenset(SEVEN)])


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
        "capital-reallocation": rotation.specifications(market),
    }
