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


def bounds(finding: Finding, *, scale: float = 1.0, digits: int = 1) -> str:
    """ "95% interval −0.7 to −0.1" in percentage points of a value times ``scale``; "" without."""
    if finding.low is None or finding.high is None:
        return ""
    ends = sorted((finding.low * scale, finding.high * scale))
    low, high = (words.number(e * 100, digits) for e in ends)
    return f"95% interval {low} to {high}"


def sizes(finding: Finding, *, signed: bool = True) -> str:
    """ "95% interval 2.9% to 5.1%" of a fraction, of its size where not ``signed``."""
    if finding.low is None or finding.high is None:
        return "no interval"
    ends = (finding.low, finding.high)
    low, high = ends if signed else sorted(map(abs, ends))
    return f"95% interval {words.pct(low)} to {words.pct(high)}"


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
