"""What the words of the risk chapter share: findings by short key, bounds, places.

It must never write a sentence of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from ... import words
from ...findings import Finding

Findings = Mapping[str, Finding]


def finding_of(findings: Findings, key: str) -> Finding:
    """The finding by the last part of its id."""
    return findings[f"risks.{key}"]


def known(*found: Finding) -> bool:
    """Whether all have a value."""
    return all(f.value is not None for f in found)


def value_of(finding: Finding) -> float:
    """The value of a finding known to have one."""
    assert finding.value is not None
    return finding.value


def funds(findings: Findings) -> tuple[str, str]:
    """Symbols of the small and the large fund."""
    small, large = finding_of(findings, "beta").series
    return small, large


def per_ten(finding: Finding) -> str:
    """The bounds of a slope per point of yield, told per ten basis points; "" without them."""
    low, high = (None if v is None else v / 10 for v in (finding.low, finding.high))
    value = None if finding.value is None else finding.value / 10
    return words.bounds(words.Number(value, low, high, finding.unit, finding.confidence))


def significant(p: Finding, at: float = 0.05) -> bool:
    """Whether a p-value is known and at most ``at``."""
    return p.value is not None and p.value <= at


def place(rank: Finding) -> str:
    """ "the best", "the 2nd best"."""
    number = int(value_of(rank))
    return "the best" if number == 1 else f"the {words.ordinal(number)} best"


def size_of(finding: Finding) -> float | None:
    """The value without its sign."""
    return None if finding.value is None else abs(finding.value)
