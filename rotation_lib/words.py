"""Numbers, dates and intervals as words: one spelling of each for the whole report.

Values are plain fractions unless a name says otherwise (0.073 is 7.3%). A missing
value (``None`` or NaN) reads "not available", never as a number. It must never round
to "−0.0", and never uses a hyphen for a minus sign.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from datetime import date as Date
from typing import Any, Protocol

import pandas as pd

MINUS = "−"
MISSING = "not available"
_SPELLED = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)


class Measured(Protocol):
    """What is read of a finding; any object with these attributes will do."""

    value: float | None
    low: float | None
    high: float | None
    unit: str
    confidence: float | None


def absent(value: object) -> bool:
    """Whether a number is missing: ``None``, NaN or infinite."""
    return value is None or not math.isfinite(float(value))  # type: ignore[arg-type]


def number(value: float | None, digits: int = 1, *, signed: bool = False) -> str:
    """``number(-1234.56)`` is "−1,234.6"; ``signed`` adds "+" to what is above zero once rounded."""
    if value is None or absent(value):
        return MISSING
    rounded = round(float(value), digits) + 0.0
    text = f"{abs(rounded):,.{digits}f}"
    if rounded < 0:
        return MINUS + text
    return "+" + text if signed and rounded > 0 else text


def _scaled(
    value: float | None, factor: float, digits: int | None, signed: bool, suffix: str
) -> str:
    if value is None or absent(value):
        return MISSING
    scaled = float(value) * factor
    if digits is None:
        digits = 0 if abs(scaled) >= 99.95 else 1
    return number(scaled, digits, signed=signed) + suffix


def pct(value: float | None, digits: int | None = None, *, signed: bool = False) -> str:
    """A fraction in per cent: 0.0731 is "7.3%"; from 100% upwards without decimals."""
    return _scaled(value, 100, digits, signed, "%")


def pp(
    value: float | None, digits: int | None = None, *, signed: bool = False, short: bool = False
) -> str:
    """A difference of fractions: 0.0123 is "1.2 percentage points" ("1.2 pp" when short)."""
    return _scaled(value, 100, digits, signed, " pp" if short else " percentage points")


def percent(value: float | None, digits: int = 2, *, signed: bool = False) -> str:
    """A rate already quoted in per cent, such as a yield: 4.25 is "4.25%"."""
    return _scaled(value, 1, digits, signed, "%")


def ratio(value: float | None, digits: int = 2) -> str:
    """A plain ratio: 1.298 is "1.30"."""
    return number(value, digits)


def times(value: float | None, digits: int = 1, *, short: bool = False) -> str:
    """A multiple: 9.66 is "9.7 times" ("9.7×" when short)."""
    return _scaled(value, 1, digits, False, "×" if short else " times")


def bp(value: float | None, *, signed: bool = False, short: bool = False) -> str:
    """Basis points: -50 is "−50 basis points" ("−50 bp" when short)."""
    if value is None or absent(value):
        return MISSING
    text = number(value, 0, signed=signed)
    unit = " bp" if short else (" basis point" if text.strip("+−") == "1" else " basis points")
    return text + unit


def count(value: float | None) -> str:
    """A whole number with separators: 4169 is "4,169"."""
    return number(value, 0)


def p_value(value: float | None) -> str:
    """ "p = 0.30", "p = 0.048", "p < 0.001": below 0.1 with three decimals, where limits lie."""
    if value is None or absent(value):
        return MISSING
    if value < 0.001:
        return "p < 0.001"
    return f"p = {number(value, 3 if value < 0.0995 else 2)}"


def plural(n: float, noun: str, many: str | None = None, *, spell: bool = False) -> str:
    """ "1 session", "9 sessions"; ``spell`` writes zero to twelve as words."""
    amount = spelled(int(n)) if spell and float(n).is_integer() else count(n)
    return f"{amount} {noun if n == 1 else many or noun + 's'}"


def spelled(n: int) -> str:
    """ "nine" up to twelve, then digits."""
    return _SPELLED[n] if 0 <= n < len(_SPELLED) else count(n)


def years(value: float | None, digits: int = 1) -> str:
    """ "3.2 years"."""
    return _scaled(value, 1, digits, False, " years")


def ordinal(n: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st …"""
    suffix = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n:,}{suffix}"


def _stamp(when: object) -> pd.Timestamp | None:
    stamp = None if when is None else pd.Timestamp(when)
    return None if stamp is None or pd.isna(stamp) else stamp


