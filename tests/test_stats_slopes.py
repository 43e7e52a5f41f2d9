"""Errors over few rows, slopes of all weekdays together, and quotes without noise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from rotation_lib.errors import DataError
from rotation_lib.stats.regression import newey_west
from rotation_lib.stats.returns import quoted_changes, weekly_changes
from rotation_lib.stats.slopes import mean_slope


def sample(n: int, seed: int = 3, day: str = "W-FRI") -> tuple[pd.Series, pd.Series]:
    rng = np.random.default_rng(seed)
    index = pd.date_range("2023-07-07", periods=n, freq=day, unit="us")
    x = pd.Series(rng.standard_t(4, size=n), index=index, name="x")
    return -0.3 * x + rng.standard_t(4, size=n), x


def test_no_lags_and_leverage_are_statsmodels_hc3() -> None:
    y, x = sample(25)
    fit = newey_west(y, x, 0, leverage=True)
    other = sm.OLS(y, sm.add_constant(x)).fit(cov_type="HC3", use_t=True)
    np.testing.assert_allclose(fit.table["se"], other.bse, rtol=1e-10)
    np.testing.assert_allclose(fit.table[["low", "high"]], other.conf_int(), rtol=1e-9)
    assert fit.method == "OLS, HC3 standard errors, t reference"
    lagged = newey_west(y, x, 4, leverage=True)
    assert lagged.method.endswith("4 lags, residuals adjusted for leverage")


def test_a_row_that_is_fitted_exactly_adds_no_error() -> None:
    y = pd.Series([1.0, 2.0, 1.5, 1.2, 9.0])
    x = pd.Series([0.0, 0.0, 0.0, 0.0, 1.0], name="x")  # one row decides the slope
    fit = newey_west(y, x, 0, leverage=True)
    assert np.isfinite(fit.table["se"]).all()


@pytest.mark.parametrize(("n", "least"), [(25, 0.92), (48, 0.92)])
def test_intervals_over_few_events_cover(n: int, least: float) -> None:
    rng = np.random.default_rng(7)
    inside = {True: 0, False: 0}
    for _ in range(1500):
        scale = np.exp(rng.normal(0, 0.5, size=n))
        x = pd.Series(rng.standard_t(4, size=n) * scale, name="x")
        y = pd.Series(rng.standard_t(4, size=n) * scale)
        for leverage in inside:
            ends = newey_west(y, x, 0, leverage=leverage).interval("x")
            inside[leverage] += ends.low <= 0 <= ends.high
    assert inside[True] / 1500 >= least > inside[False] / 1500


def test_the_mean_of_one_sampling_is_its_slope() -> None:
    y, x = sample(80)
    value, interval, weeks = mean_slope([(y, x)])
    fit = newey_west(y, x, 2, leverage=True)
    ends = fit.interval("x")
    assert (value, weeks) == (pytest.approx(fit.coefficient("x")), 80)
    assert (interval.low, interval.high) == (pytest.approx(ends.low), pytest.approx(ends.high))


def test_the_mean_of_several_is_no_surer_than_their_weeks() -> None:
    rng = np.random.default_rng(5)
    days = pd.bdate_range("2023-07-03", periods=806, unit="us")
    x = pd.Series(rng.standard_t(4, size=806), index=days, name="x").cumsum()
    y = pd.Series(rng.standard_t(4, size=806), index=days).cumsum()
    samples = []
    for first in range(5):
        part = slice(first, 801 + first, 5)
        samples.append((y[part].diff().iloc[1:], x[part].diff().iloc[1:]))
    value, interval, weeks = mean_slope(samples)
    each = [newey_west(a, b, 2, leverage=True) for a, b in samples]
    assert value == pytest.approx(np.mean([fit.coefficient("x") for fit in each]))
    assert weeks == 160
    half = (interval.high - interval.low) / 2
    widest = max(fit.interval("x").high - fit.interval("x").low for fit in each) / 2
    assert widest / np.sqrt(5) < half < widest  # they share their weeks: less than five looks


def test_a_mean_of_no_sample_is_refused() -> None:
    with pytest.raises(DataError, match="at least one"):
        mean_slope([])


def test_moves_of_quotes_are_what_they_are_quoted_as() -> None:
    moved = quoted_changes(pd.Series([3.63, 3.68, 3.68, 3.58, np.nan, 3.5]))
    assert moved.tolist()[1:4] == [0.05, 0.0, -0.1]
    assert moved.isna().tolist() == [True, False, False, False, True, True]
    assert 3.68 - 3.63 != 0.05  # which is why
    ends = pd.date_range("2024-01-05", periods=3, freq="W-FRI", unit="us")
    levels = pd.Series([4.11, 4.16, 4.16], index=ends)
    assert weekly_changes(levels, ends).tolist() == [0.05, 0.0]
