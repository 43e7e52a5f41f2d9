"""The scale in made-up worlds: literal cases of each row, and exactly one row for any numbers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotation_lib.strength import (
    Asked,
    Estimate,
    Evidence,
    Strength,
    Varied,
    Verdict,
    detectable,
    drawn_in,
    strength,
    varied,
    verdict,
)

S, V = Strength, Verdict
TWO_POINTS = Asked("interval", size=0.02)


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (0.05, 0.01, 0.09, S.ESTABLISHED),
        (0.02, 0.001, 0.039, S.ESTABLISHED),  # just reaches what is asked
        (0.05, -0.02, 0.12, S.FOR),  # clear of zero at 80 %, not at 95 %
        (0.05, 0.0, 0.10, S.FOR),  # touching zero is not clear of it
        (0.05, -0.05, 0.15, S.UNDECIDED),
        (0.01, 0.001, 0.03, S.UNDECIDED),  # sure, but too small; the size asked for is possible
        (0.01, 0.005, 0.015, S.REFUTED),  # sure, and the size asked for is ruled out
        (0.0, -0.01, 0.01, S.REFUTED),
        (-0.01, -0.02, 0.0199, S.REFUTED),
        (-0.05, -0.12, 0.02, S.AGAINST),  # a wrong sign alone contradicts nothing
        (-0.01, -0.05, 0.03, S.UNDECIDED),
        (-0.05, -0.09, -0.01, S.REFUTED),
    ],
)
def test_an_interval_against_no_effect_and_the_size_asked_for(
    value: float, low: float, high: float, expected: Strength
) -> None:
    assert strength(TWO_POINTS, Estimate(value, low, high)) is expected
    mirrored = Asked("interval", "below", size=-0.02)
    assert strength(mirrored, Estimate(-value, -high, -low)) is expected
    shifted = Asked("interval", zero=1.0, size=1.02)
    assert strength(shifted, Estimate(1 + value, 1 + low, 1 + high)) is expected


@pytest.mark.parametrize(
    ("value", "p", "expected"),
    [
        (0.05, 0.05, S.ESTABLISHED),
        (0.05, 0.06, S.FOR),  # its band, put around the estimate, is clear of zero at 80 %
        (0.05, None, S.FOR),
        (0.01, 0.01, S.UNDECIDED),  # rare, but too small
        (-0.05, 0.01, S.REFUTED),  # rare on the other side
    ],
)
def test_a_placebo_test_asks_for_its_p(value: float, p: float | None, expected: Strength) -> None:
    asked = Asked("placebo", size=0.02)
    assert strength(asked, Estimate(value, value - 0.06, value + 0.06, p=p)) is expected


def test_a_placebo_test_without_a_band_decides_for_the_claim_only() -> None:
    asked = Asked("placebo", size=0.02)
    assert strength(asked, Estimate(0.05, p=0.01)) is S.ESTABLISHED
    assert strength(asked, Estimate(0.05, p=0.5)) is S.UNDECIDED
    assert strength(asked, Estimate(-0.05, p=0.01)) is S.UNDECIDED


@pytest.mark.parametrize(
    ("asked", "value", "expected"),
    [
        (Asked("fact", size=0.03), 0.03, S.ESTABLISHED),
        (Asked("fact", size=0.03), 0.029, S.REFUTED),
        (Asked("fact", "below", size=-25), -50, S.ESTABLISHED),
        (Asked("fact", "below", size=-25), 110, S.REFUTED),
        (Asked("band", size=3.315, upper=3.325), 3.323, S.ESTABLISHED),
        (Asked("band", size=3.315, upper=3.325), 3.326, S.REFUTED),  # too much counts too
        (Asked("band", size=3.315, upper=3.325), 3.314, S.REFUTED),
    ],
)
def test_a_fact_is_so_or_is_not(asked: Asked, value: float, expected: Strength) -> None:
    assert strength(asked, Estimate(value)) is expected


@pytest.mark.parametrize(
    ("rank", "expected"),
    [
        (0.95, S.FOR), (0.94, S.UNDECIDED), (0.5, S.UNDECIDED), (0.06, S.UNDECIDED),
        (0.05, S.AGAINST), (None, S.UNTESTABLE), (float("nan"), S.UNTESTABLE),
    ],
)  # fmt: skip
def test_a_rank_describes_and_never_proves(rank: float | None, expected: Strength) -> None:
    assert strength(Asked("rank", rank=0.95), Estimate(0.1, rank=rank)) is expected
    other = None if rank is None else 1 - rank
    assert strength(Asked("rank", "below", rank=0.95), Estimate(0.1, rank=other)) is expected


def test_one_event_is_never_more_than_a_lean() -> None:
    once = Asked("interval", size=0.02, once=True)
    assert strength(once, Estimate(0.05, 0.01, 0.09)) is S.FOR
    assert strength(once, Estimate(-0.05, -0.09, -0.01)) is S.AGAINST
    assert strength(once, Estimate(0.05, -0.05, 0.15)) is S.UNDECIDED


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
@pytest.mark.parametrize("evidence", ["interval", "placebo", "fact", "band", "rank"])
def test_what_is_missing_cannot_be_tested(evidence: Evidence, value: float | None) -> None:
    assert strength(Asked(evidence, size=0.02), Estimate(value)) is S.UNTESTABLE


def rows_that_fit(value: float, low: float, high: float, size: float) -> list[Strength]:
    """The table of the scale, written out row by row, for a claim above zero."""
    inner = 1.2815515655446004 / 1.959963984540054
    low80, high80 = value - inner * (value - low), value + inner * (high - value)
    table = {
        S.ESTABLISHED: value >= size and low > 0,
        S.FOR: value >= size and low <= 0 and low80 > 0,
        S.AGAINST: value < 0 and high >= size and high80 < 0,
        S.REFUTED: high < size,
    }
    return [s for s, fits in table.items() if fits] or [S.UNDECIDED]


@given(
    value=st.floats(-1, 1), below=st.floats(0, 1), above=st.floats(0, 1), size=st.floats(0.001, 1)
)
def test_exactly_one_row_fits(value: float, below: float, above: float, size: float) -> None:
    low, high = value - below, value + above
    found = strength(Asked("interval", size=size), Estimate(value, low, high))
    assert rows_that_fit(value, low, high, size) == [found]


@pytest.mark.parametrize(
    ("truth", "never"), [(0.0, S.ESTABLISHED), (0.02, S.REFUTED), (0.06, S.REFUTED)]
)
def test_in_worlds_whose_truth_is_known_it_errs_as_seldom_as_it_says(
    truth: float, never: Strength
) -> None:
    rng = np.random.default_rng(5)
    draws = rng.normal(truth, 0.01, size=4000)
    told = [strength(TWO_POINTS, Estimate(v, v - 0.0196, v + 0.0196)) for v in draws]
    assert told.count(never) / len(told) <= 0.03


def test_the_effect_called_detectable_is_seen_four_times_in_five() -> None:
    error = 0.01
    effect = detectable(TWO_POINTS, Estimate(0.0, -1.96 * error, 1.96 * error))
    assert effect == pytest.approx(0.02802, abs=1e-5)
    rng = np.random.default_rng(5)
    draws = rng.normal(effect, error, size=20_000)
    assert float((draws - 1.96 * error > 0).mean()) == pytest.approx(0.80, abs=0.01)


def test_the_detectable_effect_is_read_from_the_side_of_no_effect() -> None:
    wide_below = Estimate(-0.02, -0.10, 0.0)
    assert detectable(TWO_POINTS, wide_below) == pytest.approx(0.08 * 1.42939, rel=1e-4)
    below = Asked("interval", "below", size=-0.02)
    assert detectable(below, wide_below) == pytest.approx(0.02 * 1.42939, rel=1e-4)
    assert detectable(Asked("fact", size=0.02), wide_below) is None
    assert detectable(TWO_POINTS, Estimate(0.02)) is None


def test_the_inner_interval_is_drawn_in_as_under_a_normal_law() -> None:
    assert drawn_in() == pytest.approx(0.65387, abs=1e-5)
    assert drawn_in(0.80) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("strengths", "expected"),
    [
        ([S.ESTABLISHED], V.HOLDS),
        ([S.ESTABLISHED, S.ESTABLISHED], V.HOLDS),
        ([S.ESTABLISHED, S.UNTESTABLE], V.HOLDS),  # what cannot be tested is named, not counted
        ([S.ESTABLISHED, S.FOR], V.PART),
        ([S.ESTABLISHED, S.REFUTED, S.REFUTED], V.PART),
        ([S.FOR], V.NOT_SHOWN),
        ([S.UNDECIDED, S.REFUTED], V.NOT_SHOWN),  # of two, both must be refuted
        ([S.REFUTED, S.REFUTED], V.FAILS),
        ([S.REFUTED, S.REFUTED, S.FOR], V.FAILS),
        ([S.REFUTED, S.REFUTED, S.FOR, S.UNDECIDED], V.NOT_SHOWN),  # half is not more than half
        ([S.REFUTED], V.FAILS),
        ([S.AGAINST, S.AGAINST], V.NOT_SHOWN),
        ([S.UNTESTABLE], V.UNTESTABLE),
        ([], V.UNTESTABLE),
    ],
)
def test_the_parts_give_the_verdict(strengths: list[Strength], expected: Verdict) -> None:
    for order in itertools.permutations(strengths):
        assert verdict(order) is expected


def test_a_part_is_robust_where_four_of_five_say_the_same() -> None:
    others = [S.ESTABLISHED] * 4 + [S.UNDECIDED, S.UNTESTABLE]
    assert varied(S.ESTABLISHED, others) == Varied(5, 4)
    assert Varied(5, 4).robust is True
    assert Varied(5, 3).robust is False
    assert Varied().robust is None


def test_leaning_and_undecided_say_the_same_of_what_is_established() -> None:
    assert varied(S.FOR, [S.UNDECIDED, S.AGAINST, S.REFUTED]) == Varied(3, 2)