def date(when: str | Date | pd.Timestamp | None, *, short: bool = False) -> str:
    """ "18 September 2024" ("18 Sep 2024" when short)."""
    stamp = _stamp(when)
    if stamp is None:
        return MISSING
    return f"{stamp.day} {stamp.strftime('%b' if short else '%B')} {stamp.year}"


def month(when: str | Date | pd.Timestamp | None, *, short: bool = False) -> str:
    """ "September 2024" ("Sep 2024" when short)."""
    stamp = _stamp(when)
    return MISSING if stamp is None else f"{stamp.strftime('%b' if short else '%B')} {stamp.year}"


def quarter(when: str | Date | pd.Timestamp | None) -> str:
    """ "Q3 2024"."""
    stamp = _stamp(when)
    return MISSING if stamp is None else f"Q{stamp.quarter} {stamp.year}"


def period(start: object, end: object) -> str:
    """ "4 January 2010 to 31 July 2026"."""
    return f"{date(start)} to {date(end)}"


def join(items: Iterable[str], conjunction: str = "and") -> str:
    """ "a", "a and b", "a, b and c"; nothing for no items."""
    parts = [str(item) for item in items]
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {conjunction} {parts[-1]}"


def direction(
    value: float | None,
    up: str = "rose",
    down: str = "fell",
    flat: str = "hardly changed",
    tolerance: float = 0.0005,
) -> str:
    """The verb that a change deserves; within ``tolerance`` of zero it is ``flat``."""
    if value is None or absent(value):
        return MISSING
    return flat if abs(value) <= tolerance else up if value > 0 else down


def versus(value: float | None, tolerance: float = 0.0005) -> str:
    """A difference as "ahead of", "behind" or "level with"."""
    return direction(value, "ahead of", "behind", "level with", tolerance)


def percentile(rank: float | None, noun: str = "windows of that length since 2010") -> str:
    """A rank (0 to 1) as words: 0.97 is "larger than 97% of all windows of that length since 2010"."""
    if rank is None or absent(rank):
        return MISSING
    if rank >= 1 or rank <= 0:
        return f"the {'largest' if rank >= 1 else 'smallest'} of all {noun}"
    word, share = ("larger", rank) if rank >= 0.5 else ("smaller", 1 - rank)
    return f"{word} than {standing(share)} of all {noun}"


def standing(rank: float | None) -> str:
    """A rank (0 to 1) as the share below it: "58%", "99.9%"; "100%" only where none is higher."""
    if rank is None or absent(rank) or rank >= 1 or rank <= 0:
        return pct(rank, 0)
    # Rounding must not turn 99.97% into all of them.
    held = min(max(rank, 0.001), 0.999)
    return pct(held, 1 if abs(held - 0.5) > 0.485 else 0).replace(".0%", "%")


#: Units of a finding and how each is written (value, signed) -> text.
#: Labels of differences; "minus 1" makes a ratio into growth and is none.
_DIFFERENCE = re.compile(r" (?:minus|−) (?!1\b)| against the ")
_UNITS: dict[str, Callable[[float | None, bool], str]] = {
    "fraction": lambda v, s: pct(v, signed=s),
    "pp": lambda v, s: pp(v, signed=s),
    "pp per pp": lambda v, s: f"{pp(v, signed=s, short=True)} per percentage point",
    "percent": lambda v, s: percent(v, signed=s),
    "ratio": lambda v, s: number(v, 2, signed=s),
    "correlation": lambda v, s: number(v, 2, signed=s),
    "times": lambda v, s: times(v),
    "multiple": lambda v, s: times(v),
    "bp": lambda v, s: bp(v, signed=s),
    "count": lambda v, s: count(v),
    "days": lambda v, s: MISSING if v is None or absent(v) else plural(round(v), "day"),
    "sessions": lambda v, s: MISSING if v is None or absent(v) else plural(round(v), "session"),
    "months": lambda v, s: MISSING if v is None or absent(v) else plural(round(v), "month"),
    "years": lambda v, s: years(v),
    "p-value": lambda v, s: p_value(v),
    "index": lambda v, s: number(v, 1, signed=s),
    "log points": lambda v, s: number(v, 2, signed=s),
}


def quantity(value: float | None, unit: str, *, signed: bool = False) -> str:
    """A value in its unit; a unit not known here is written after the number ("3.20 z-score")."""
    known = _UNITS.get(unit)
    if known is not None:
        return known(value, signed)
    return _scaled(value, 1, 2, signed, f" {unit}" if unit else "")


def _bare(text: str) -> str:
    """The number of a quantity without its unit, for "−1.2 to 3.4 percentage points"."""
    return text.split(" ")[0] if " " in text else text


