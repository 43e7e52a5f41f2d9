"""Small pieces that the words of the reshoring chapter share: looking up, sizes, p-values.

They read findings and frames; nothing is measured here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ... import words

if TYPE_CHECKING:
    from ...findings import Finding

#: P-value up to which something is said to be more than chance.
LEVEL = 0.05
#: Change within which a series is said to have hardly moved.
FLAT = 0.02


def get(findings: Mapping[str, Finding], name: str) -> Finding:
    """The finding of that name in this chapter."""
    return findings[f"reshoring_sectors.{name}"]


def value_of(findings: Mapping[str, Finding], name: str) -> float | None:
    """Its value."""
    return get(findings, name).value


def reason(finding: Finding) -> str:
    """Why a value is missing, without a full stop."""
    return (finding.reason or "no value could be computed").rstrip(".")


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def gap(finding: Finding) -> str:
    """ "7.0 percentage points a year (95% interval 1.0 to 12.9)", without its sign."""
    return words.described(words.size(finding))


def moved(name: str, finding: Finding) -> str:
    """A change in words: "factory jobs fell (−3.1%)"."""
    value = finding.value
    if value is None:
        return f"{name} cannot be shown"
    verb = words.direction(value, "rose", "fell", "hardly moved", FLAT)
    return f"{name} {verb} ({words.pct(value, signed=True)})"


def counted(n: int) -> str:
    """ "Six", "None"; digits from thirteen on."""
    return "None" if n == 0 else capital(words.spelled(n))
