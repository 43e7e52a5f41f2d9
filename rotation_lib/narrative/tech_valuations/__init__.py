"""Sentences of the technology and valuation chapter: takeaways, headings, paragraphs, titles.

Wording follows sign, size and interval of what was measured; nothing here measures.
"""

from .lead import (
    discount_section,
    discount_title,
    dominance_section,
    growth_title,
    lead_section,
    quarters_title,
    rally_section,
    rally_title,
    relative_title,
    specification_title,
    starts_title,
    stated_section,
)
from .rotation import (
    after_title,
    correlation_title,
    fall_note,
    hard_days_title,
    quality_section,
    quality_title,
    rotation_section,
    weighting_section,
    weighting_title,
)
from .seven import (
    contribution_title,
    decomposition_title,
    earnings_section,
    income_title,
    share_section,
)
from .takeaways import takeaways

__all__ = [
    "after_title",
    "contribution_title",
    "correlation_title",
    "decomposition_title",
    "discount_section",
    "discount_title",
    "dominance_section",
    "earnings_section",
    "fall_note",
    "growth_title",
    "hard_days_title",
    "income_title",
    "lead_section",
    "quality_section",
    "quality_title",
    "quarters_title",
    "rally_section",
    "rally_title",
    "relative_title",
    "rotation_section",
    "share_section",
    "specification_title",
    "starts_title",
    "stated_section",
    "takeaways",
    "weighting_section",
    "weighting_title",
]