def interval(
    value: float | None,
    low: float | None,
    high: float | None,
    confidence: float | None = 0.95,
    unit: str = "ratio",
    *,
    signed: bool = False,
) -> str:
    """ "1.30 (95% interval 1.24 to 1.36)"; without bounds the value alone."""
    head = quantity(value, unit, signed=signed)
    if value is None or low is None or high is None or absent(low) or absent(high):
        return head
    ends = [quantity(bound, unit, signed=signed) for bound in (low, high)]
    ends[0] = _bare(ends[0])
    if _bare(ends[1]) != ends[1] and unit != "p-value":
        ends[1] = _bare(ends[1])
    level = "" if confidence is None else f"{number(confidence * 100, 0)}% "
    return f"{head} ({level}interval {ends[0]} to {ends[1]})"


def value_of(finding: Measured, *, signed: bool = False) -> str:
    """A finding's value in its unit, or "not available"."""
    return quantity(finding.value, finding.unit, signed=signed)


def described(finding: Measured, *, signed: bool = False) -> str:
    """A finding with its interval, or "not available: why"."""
    if absent(finding.value):
        reason = (getattr(finding, "reason", None) or "no value could be computed").rstrip(".")
        return f"{MISSING}: {reason}"
    return interval(
        finding.value, finding.low, finding.high, finding.confidence, finding.unit, signed=signed
    )


def told_unit(finding: Any) -> str:
    """The unit a finding is told in: a difference of two returns is one of percentage points.

    >>> from types import SimpleNamespace as Found
    >>> told_unit(Found(label="IWM minus SPY, 63 sessions", unit="fraction"))
    'pp'
    >>> told_unit(Found(label="Wealth in QQQ relative to IWM, minus 1", unit="fraction"))
    'fraction'
    """
    differs = finding.unit == "fraction" and _DIFFERENCE.search(finding.label)
    return "pp" if differs else str(finding.unit)


def ranked(finding: Any, noun: str = "windows of that length since 2010") -> str:
    """A fact with its rank: "11.2%, larger than 99% of all windows of that length since 2010"."""
    if absent(finding.value) or absent(finding.percentile):
        return described(finding)
    return f"{value_of(finding)}, {percentile(finding.percentile, noun)}"


def excludes(finding: Measured, reference: float = 0.0) -> bool | None:
    """Whether the interval lies wholly on one side of ``reference``; ``None`` without an interval."""
    low, high = finding.low, finding.high
    if low is None or high is None or absent(low) or absent(high):
        return None
    return low > reference or high < reference


def excludes_phrase(finding: Measured, reference: float = 0.0) -> str:
    """ "the interval excludes zero", "the interval includes zero" or "it has no interval"."""
    verdict = excludes(finding, reference)
    if verdict is None:
        return "it has no interval"
    name = "zero" if reference == 0 else number(reference, 2).rstrip("0").rstrip(".")
    return f"the interval {'excludes' if verdict else 'includes'} {name}"


#: Formats of table columns, by name. Each takes one cell and returns its text.
FORMATS: dict[str, Callable[[Any], str]] = {
    "text": lambda v: (
        "" if v is None or v is pd.NA or (isinstance(v, float) and math.isnan(v)) else str(v)
    ),
    "pct": lambda v: pct(v),
    "pct0": lambda v: pct(v, 0),
    "rank": lambda v: standing(v),
    "pct2": lambda v: pct(v, 2),
    "signed_pct": lambda v: pct(v, signed=True),
    "signed_pct2": lambda v: pct(v, 2, signed=True),
    "pp": lambda v: pp(v, short=True),
    "signed_pp": lambda v: pp(v, signed=True, short=True),
    "signed_pp2": lambda v: pp(v, 2, signed=True, short=True),
    "percent": lambda v: percent(v),
    "ratio": lambda v: ratio(v),
    "ratio3": lambda v: ratio(v, 3),
    "signed_ratio": lambda v: number(v, 2, signed=True),
    "times": lambda v: times(v, short=True),
    "bp": lambda v: bp(v, short=True),
    "signed_bp": lambda v: bp(v, signed=True, short=True),
    "count": count,
    "number": lambda v: number(v, 1),
    "signed_number": lambda v: number(v, 1, signed=True),
    "p_value": lambda v: p_value(v).removeprefix("p = ").removeprefix("p "),
    "years": lambda v: years(v),
    "date": lambda v: date(v, short=True),
    "month": lambda v: month(v, short=True),
    "quarter": quarter,
}
