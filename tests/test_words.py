"""Numbers as words, against literal strings."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from rotation_lib import words
from rotation_lib.prose.markdown import Prose, ProseError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (words.pct(0.0731), "7.3%"),
        (words.pct(-0.0731), "−7.3%"),
        (words.pct(0.0731, signed=True), "+7.3%"),
        (words.pct(-0.0004), "0.0%"),
        (words.pct(-0.0004, signed=True), "0.0%"),
        (words.pct(0.0004, signed=True), "0.0%"),
        (words.pct(9.6581), "966%"),
        (words.pct(0.9996), "100%"),
        (words.pct(0.9994), "99.9%"),
        (words.pct(0.5, 0), "50%"),
        (words.pct(None), "not available"),
        (words.pct(float("nan")), "not available"),
        (words.pct(np.float64(0.25)), "25.0%"),
        (words.pp(0.0123), "1.2 percentage points"),
        (words.pp(0.0123, short=True), "1.2 pp"),
        (words.pp(-0.0123, signed=True, short=True), "−1.2 pp"),
        (words.pp(9.66), "966 percentage points"),
        (words.percent(4.25), "4.25%"),
        (words.ratio(1.298), "1.30"),
        (words.times(9.66), "9.7 times"),
        (words.times(9.66, short=True), "9.7×"),
        (words.bp(-50), "−50 basis points"),
        (words.bp(1), "1 basis point"),
        (words.bp(25, signed=True, short=True), "+25 bp"),
        (words.bp(-0.4), "0 basis points"),
        (words.count(4169), "4,169"),
        (words.number(-1234.56), "−1,234.6"),
        (words.p_value(0.031), "p = 0.031"),
        (words.p_value(0.0041), "p = 0.004"),
        (words.p_value(0.0099), "p = 0.010"),
        (words.p_value(0.0), "p < 0.001"),
        (words.plural(1, "session"), "1 session"),
        (words.plural(9, "session"), "9 sessions"),
        (words.plural(9, "cut", spell=True), "nine cuts"),
        (words.plural(0, "cut", spell=True), "zero cuts"),
        (words.plural(2, "series", "series"), "2 series"),
        (words.spelled(13), "13"),
        (words.years(3.25), "3.2 years"),
        (words.date("2024-09-18"), "18 September 2024"),
        (words.date(pd.Timestamp("2010-01-04"), short=True), "4 Jan 2010"),
        (words.date(None), "not available"),
        (words.date(pd.NaT), "not available"),
        (words.month("2024-09-18"), "September 2024"),
        (words.quarter("2024-09-18"), "Q3 2024"),
        (words.period("2010-01-04", "2026-07-31"), "4 January 2010 to 31 July 2026"),
        (words.join([]), ""),
        (words.join(["a"]), "a"),
        (words.join(["a", "b"]), "a and b"),
        (words.join(["a", "b", "c"], "or"), "a, b or c"),
    ],
)
def test_each_spelling(text: str, expected: str) -> None:
    assert text == expected


@pytest.mark.parametrize(
    ("n", "expected"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"),
     (21, "21st"), (102, "102nd"), (111, "111th"), (1003, "1,003rd")],
)  # fmt: skip
def test_ordinals(n: int, expected: str) -> None:
    assert words.ordinal(n) == expected


@pytest.mark.parametrize(
    ("rank", "expected"),
    [
        (0.97, "larger than 97% of all windows of that length since 2010"),
        (0.5, "larger than 50% of all windows of that length since 2010"),
        (0.08, "smaller than 92% of all windows of that length since 2010"),
        (0.9912, "larger than 99.1% of all windows of that length since 2010"),
        (0.9999, "larger than 99.9% of all windows of that length since 2010"),
        (0.0001, "smaller than 99.9% of all windows of that length since 2010"),
        (1.0, "the largest of all windows of that length since 2010"),
        (0.0, "the smallest of all windows of that length since 2010"),
        (None, "not available"),
    ],
)
def test_percentile(rank: float | None, expected: str) -> None:
    assert words.percentile(rank) == expected


@pytest.mark.parametrize(
    ("rank", "expected"),
    [(0.58, "58%"), (0.985, "98%"), (0.9912, "99.1%"), (0.9999, "99.9%"), (1.0, "100%"),
     (0.0004, "0.1%"), (0.012, "1.2%"), (0.02, "2%"), (0.0, "0%"), (None, "not available")],
)  # fmt: skip
def test_a_rank_is_rounded_to_neither_end(rank: float | None, expected: str) -> None:
    assert words.standing(rank) == expected
    assert words.FORMATS["rank"](rank) == expected


@pytest.mark.parametrize("digits", [0, 1, 2, 3])
@pytest.mark.parametrize("signed", [True, False])
def test_nothing_rounds_to_minus_zero(digits: int, signed: bool) -> None:
    for value in (-0.0, -1e-9, -0.4 * 10.0**-digits):
        text = words.number(value, digits, signed=signed)
        assert "−" not in text and "+" not in text and "-" not in text


def test_direction_has_a_tolerance() -> None:
    assert words.direction(0.02) == "rose"
    assert words.direction(-0.02) == "fell"
    assert words.direction(0.0004) == "hardly changed"
    assert words.direction(0.0004, tolerance=0.0001) == "rose"
    assert words.versus(-0.1) == "behind"
    assert words.versus(0.0) == "level with"
    assert words.direction(None) == "not available"


def finding(**parts: object) -> SimpleNamespace:
    base = {"value": 1.298, "low": 1.24, "high": 1.36, "unit": "ratio", "confidence": 0.95,
            "percentile": None, "reason": None}  # fmt: skip
    return SimpleNamespace(**{**base, **parts})


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (0.073, "fraction", "7.3%"),
        (0.0682, "percent a year", "6.8% a year"),
        (3.323, "percentage points", "332 percentage points"),
        (-0.0035, "percentage points", "−0.35 percentage points"),
        (0.0, "percentage points", "0.0 percentage points"),
        (-0.0309, "pp per pp", "−3.1 percentage points per point of yield"),
        (-7.9, "net percentage points", "−7.9 net percentage points"),
        (1.0, "basis points", "1 basis point"),
        (-175.0, "basis points", "−175 basis points"),
        (0.52, "log change", "0.52"),
        (-5.0, "months", "−5 months"),
        (1.0, "sessions", "1 session"),
        (0.048, "p-value", "p = 0.048"),
        (1234.0, "billion dollars", "1,234 billion dollars"),
        (3.2, "z-score", "3.20 z-score"),  # known only to another version
        (None, "percentage points", "not available"),
    ],
)
def test_each_unit_has_one_form(value: float | None, unit: str, told: str) -> None:
    assert words.quantity(value, unit) == told


def test_small_differences_get_a_second_decimal_with_all_their_interval() -> None:
    small = words.Number(-0.0035, -0.0094, 0.0025, "percentage points", 0.95)
    assert words.described(small) == "−0.35 percentage points (95% interval −0.94 to 0.25)"
    wide = small._replace(value=-0.0034, low=-0.0131, high=0.0024)
    assert words.described(wide) == "−0.3 percentage points (95% interval −1.3 to 0.2)"


def test_a_size_turns_its_interval_with_it() -> None:
    lost = words.Number(-0.07, -0.129, -0.01, "percentage points a year", 0.95)
    assert words.described(words.size(lost)) == (
        "7.0 percentage points a year (95% interval 1.0 to 12.9)"
    )


def test_a_finding_with_its_interval() -> None:
    assert words.described(finding()) == "1.30 (95% interval 1.24 to 1.36)"
    shares = finding(value=0.073, low=-0.012, high=0.1, unit="fraction", confidence=0.9)
    assert words.described(shares, signed=True) == "+7.3% (90% interval −1.2% to 10.0%)"
    slope = finding(value=-0.0309, low=-0.045, high=-0.0168, unit="pp per pp")
    assert words.described(slope) == (
        "−3.1 percentage points per point of yield (95% interval −4.5 to −1.7)"
    )
    assert words.described(finding(low=None, high=None)) == "1.30"
    assert words.described(finding(unit="z-score", low=None, high=None)) == "1.30 z-score"
    assert words.described(finding(value=1, unit="sessions", low=None, high=None)) == "1 session"


def test_a_missing_finding_says_why() -> None:
    gone = finding(value=None, low=None, high=None, reason="the window ends before the event.")
    assert words.described(gone) == "not available: the window ends before the event"
    assert words.value_of(gone) == "not available"
    assert words.described(finding(value=float("nan"))) == (
        "not available: no value could be computed"
    )


def test_a_fact_carries_its_rank() -> None:
    fact = finding(value=0.112, unit="fraction", low=None, high=None, percentile=0.99)
    assert words.ranked(fact) == "11.2%, larger than 99% of all windows of that length since 2010"
    assert words.ranked(finding(value=0.112, unit="fraction", low=None, high=None)) == "11.2%"


def test_what_an_interval_excludes() -> None:
    assert words.excludes_phrase(finding()) == "the interval excludes zero"
    assert words.excludes_phrase(finding(), 1.3) == "the interval includes 1.3"
    assert words.excludes(finding(low=-0.1, high=0.1)) is False
    assert words.excludes(finding(low=-0.3, high=-0.1)) is True
    assert words.excludes(finding(low=0.0, high=0.1)) is False
    assert words.excludes_phrase(finding(low=None, high=None)) == "it has no interval"


def test_formats_of_tables_take_missing_cells() -> None:
    for name, form in words.FORMATS.items():
        shown = form(None)
        assert shown in ("", "not available"), name
        assert "nan" not in form(float("nan")), name


def test_prose_refuses_traces_of_missing_numbers() -> None:
    assert str(Prose.of("## A title", None, "", "A sentence.")) == "## A title\n\nA sentence."
    assert Prose("None of the information fell.")._repr_mimebundle_()["text/markdown"] == (
        "None of the information fell."
    )
    for bad in ("It rose by nan%.", "On NaT it fell.", "It is −inf.", "   "):
        with pytest.raises(ProseError) as caught:
            Prose(bad)
        assert "\n" not in str(caught.value)
