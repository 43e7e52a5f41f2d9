"""Small phrases that the chapter's sentences share; no measuring, no drawing.

They must never carry a number of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

from ... import words
from ...findings import Finding

Findings = Mapping[str, Finding]


def get(findings: Findings, name: str) -> Finding:
    """The finding of this theme with that short name."""
    return findings[f"tech_valuations.{name}"]


def held(*found: Finding) -> bool:
    """Whether all of them have a value."""
    return all(f.value is not None for f in found)


def number(finding: Finding) -> float:
    """The value of a finding known to be held."""
    if finding.value is None:
        raise ValueError(f"{finding.id} has no value; ask held() first")
    return finding.value


def why_not(finding: Finding) -> str:
    """The reason a finding is missing, as part of a sentence."""
    return (finding.reason or "it could not be measured").rstrip(".")


def bounds(finding: Finding) -> str:
    """ "95% interval −48 to −28", without the value."""
    if finding.low is None or finding.high is None:
        return "no interval"
    return words.bounds(finding)


def against(value: float, a: str, b: str, size: str) -> str:
    """ "QQQ led IWM by 15.7 percentage points" or "lagged", by the sign of a minus b."""
    verb = words.direction(value, "led", "lagged", "kept level with")
    return f"{a} {verb} {b}" if verb == "kept level with" else f"{a} {verb} {b} by {size}"


def led(value: float, a: str, b: str) -> str:
    """:func:`against` for a difference of returns, in percentage points."""
    return against(value, a, b, words.pp(abs(value)))


def led_too(value: float, b: str) -> str:
    """:func:`led` for a subject named before: "lagged QQQ by 3.5 percentage points"."""
    return led(value, "", b).lstrip()


def share_of(finding: Finding) -> str:
    """A share in whole per cent, as are its bounds: "76% (95% interval 56% to 95%)"."""
    text = words.pct(number(finding), 0)
    if finding.low is None or finding.high is None:
        return f"{text} (no interval)"
    low, high = (words.pct(b, 0) for b in (finding.low, finding.high))
    level = words.number((finding.confidence or 0.95) * 100, 0)
    return f"{text} ({level}% interval {low} to {high})"


def settled(finding: Finding, *, one: bool = False) -> str:
    """Whether the interval excludes zero, as a clause; ``one`` for a log change told as a factor."""
    excludes = words.excludes(finding)
    if excludes is None:
        return "there is no interval for it"
    return f"the interval {'excludes' if excludes else 'includes'} {'one' if one else 'zero'}"


def grown(finding: Finding) -> str:
    """A log change as a factor: 1.71 is "5.5 times (95% interval 1.8 to 16.9)"."""
    text = f"{_factor(number(finding))} times"
    if finding.low is None or finding.high is None:
        return text
    level = words.number((finding.confidence or 0.95) * 100, 0)
    return f"{text} ({level}% interval {_factor(finding.low)} to {_factor(finding.high)})"


def _factor(log_change: float) -> str:
    factor = exp(log_change)
    return words.number(factor, 1 if factor >= 2 else 2)
