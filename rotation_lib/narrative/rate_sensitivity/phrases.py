"""Phrases of the rate chapter: slopes, leads and intervals in words, null findings included.

Every phrase must be true for any window; a missing value is said, with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ... import words

if TYPE_CHECKING:
    from ...findings import Finding

THEME = "rate_sensitivity"
Findings = Mapping[str, "Finding"]


def get(findings: Findings, name: str) -> Finding:
    """A finding of this chapter by its short name."""
    return findings[f"{THEME}.{name}"]


def known(*found: Finding) -> bool:
    """Whether all of them have a value."""
    return all(f.value is not None for f in found)


def why(finding: Finding) -> str:
    """The reason of a missing value, without its full stop."""
    return (finding.reason or "no value could be computed").rstrip(".")


def side(finding: Finding) -> str:
    """``above``, ``below``, ``open`` (interval holds zero or is absent) or ``missing``."""
    if finding.value is None:
        return "missing"
    if finding.low is None or finding.high is None:
        return "open"
    return "above" if finding.low > 0 else "below" if finding.high < 0 else "open"


def slope(finding: Finding) -> str:
    """ "+0.6 percentage points (95% interval −1.0 to 2.2)"; the sentence says per point of which yield."""
    if finding.value is None:
        return words.described(finding)
    low, high = finding.low, finding.high
    number = words.Number(finding.value, low, high, "percentage points", finding.confidence)
    return words.described(number, signed=True)


def lead(finding: Finding) -> str:
    """A mean lead with its interval: "−0.35 percentage points (95% interval −0.94 to 0.25)"."""
    return words.described(finding, signed=True)


def led(value: float | None, small: str, large: str) -> str:
    """ "IWM led SPY", "IWM lagged SPY" or "IWM and SPY were level"."""
    verb = words.direction(value, "led", "lagged", "level")
    return f"{small} and {large} were level" if verb == "level" else f"{small} {verb} {large}"


def fund_names(finding: Finding) -> tuple[str, str]:
    """The two funds a relative finding compares."""
    return finding.series[0], finding.series[1]


def rank(finding: Finding) -> str:
    """The percentile of a fact, or nothing."""
    return "" if finding.percentile is None else words.percentile(finding.percentile)


def how_many(count: int, of: int) -> str:
    """ "none of three", "one of four"."""
    return f"{words.spelled(count) if count else 'none'} of {words.spelled(of)}"


def listed(parts: list[str]) -> str:
    """Sentences as one paragraph."""
    return " ".join(p for p in parts if p)
