"""False alarms and power of the event tests: by a small simulation here, by a large one on record."""

from __future__ import annotations

import tomllib

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from rotation_lib.errors import DataError
from rotation_lib.stats import coverage, intervals, size
from rotation_lib.stats.shifts import shifted_means

REPS = 150
#: A right test passes all six checks of one pattern with a chance above 999 in 1,000.
LOW, HIGH = (int(v) for v in binom.ppf([0.0001, 0.9999], REPS, size.LEVEL))


@pytest.mark.slow
@pytest.mark.parametrize("pattern", list(size.PATTERNS))
def test_meaningless_dates_are_rarely_called_an_effect(pattern: str) -> None:
    found = size.false_positives(REPS, 199, stretch=size.PATTERNS[pattern], n=1200, seed=7)
    assert set(found) == set(size.event_tests(1))
    for name, rate in found.items():
        assert LOW <= round(rate * REPS) <= HIGH, (name, rate)


def test_a_planted_effect_is_found() -> None:
    pair = coverage.simulate_pairs(1, 1200, seed=3)[0]
    dates = size.meaningless_dates(pd.DatetimeIndex(pair.index), None, np.random.default_rng(1))
    pair.loc[dates, "small"] += 0.03
    for name, test in size.event_tests(499).items():
        if not name.endswith("month"):
            assert test(pair, dates) <= 0.01, name


@pytest.mark.parametrize("stretch", [None, 252])
def test_meaningless_dates_keep_their_distance(stretch: int | None) -> None:
    index = pd.bdate_range("2010-01-04", periods=900)
    rng = np.random.default_rng(2)
    for _ in range(50):
        dates = size.meaningless_dates(index, stretch, rng)
        at = index.get_indexer(dates)
        assert len(at) == size.EVENTS
        assert np.diff(at).min() >= size.MONTH
        assert at[0] >= 250
        assert at[-1] + size.MONTH <= len(index)
        assert stretch is None or at[-1] - at[0] < stretch
    with pytest.raises(DataError, match="do not fit"):
        size.meaningless_dates(index[:400], stretch, rng)


def test_the_record_of_false_alarms_keeps_to_the_level() -> None:
    """No test on record raises false alarms in more than 7 % of histories, at a nominal 5 %."""
    kept = intervals.measured_coverage()["size"]
    assert kept["reps"] >= 1000
    assert kept["level"] == size.LEVEL
    assert set(kept["designs"]) == set(coverage.DESIGNS)
    for patterns in kept["designs"].values():
        assert set(patterns) == set(size.PATTERNS)
        for rates in patterns.values():
            assert set(rates) == set(size.event_tests(1))
            assert all(0.025 <= rate <= 0.07 for rate in rates.values()), rates


@pytest.mark.slow
def test_power_grows_with_the_effect_and_begins_at_the_level() -> None:
    rates = [size.power(e, 60, 99, n=700, seed=5) for e in (0.0, 0.004, 0.05)]
    assert all(set(r) == {"placebo_day", "shift_day", "abnormal_t", "abnormal_sign"} for r in rates)
    for name in rates[0]:
        none, some, large = (r[name] for r in rates)
        assert none <= 0.15 < large, name
        assert none <= some <= large, name
    assert rates[2]["placebo_day"] == 1.0
    plain = size.false_positives(60, 99, n=700, seed=5)
    assert {k: plain[k] for k in rates[0]} == rates[0]


@pytest.mark.slow
def test_the_record_of_power_holds_every_effect() -> None:
    kept = intervals.measured_coverage()["size"]["power"]
    assert set(kept) == set(coverage.DESIGNS)
    for sizes in kept.values():
        assert tuple(found["effect"] for found in sizes) == size.EFFECTS
        for name in set(sizes[0]) - {"effect"}:
            rates = [found[name] for found in sizes]
            assert rates == sorted(rates)
            assert rates[0] > 0.05
    fresh = size.power(0.01, 100, 199, seed=99)
    assert fresh["abnormal_t"] == pytest.approx(kept["moderate"][-1]["abnormal_t"], abs=0.12)


def test_a_record_is_toml_and_can_be_made_again() -> None:
    text = size.record(reps=2, draws=9, n=700)
    assert text == size.record(reps=2, draws=9, n=700)
    assert text.startswith(coverage.ALARMS_HEADING)
    got = tomllib.loads(text)["size"]
    assert (got["reps"], got["draws"], got["sessions"], got["seed"]) == (2, 9, 700, 20240918)


def test_shifted_means_refuse_dates_that_are_not_there() -> None:
    windows = pd.Series([0.1, 0.2, 0.3], index=pd.bdate_range("2020-01-02", periods=3))
    with pytest.raises(DataError, match="dates of its windows"):
        shifted_means(windows, pd.DatetimeIndex(["2020-02-03"]))
    with pytest.raises(DataError, match="dates of its windows"):
        shifted_means(windows, pd.DatetimeIndex([]))
