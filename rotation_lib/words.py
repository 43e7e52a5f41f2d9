"""Numbers, dates and intervals as words: one spelling of each for the whole report.

Values are plain fractions unless a name says otherwise (0.073 is 7.3%). A missing
value (``None`` or NaN) reads "not available", never as a number. It must never round
to "−0.0", and never uses a hyphen for a minus sign.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import date as Date
from typing import Any, NamedTuple, Protocol

import pandas as pd

from .units import UNITS, Unit

MINUS = "−"
MISSING = "not available"
_SPELLED = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)


class Measured(Protocol):
    """What is read of a finding; any object with these attributes will do."""

    @property
    def value(self) -> float | None:
        """The number; ``None`` is missing."""

    @property
    def low(self) -> float | None:
        """Lower end of its interval."""

    @property
    def high(self) -> float | None:
        """Upper end."""

    @property
    def confidence(self) -> float | None:
        """Coverage aimed at."""

    @property
    def unit(self) -> str:
        """A name of :data:`rotation_lib.units.UNITS`."""


class Number(NamedTuple):
    """A number with its interval, where there is no finding to ask."""

    value: float | None
    low: float | None
    high: float | None
    unit: str
    confidence: float | None = None


def size(finding: Measured) -> Number:
    """A number without its sign, its interval turned with it: −7 (−13 to −1) is 7 (1 to 13)."""
    value, low, high = finding.value, finding.low, finding.high
    if value is not None and value < 0:
        value = -value
        low, high = (None if high is None else -high), (None if low is None else -low)
    return Number(value, low, high, finding.unit, finding.confidence)


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
    return f"p {'' if value < 0.001 else '= '}{p_number(value)}"


def p_number(value: float | None) -> str:
    """The same without its "p =": "0.30", "0.048", "< 0.001"; for a sentence or column that says p."""
    if value is None or absent(value):
        return MISSING
    return "< 0.001" if value < 0.001 else number(value, 3 if value < 0.0995 else 2)


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


def percentile(rank: float | None, noun: str | None = "windows of that length since 2010") -> str:
    """A rank (0 to 1) as words: 0.97 is "larger than 97% of all windows of that length since 2010".

    ``noun=None`` leaves out what it is ranked among, for a sentence that has said it.
    """
    among = "" if noun is None else f" of all {noun}"
    if rank is None or absent(rank):
        return MISSING
    if rank >= 1 or rank <= 0:
        return f"the {'largest' if rank >= 1 else 'smallest'}{among}"
    word, share = ("larger", rank) if rank >= 0.5 else ("smaller", 1 - rank)
    return f"{word} than {standing(share)}{among}"


def standing(rank: float | None) -> str:
    """A rank (0 to 1) as the share below it: "58%", "99.9%"; "100%" only where none is higher."""
    if rank is None or absent(rank) or rank >= 1 or rank <= 0:
        return pct(rank, 0)
    # Rounding must not turn 99.97% into all of them.
    held = min(max(rank, 0.001), 0.999)
    return pct(held, 1 if abs(held - 0.5) > 0.485 else 0).replace(".0%", "%")


def quantity(
    value: float | None, unit: str, *, signed: bool = False, beside: Iterable[float | None] = ()
) -> str:
    """A value in its unit: ``quantity(-0.012, "percentage points")`` is "−1.2 percentage points".

    Counted things are rounded to whole ones; a p-value has the form of :func:`p_value`.

    Args:
        beside: numbers that stand with it, such as the ends of its interval: all of them get a
            second decimal where the unit has one for small numbers and none reaches one.
    """
    if unit == "p-value":
        return p_value(value)
    if value is None or absent(value):
        return MISSING
    form = unit_of(unit)
    one = form.one is not None and abs(round(float(value))) == 1
    suffix = str(form.one) if one else form.suffix
    return _scaled(value, form.factor, _digits(form, (value, *beside)), signed, suffix)


def _digits(form: Unit, together: Iterable[float | None]) -> int | None:
    largest = max(abs(v) * form.factor for v in together if v is not None and not absent(v))
    return 2 if form.fine and 0 < largest < 0.995 else form.digits


def unit_of(name: str) -> Unit:
    """How numbers of a unit are written; one that only another version knows follows the number."""
    suffix = f" {name}" if name else ""
    return UNITS.get(name) or Unit(1, 2, suffix, suffix, 2)


def ends(finding: Measured) -> str:
    """The interval alone, without its level: "−1.2 to 3.4", "1.3% to 2.0%"; "" without one."""
    low, high = finding.low, finding.high
    if low is None or high is None or absent(low) or absent(high):
        return ""
    if finding.unit == "p-value":
        return f"{number(low, 3)} to {number(high, 3)}"
    form = unit_of(finding.unit)
    digits = _digits(form, (finding.value, low, high))
    # A percent sign belongs to the number; other units are said once, by the value.
    sign = "%" if form.mark.startswith("%") else ""
    return " to ".join(_scaled(bound, form.factor, digits, False, sign) for bound in (low, high))


def bounds(finding: Measured) -> str:
    """The interval with its level: "95% interval −1.2 to 3.4"; "" without one."""
    said = ends(finding)
    level = finding.confidence
    return (
        f"{'' if level is None else number(level * 100, 0) + '% '}interval {said}" if said else ""
    )


def value_of(finding: Measured, *, signed: bool = False) -> str:
    """A finding's value in its unit, or "not available"."""
    beside = (finding.low, finding.high)
    return quantity(finding.value, finding.unit, signed=signed, beside=beside)


def described(finding: Measured, *, signed: bool = False, also: str = "") -> str:
    """A finding with its interval, "1.30 (95% interval 1.24 to 1.36)", or "not available: why".

    Args:
        also: what stands in the brackets behind the interval, such as a p-value.
    """
    if absent(finding.value):
        reason = (getattr(finding, "reason", None) or "no value could be computed").rstrip(".")
        return f"{MISSING}: {reason}"
    said = "; ".join(part for part in (bounds(finding), also) if part)
    return value_of(finding, signed=signed) + (f" ({said})" if said else "")


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
    "p_value": p_number,
    "years": lambda v: years(v),
    "date": lambda v: date(v, short=True),
    "month": lambda v: month(v, short=True),
    "quarter": quarter,
}
