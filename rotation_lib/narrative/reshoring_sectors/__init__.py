"""Words of the reshoring chapter: takeaways, titles and paragraphs, said from findings and frames.

Every sentence must be true for any window and any sign, and readable when a finding is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .sectors import (
    curve_title,
    groups_title,
    leads_sentence,
    leads_title,
    pair_sentence,
    pairs_paragraph,
    pairs_title,
    paths_title,
    profile_title,
    sectors_paragraph,
    sectors_sentence,
    sectors_title,
)
from .spending import (
    construction_title,
    economy_chart_title,
    economy_sentence,
    economy_title,
    searches_title,
    spending_paragraph,
    spending_sentence,
    spending_title,
    timing_sentence,
    turns_paragraph,
    turns_title,
)
from .tax import (
    reactions_title,
    tax_paragraph,
    tax_sentence,
    tax_title,
)

if TYPE_CHECKING:
    from ...findings import Finding

__all__ = [
    "construction_title",
    "curve_title",
    "economy_chart_title",
    "economy_sentence",
    "economy_title",
    "groups_title",
    "leads_sentence",
    "leads_title",
    "pair_sentence",
    "pairs_paragraph",
    "pairs_title",
    "paths_title",
    "profile_title",
    "reactions_title",
    "searches_title",
    "sectors_paragraph",
    "sectors_sentence",
    "sectors_title",
    "spending_paragraph",
    "spending_sentence",
    "spending_title",
    "takeaways",
    "tax_paragraph",
    "tax_sentence",
    "tax_title",
    "timing_sentence",
    "turns_paragraph",
    "turns_title",
]


def takeaways(findings: Mapping[str, Finding]) -> list[str]:
    """Six lines: spending, its turns, the factories, sectors, small industrials, taxes."""
    return [
        f"**Spending.** {spending_sentence(findings)}",
        f"**Timing.** {timing_sentence(findings)}",
        f"**Factories.** {economy_sentence(findings)}",
        f"**Sectors.** {sectors_sentence(findings)}",
        f"**Small industrials.** {pair_sentence(findings, 'psci')} {leads_sentence(findings)}",
        f"**Taxes.** {tax_sentence(findings)}",
    ]
