"""Breaks at unknown dates: Chow tests, error rates, and breaks that were put there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from rotation_lib.errors import DataError
from rotation_lib.stats import breaks as b

INDEX = pd.date_range("2010-01-01", periods=300, freq="MS", unit="us")


def noise(seed: int, n: int = 120, rho: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    u = rng.normal(size=n + 30)
    for t in range(1, n + 30):
        u[t] += rho * u[t - 1]
    return u[30:]


def series(values: np.ndarray) -> pd.Series:
    return pd.Series(values, index=INDEX[: len(values)], name="y")


def test_the_path_holds_the_chow_test_of_every_date() -> None:
    y, x = series(noise(1)), pd.Series(noise(2), INDEX[:120], name="x")
    got = b.break_test(y, x, draws=9)
    assert list(got.path.index) == list(INDEX[18:103])  # first rows of a new regime, 15 % trimmed
    design = sm.add_constant(x)
    whole = sm.OLS(y, design).fit()
    for at in (18, 60, 102):
        after = (np.arange(120) >= at).astype(float)[:, None]
        both = np.hstack([design, design * after])
        f, _, _ = sm.OLS(y, both).fit().compare_f_test(whole)
        assert got.path[INDEX[at]] == pytest.approx(f, rel=1e-9)
    assert got.statistic == got.path.max()
    assert got.date == got.path.idxmax()


def test_coefficients_are_those_of_either_side() -> None:
    values = noise(3) + np.where(np.arange(120) < 70, 1.0, 4.0)
    got = b.break_test(series(values), draws=99)
    assert got.date == INDEX[70]
    assert got.low <= got.date <= got.high
    assert got.p == pytest.approx(0.01)
    assert got.before["const"] == pytest.approx(values[:70].mean(), rel=1e-12)
    assert got.after["const"] == pytest.approx(values[70:].mean(), rel=1e-12)
    assert got.n == 120


def test_a_break_of_a_slope_is_found_and_one_of_the_mean_is_not_needed() -> None:
    x = pd.Series(noise(4, 200), INDEX[:200], name="x")
    slope = np.where(np.arange(200) < 120, 1.0, -0.5)
    got = b.break_test(series(slope * x.to_numpy() + 0.5 * noise(5, 200)), x, draws=99)
    assert abs((got.date - INDEX[120]).days) < 100
    assert got.p < 0.05
    assert got.before["x"] == pytest.approx(1.0, abs=0.15)
    assert got.after["x"] == pytest.approx(-0.5, abs=0.15)


@pytest.mark.slow
@pytest.mark.parametrize(("rho", "most"), [(0.0, 0.10), (0.5, 0.14)])
def test_error_rate_without_a_break(rho: float, most: float) -> None:
    rejected = [
        b.break_test(series(noise(1000 + i, 200, rho)), draws=99, seed=i).p <= 0.05
        for i in range(120)
    ]
    assert np.mean(rejected) <= most


@pytest.mark.parametrize("size", [2.0, 4.0, 16.0])
def test_a_larger_break_is_never_harder_to_find(size: float) -> None:
    step = np.where(np.arange(120) < 70, 0.0, size)
    assert b.break_test(series(step + noise(11, 120, 0.3)), draws=99).p == pytest.approx(0.01)


def test_the_date_s_interval_holds_the_date() -> None:
    step = np.where(np.arange(120) < 70, 0.0, 1.2)
    held = []
    for i in range(60):
        got = b.break_test(series(step + noise(2000 + i)), draws=99, seed=i)
        held.append(got.low <= INDEX[70] <= got.high)
    assert np.mean(held) >= 0.85


def test_a_break_without_any_noise_is_found_where_it_is() -> None:
    got = b.break_test(series(np.where(np.arange(60) < 25, 0.0, 1.0)), draws=49)
    assert (got.date, got.low, got.high) == (INDEX[25],) * 3
    assert got.p == pytest.approx(0.02)
    assert got.statistic > 1e15


@pytest.mark.parametrize(
    ("values", "most"),
    [
        (np.zeros(60), 0),
        (np.tile([1.0, -1.0], 30), 3),
        (np.tile([1.0, 2.0, -1.0, -2.0], 15), 3),
        (np.r_[1.0, np.zeros(59)], 0),
    ],
    ids=["nothing", "alternating", "cycle", "once"],
)
def test_an_autoregression_that_leaves_nothing_is_found(values: np.ndarray, most: int) -> None:
    weights = b._autoregression(values, 3)
    assert len(weights) <= most
    told = [weights @ values[t - len(weights) : t][::-1] for t in range(3, 60)]
    assert values[3:] == pytest.approx(told, abs=1e-9)


def test_residuals_that_are_rounding_errors_are_none() -> None:
    values = np.array([1.0, 2.0, 3.0])
    assert b._unless_perfect(np.full(3, 1e-15), values).tolist() == [0.0, 0.0, 0.0]
    assert b._unless_perfect(np.full(3, 1e-9), values).tolist() == [1e-9] * 3


@pytest.mark.parametrize(("n", "regressors"), [(60, 0), (400, 1), (120, 2)])
def test_many_outcomes_at_once_have_the_largest_f_of_each_path(n: int, regressors: int) -> None:
    random = np.random.default_rng(n)
    x = np.column_stack([np.ones(n), random.normal(2.0, 1.0, (n, regressors))])
    outcomes = random.normal(size=(150, n))  # more than a batch of the longest
    search = b._Search(x, 12)
    largest, places = search.largest(outcomes)
    paths = np.array([search.path(y) for y in outcomes])
    np.testing.assert_allclose(largest, paths.max(axis=1), rtol=1e-12)
    assert places.tolist() == paths.argmax(axis=1).tolist()
    y, at = outcomes[7], 12 + places[7]
    after = x * (np.arange(n) >= at)[:, None]
    f, _, _ = sm.OLS(y, np.hstack([x, after])).fit().compare_f_test(sm.OLS(y, x).fit())
    assert largest[7] == pytest.approx(f, rel=1e-9)


def test_scale_and_shift_change_nothing_but_the_coefficients() -> None:
    values = noise(6) + np.where(np.arange(120) < 50, 0.0, 1.0)
    one = b.break_test(series(values), draws=49)
    two = b.break_test(series(100 * values + 7), draws=49)
    assert (two.date, two.low, two.high, two.p) == (one.date, one.low, one.high, one.p)
    assert two.statistic == pytest.approx(one.statistic, rel=1e-9)
    again = b.break_test(series(values), draws=49)
    assert (again.p, again.low) == (one.p, one.low)


def test_breaks_are_found_one_after_another_and_sorted() -> None:
    level = np.select([np.arange(240) < 80, np.arange(240) < 160], [0.0, 3.0], -2.0)
    found = b.break_dates(series(level + noise(7, 240)), draws=199)
    assert [x.date for x in found] == [INDEX[80], INDEX[160]]
    assert len(b.break_dates(series(level + noise(7, 240)), max_breaks=1, draws=199)) == 1
    assert b.break_dates(series(noise(8, 240)), draws=199) == []


def test_short_segments_are_not_searched() -> None:
    level = np.where(np.arange(50) < 25, 0.0, 5.0)
    found = b.break_dates(series(level + noise(9, 50)), draws=99)
    assert [x.date for x in found] == [INDEX[25]]


def test_refuses_what_it_cannot_test() -> None:
    y = series(noise(1))
    x = pd.Series(noise(2), INDEX[:120], name="x")
    with pytest.raises(DataError, match="at least 40"):
        b.break_test(y.iloc[:39])
    with pytest.raises(DataError, match="missing"):
        b.break_test(y.where(y > y.min()))
    with pytest.raises(DataError, match="y is constant"):
        b.break_test(series(np.full(50, 2.0)))
    with pytest.raises(DataError, match=r"trim = 0\.5 cannot"):
        b.break_test(y, trim=0.5)
    with pytest.raises(DataError, match="same dates"):
        b.break_test(y, x.iloc[1:])
    with pytest.raises(DataError, match="x is constant"):
        b.break_test(y, x.where(np.arange(120) > 30, 0.0))
    with pytest.raises(DataError, match="strictly increasing"):
        b.break_test(y[::-1])
