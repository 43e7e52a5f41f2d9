"""The difference of Sharpe ratios: moments, derivative, resamples and error rate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rotation_lib.errors import DataError
from rotation_lib.stats import sharpe as s
from rotation_lib.stats.coverage import simulate_pairs


@pytest.fixture(scope="module")
def pair() -> pd.DataFrame:
    return simulate_pairs(1, 600, seed=21)[0]


def ratio(x: np.ndarray) -> float:
    return float(x.mean() / x.std())


def test_value_is_the_difference_of_the_ratios_a_year(pair: pd.DataFrame) -> None:
    got = s.sharpe_difference(pair["small"], pair["large"], draws=99)
    expected = ratio(pair["small"].to_numpy()) - ratio(pair["large"].to_numpy())
    assert got.value == pytest.approx(expected * np.sqrt(252), rel=1e-12)
    assert got.interval.low < got.value < got.interval.high
    assert (got.interval.low + got.interval.high) / 2 == pytest.approx(got.value, rel=1e-9)
    daily = s.sharpe_difference(pair["small"], pair["large"], draws=99, sessions=1)
    assert daily.value * np.sqrt(252) == pytest.approx(got.value, rel=1e-12)
    assert daily.p == got.p


def test_the_gradient_is_the_derivative() -> None:
    point = np.array([0.3, -0.2, 1.4, 0.9])
    step = 1e-6
    numeric = [
        (s._difference(point + step * unit) - s._difference(point - step * unit)) / (2 * step)
        for unit in np.eye(4)
    ]
    np.testing.assert_allclose(s._gradient(point), numeric, rtol=1e-7)


@pytest.mark.slow
def test_the_standard_error_is_jobson_korkie_memmel_for_independent_normals() -> None:
    rng = np.random.default_rng(3)
    n, rho = 10_000, 0.6
    first = rng.normal(size=n)
    second = rho * first + np.sqrt(1 - rho**2) * rng.normal(size=n)
    x = np.column_stack([0.1 + first, 0.05 + second])
    _, error = s._sample(np.column_stack([x, x * x]))
    one, two = 0.1, 0.05
    variance = 2 - 2 * rho + 0.5 * (one**2 + two**2 - 2 * one * two * rho**2)  # Memmel (2003)
    assert error == pytest.approx(np.sqrt(variance / n), rel=0.05)


def test_resamples_equal_whole_blocks_taken_round_the_circle() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(0.1, 1.0, size=(50, 2))
    moments = np.column_stack([x, x * x])
    values, errors = s._resamples(moments, 7, 3, np.random.default_rng(9))
    starts = np.random.default_rng(9).integers(0, 50, size=(3, 7))
    for draw in range(3):
        rows = (starts[draw][:, None] + np.arange(7)).ravel() % 50
        taken = x[rows]
        assert values[draw] == pytest.approx(ratio(taken[:, 0]) - ratio(taken[:, 1]), rel=1e-10)
        mean = moments[rows].mean(axis=0)
        influence = ((moments[rows] - mean) @ s._gradient(mean)).reshape(7, 7).sum(axis=1)
        expected = np.sqrt((influence**2).sum()) / 49
        assert errors[draw] == pytest.approx(expected, rel=1e-10)


def test_it_is_reproducible_and_turns_with_its_arguments(pair: pd.DataFrame) -> None:
    one = s.sharpe_difference(pair["small"], pair["large"], draws=199)
    assert one == s.sharpe_difference(pair["small"], pair["large"], draws=199)
    turned = s.sharpe_difference(pair["large"], pair["small"], draws=199)
    assert turned.value == pytest.approx(-one.value, rel=1e-12)
    assert turned.p == pytest.approx(one.p)
    levered = s.sharpe_difference(2 * pair["small"], pair["large"], draws=199)
    assert levered.value == pytest.approx(one.value, rel=1e-9)


@pytest.mark.slow
def test_error_rate_under_no_difference_and_power() -> None:
    rng = np.random.default_rng(5)
    rejected, found = [], []
    for _ in range(150):
        common = rng.normal(size=300)
        a, b = (pd.Series(0.05 + common + rng.normal(size=300)) for _ in range(2))
        rejected.append(s.sharpe_difference(a, b, block=5, draws=199).p <= 0.05)
        found.append(s.sharpe_difference(a + 0.5, b, block=5, draws=199).p <= 0.05)
    assert np.mean(rejected) == pytest.approx(0.05, abs=0.05)
    assert np.mean(found) > 0.9


def test_refuses_what_it_cannot_compare(pair: pd.DataFrame) -> None:
    small, large = pair["small"], pair["large"]
    with pytest.raises(DataError, match="same dates"):
        s.sharpe_difference(small, large.iloc[1:])
    with pytest.raises(DataError, match="missing"):
        s.sharpe_difference(small.where(small > small.min()), large)
    with pytest.raises(DataError, match="second is constant"):
        s.sharpe_difference(small, 0.0 * large + 0.01)
    with pytest.raises(DataError, match="same returns twice"):
        s.sharpe_difference(small, 3 * small)
    with pytest.raises(DataError, match="block = 0"):
        s.sharpe_difference(small, large, block=0)
    with pytest.raises(DataError, match="at least 40"):
        s.sharpe_difference(small.iloc[:39], large.iloc[:39])


def test_returns_that_hardly_ever_vary_are_refused() -> None:
    rng = np.random.default_rng(6)
    noise = pd.Series(rng.normal(size=200))
    still = noise.where(noise.index >= 150, 0.0)  # most blocks hold nothing but zeros
    with pytest.raises(DataError, match="not defined on too many resamples"):
        s.sharpe_difference(still, noise[::-1].reset_index(drop=True), block=100, draws=99)
