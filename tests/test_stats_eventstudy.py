"""Event returns, abnormal returns, placebo dates and ranks, on paths checked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rotation_lib.errors import DataError
from rotation_lib.stats import eventstudy as e

INDEX = pd.bdate_range("2020-01-01", periods=400, unit="us", name="date")


def series(values: list[float] | np.ndarray, name: str = "x") -> pd.Series:
    return pd.Series(np.asarray(values, dtype=float), index=INDEX[: len(values)], name=name)


def noise(seed: int, n: int = 400, name: str = "x") -> pd.Series:
    return series(np.random.default_rng(seed).normal(0.0, 0.01, n), name)


def test_windows_start_at_the_close_before_the_first_session() -> None:
    x = series([0.1, 0.2, -0.5, 0.0])
    got = e.window_returns(x, 2)
    np.testing.assert_allclose(got, [0.32, -0.4, -0.5, np.nan], rtol=1e-12)
    against = e.window_returns(x, 2, series([0.1, 0.1, 0.1, 0.1]))
    np.testing.assert_allclose(against, [0.11, -0.61, -0.71, np.nan], rtol=1e-12)


def test_windows_are_missing_where_a_day_is() -> None:
    got = e.window_returns(series([0.1, np.nan, 0.2, 0.3]), 2)
    np.testing.assert_allclose(got, [np.nan, np.nan, 0.56, np.nan], rtol=1e-12)
    assert e.window_returns(series([0.1, 0.2]), 3).isna().all()


def test_windows_refuse_a_bad_horizon_and_another_calendar() -> None:
    with pytest.raises(DataError, match="horizon = 0"):
        e.window_returns(series([0.1]), 0)
    with pytest.raises(DataError, match="-100 %"):
        e.window_returns(series([0.1, -1.0]), 1)
    with pytest.raises(DataError, match="other dates"):
        e.window_returns(noise(1), 5, noise(2, 399))


def test_event_returns_include_day_zero() -> None:
    x = series([0.1, 0.2, -0.5, 0.0])
    got = e.event_returns(x, [INDEX[1], INDEX[3]], [1, 2])
    np.testing.assert_allclose(got.loc[INDEX[1]], [0.2, -0.4], rtol=1e-12)
    assert got.loc[INDEX[3], 1] == 0.0
    assert np.isnan(got.loc[INDEX[3], 2])
    assert list(got.columns) == [1, 2]


def test_event_returns_outside_the_data_are_missing_but_a_holiday_is_refused() -> None:
    x = noise(3)
    got = e.event_returns(x, pd.DatetimeIndex(["2019-01-01", "2031-01-01"]), [1, 21])
    assert got.isna().all().all()
    with pytest.raises(DataError, match="2020-01-04 is not a session"):
        e.event_returns(x, pd.DatetimeIndex(["2020-01-04"]), [1])


def test_event_returns_never_look_ahead() -> None:
    x, changed = noise(3), noise(3)
    changed.iloc[300:] = 0.5
    events = [INDEX[100], INDEX[295]]
    pd.testing.assert_frame_equal(
        e.event_returns(x, events, [1, 5]), e.event_returns(changed, events, [1, 5])
    )


def test_market_model_abnormal_returns_by_hand() -> None:
    market = noise(4, name="m")
    y = 0.001 + 1.5 * market
    y.iloc[300] += 0.03
    y.iloc[301] -= 0.01
    y.iloc[315] += 0.05
    got = e.event_study(y, market, [INDEX[300], INDEX[315]], (0, 1))
    np.testing.assert_allclose(got.abnormal.to_numpy(), [[0.03, -0.01], [0.05, 0.0]], atol=1e-12)
    assert got.car.tolist() == pytest.approx([0.02, 0.05])
    assert (got.n, got.dropped, got.positive) == (2, 0, 2)


def test_the_estimation_window_is_minus_250_to_minus_21() -> None:
    market, y = noise(5, name="m"), noise(6)
    at = 300
    before = slice(at - 250, at - 20)
    fit = stats.linregress(market.iloc[before], y.iloc[before])
    abnormal = y.iloc[at] - fit.intercept - fit.slope * market.iloc[at]
    events = [INDEX[at], INDEX[at + 40]]
    got = e.event_study(y, market, events)
    assert got.abnormal.loc[INDEX[at], 0] == pytest.approx(abnormal, rel=1e-10)
    mean = e.event_study(y, market, events, model="mean")
    assert mean.car.iloc[0] == pytest.approx(y.iloc[at] - y.iloc[before].mean(), rel=1e-10)
    relative = e.event_study(y, market, events, model="relative")
    assert relative.car.iloc[0] == pytest.approx(y.iloc[at] - market.iloc[at], rel=1e-12)


def test_the_tests_are_scipy_s() -> None:
    market, y = noise(7, name="m"), noise(8)
    got = e.event_study(y, market, list(INDEX[260:400:10]), (-1, 2))
    expected = stats.ttest_1samp(got.car, 0.0)
    assert got.t == pytest.approx(expected.statistic)
    assert got.p == pytest.approx(expected.pvalue)
    assert got.interval.low == pytest.approx(expected.confidence_interval(0.95).low)
    assert got.sign_p == pytest.approx(stats.binomtest(got.positive, got.n).pvalue)
    assert (got.n, got.dropped) == (14, 0)


def test_events_without_full_windows_are_dropped_and_counted() -> None:
    market, y = noise(7, name="m"), noise(8)
    y.iloc[275] = np.nan
    late = pd.Timestamp("2035-01-01")
    events = [INDEX[100], INDEX[300], INDEX[270], INDEX[260], INDEX[399], late]
    got = e.event_study(y, market, events, (0, 1))
    assert list(got.car.index) == [INDEX[270], INDEX[260]]
    assert got.dropped == 4  # too early, a missing day before, at the end, out of the data
    with pytest.raises(DataError, match="2 events"):
        e.event_study(y, market, events[:2])


@pytest.mark.parametrize("window", [(1, 0), (-30, 0)])
def test_event_study_refuses_windows_that_cannot_be(window: tuple[int, int]) -> None:
    with pytest.raises(DataError, match="cannot be used"):
        e.event_study(noise(1), noise(2), [INDEX[300]], window)
    with pytest.raises(DataError, match="choose 'market'"):
        e.event_study(noise(1), noise(2), [INDEX[300]], model="capm")  # type: ignore[arg-type]


# ---- placebo --------------------------------------------------------------------------------


def test_placebo_means_come_from_the_pool_and_keep_their_distance() -> None:
    rows = np.array([3, 4, 5, 50, 51, 90, 200, 201])
    sets = e._spaced(rows, 3, 500, 10, np.random.default_rng(1))
    assert np.isin(sets, rows).all()
    assert (np.diff(np.sort(sets, axis=1), axis=1) >= 10).all()
    assert set(np.unique(sets)) == set(rows)


def test_placebo_of_one_date_is_the_distribution_of_windows() -> None:
    x = noise(9)
    windows = e.window_returns(x, 5).dropna()
    drawn = e.placebo_distribution(x, 1, 5, draws=4000, seed=2)
    assert np.isin(drawn, windows).all()
    assert drawn.mean() == pytest.approx(windows.mean(), abs=4 * windows.std() / np.sqrt(4000))
    assert drawn.std() == pytest.approx(windows.std(), rel=0.05)


def test_placebo_is_reproducible_and_respects_pool_and_benchmark() -> None:
    x, market = noise(9), noise(10)
    one = e.placebo_distribution(x, 4, 5, benchmark=market, draws=50, seed=3, min_gap=5)
    again = e.placebo_distribution(x, 4, 5, benchmark=market, draws=50, seed=3, min_gap=5)
    np.testing.assert_array_equal(one, again)
    pool = INDEX[[10, 20]].append(pd.DatetimeIndex(["2035-01-01"]))
    two = e.placebo_distribution(x, 2, 5, benchmark=market, pool=pool, draws=9)
    expected = e.event_returns(x, INDEX[[10, 20]], [5], market)[5].mean()
    np.testing.assert_allclose(two, expected, rtol=1e-12)


def test_placebo_refuses_what_does_not_fit() -> None:
    x = noise(9)
    with pytest.raises(DataError, match="do not fit"):
        e.placebo_distribution(x, 20, 5, min_gap=30)
    assert len(e.placebo_distribution(x, 8, 5, min_gap=30, draws=20)) == 20
    with pytest.raises(DataError, match="do not fit"):
        e.placebo_distribution(x, 1, 5, pool=pd.DatetimeIndex(["2035-01-01"]))
    with pytest.raises(DataError, match="1 or more"):
        e.placebo_distribution(x, 0, 5)
    with pytest.raises(DataError, match="2020-01-04 is not a session"):
        e.placebo_distribution(x, 1, 5, pool=pd.DatetimeIndex(["2020-01-04"]))


def test_placebo_p_values_by_hand() -> None:
    drawn = np.arange(1.0, 100.0)  # 99 draws
    assert e.placebo_p_value(1000.0, drawn) == pytest.approx(2 * 1 / 100)
    assert e.placebo_p_value(98.0, drawn) == pytest.approx(2 * 3 / 100)
    assert e.placebo_p_value(-5.0, drawn) == pytest.approx(2 * 1 / 100)
    assert e.placebo_p_value(50.0, drawn) == 1.0
    with pytest.raises(DataError, match="missing"):
        e.placebo_p_value(float("nan"), drawn)


def test_placebo_p_values_are_fair() -> None:
    rng = np.random.default_rng(12)
    drawn = rng.normal(size=999)
    p = np.array([e.placebo_p_value(v, drawn) for v in rng.normal(size=2000)])
    assert (p <= 0.05).mean() == pytest.approx(0.05, abs=0.02)


# ---- rank -----------------------------------------------------------------------------------


def test_rank_by_hand() -> None:
    x = series([0.1, -0.1, 0.3, 0.2, 0.2])
    got = e.rank_among_windows(x, INDEX[2], INDEX[3])
    assert got.value == pytest.approx(0.2)
    assert got.percentile == pytest.approx((2 + 0.5 * 2) / 5)
    assert (got.windows, got.sessions) == (5, 1)


def test_rank_starts_at_the_base_close_before_the_first_return() -> None:
    x = series([0.1, -0.1, 0.3])
    got = e.rank_among_windows(x, pd.Timestamp("2019-12-31"), INDEX[1])
    assert got.value == pytest.approx(1.1 * 0.9 - 1)
    assert got.sessions == 2


@given(st.integers(0, 390), st.integers(1, 9))
@settings(max_examples=25, deadline=None)
def test_rank_agrees_with_scipy(first: int, length: int) -> None:
    x, market = noise(13), noise(14)
    got = e.rank_among_windows(x, INDEX[first], INDEX[first + length], market)
    every = e.window_returns(x, length, market).dropna()
    expected = stats.percentileofscore(every, got.value, kind="mean") / 100
    assert got.percentile == pytest.approx(expected, abs=1e-12)
    assert got.windows == len(every) == 400 - length + 1


def test_rank_refuses_windows_that_are_not_there() -> None:
    x = noise(13)
    saturday = pd.Timestamp("2020-01-04")
    for first, last in ((INDEX[5], INDEX[5]), (saturday, INDEX[9]), (INDEX[1], saturday)):
        with pytest.raises(DataError, match="cannot be used"):
            e.rank_among_windows(x, first, last)
    x.iloc[4] = np.nan
    with pytest.raises(DataError, match="missing between"):
        e.rank_among_windows(x, INDEX[2], INDEX[6])
    assert e.rank_among_windows(x, INDEX[5], INDEX[6]).windows == 399
