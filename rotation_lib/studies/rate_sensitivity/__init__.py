"""Rate sensitivity: do small caps answer to interest rates, and did the cuts help them?

Pure functions from a market to frames and findings; no drawing and no words here.
"""

from __future__ import annotations

from ...findings import Finding, Specification
from ...market import Market
from ..lacking import with_lacking_named
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

#: Findings whose ids and definitions are fixed; they come first.
FIXED = (
    "beta_2y",
    "beta_10y",
    "beta_2y_latest",
    "cut_day_relative",
    "jackson_hole_2025_day",
    "jackson_hole_2025_21d",
    "jackson_hole_2025_after21",
    "since_september_2024_cut",
)


def findings(market: Market) -> list[Finding]:
    """All findings of the theme, the fixed ones first. Never raises for a valid window."""
    parts = (
        betas, stability, states, curves, decisions, abnormal, september, jackson_hole, cycles, capital,
    )  # fmt: skip
    made = {f.id: f for part in parts for f in part.findings(market)}
    first = [made.pop(f"{betas.THEME}.{name}") for name in FIXED]
    return with_lacking_named(market, [*first, *made.values()])


def specifications(market: Market) -> dict[str, list[Specification]]:
    """Other reasonable ways to measure each claim of the theme, by claim id."""
    return {
        "small-caps-more-rate-sensitive": curves.specifications(market),
        "september-2024-cut-tailwind": september.specifications(market),
        "jackson-hole-4pct": jackson_hole.specifications(market),
        "cheaper-capital": capital.specifications(market),
    }
