"""Edges of the statistics: the values at which a condition turns, and constants nobody else pins.

Each test was written against a change of the code that no other test had noticed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from small_series import days, noise

from rotation_lib.errors import DataError
from rotation_lib.stats import _checks as checks
from rotation_lib.stats import bootstrap as b
from rotation_lib.stats import (
    breaks,
    effort,
    eventstudy,
    garch,
    intervals,
    measures,
    multiple,
    prediction,
    regimes,
    size,
    slopes,
)
from rotation_lib.stats import regression as g
from rotation_lib.stats import returns as r
from rotation_lib.stats import sharpe as s


def test_the_constants_are_those_that_readers_are_told() -> None:
    assert (b.SEED, b.DRAWS, b.CONFIDENCE, b.MINIMUM) == (20240918, 2000, 0.95, 40)
    assert (breaks.DRAWS, breaks.TRIM, breaks.MINIMUM) == (999, 0.15, 40)
    assert (prediction.DRAWS, prediction.MINIMUM_FORECASTS) == (999, 12)
    assert (intervals.BLOCKS, intervals.TAIL_DOF) == (8, 7.0)
    assert (eventstudy.ESTIMATION, eventstudy.MINIMUM_ESTIMATION) == ((-250, -21), 60)
    assert (size.LEVEL, size.EVENTS, size.MONTH) == (0.05, 9, 21)
    assert size.PATTERNS == {"scattered": None, "bunched": 252}
    assert (garch.MINIMUM, garch.BURN_IN, regimes.MINIMUM) == (250, 500, 100)
    assert (r.SESSIONS_PER_YEAR, r.DAYS_PER_YEAR, r.FRIDAY, effort.FEWEST) == (252, 365.25, 4, 40)


# -- checks ---------------------------------------------------------------------------


def test_one_constant_column_among_others_is_named() -> None:
    frame = pd.DataFrame({"moves": [1.0, 2.0, 3.0], "still": [5.0, 5.0, 5.0]})
    with pytest.raises(DataError, match="but still is constant"):
        checks.varying(frame, "it")
    checks.varying(frame[["moves"]], "it")


def test_what_varies_is_judged_against_its_size() -> None:
    level = 8.0
    with pytest.raises(DataError, match="constant"):
        checks.varying(pd.Series([level, level * (1 + 1e-15)], name="x"), "it")
    checks.varying(pd.Series([level, level * (1 + 1e-12)], name="x"), "it")
    checks.varying(pd.Series([1e-20, 2e-20], name="x"), "it")


@pytest.mark.parametrize("value", [0.0, 1.0, -0.1, 1.1])
def test_a_fraction_lies_strictly_between_its_ends(value: float) -> None:
    with pytest.raises(DataError, match="between 0 and 1"):
        checks.fraction(value, "level")
    checks.fraction(0.5, "level")


# -- bootstrap ------------------------------------------------------------------------


def test_both_references_are_what_they_say() -> None:
    sample = b.Bootstrap(noise(200).to_frame(), 20, 400)
    drawn = sample.distribution(measures.mean)
    centre = float(sample.frame["x"].mean())
    plain = sample.interval(measures.mean)
    assert (plain.low, plain.high) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=1e-15)
    wide = sample.interval(measures.mean, reference="t")
    half = stats.t.ppf(0.975, 200 // 20 - 1) * drawn.std(ddof=1)
    assert (wide.low, wide.high) == pytest.approx((centre - half, centre + half), abs=1e-14)
    given = sample.interval(measures.mean, reference="t", dof=4)
    half = stats.t.ppf(0.975, 4) * drawn.std(ddof=1)
    assert given.high == pytest.approx(centre + half, abs=1e-14)
    few = b.Bootstrap(noise(40).to_frame(), 40, 50).interval(measures.mean, reference="t")
    assert "with t1 quantiles" in few.method


def test_a_log_interval_is_a_factor_either_way() -> None:
    values = np.array([0.9, 1.0, 1.1, 1.3])
    low, high = b.t_ends(1.05, values, 5, 0.9, log=True)
    factor = np.exp(stats.t.ppf(0.95, 5) * np.log(values).std(ddof=1))
    assert (low, high) == pytest.approx((1.05 / factor, 1.05 * factor), rel=1e-12)
    turned = b.t_ends(-1.05, -values, 5, 0.9, log=True)
    assert turned == pytest.approx((-high, -low), rel=1e-12)
    with pytest.raises(DataError, match="one sign"):
        b.t_ends(1.05, np.array([1.0, -1.0]), 5, 0.9, log=True)


def test_a_family_s_statistic_is_the_mean_over_its_resampled_error() -> None:
    data = pd.DataFrame({"a": noise(60, 41) + 0.002, "b": noise(60, 42)})
    rows = b.stationary_indices(60, 5, 50, 7)
    told = multiple.family_of_means(data, block=5, draws=50, seed=7).table
    for name in data:
        means = data[name].to_numpy()[rows].mean(axis=1)
        expected = data[name].mean() / means.std(ddof=1)
        assert told.loc[name, "statistic"] == pytest.approx(expected, rel=1e-12)
        spread = np.abs(means - data[name].mean()) / means.std(ddof=1)
        assert told.loc[name, "p"] == (1 + (spread >= abs(expected)).sum()) / 51


def test_a_tail_figure_of_both_signs_gets_percentiles() -> None:
    mixed, losses = np.linspace(-0.03, 0.01, 41), np.linspace(-0.05, -0.01, 41)
    low, high, text = intervals._tail_ends("cvar_95", mixed, 0.95)
    assert (low, high) == pytest.approx((-0.029, 0.009))
    assert text == "percentile interval"
    assert intervals._tail_ends("var_95", losses, 0.95)[2] == "percentile interval"
    low, high, text = intervals._tail_ends("cvar_95", losses, 0.95)
    factor = np.exp(stats.t.ppf(0.975, 7) * np.log(-losses).std(ddof=1))
    assert (low, high) == pytest.approx((-0.03 * factor, -0.03 / factor))
    assert text.startswith("log scale, median")


def test_forty_rows_are_enough_and_blocks_stay_within_an_eighth() -> None:
    assert 1 <= b.block_length(noise(40)) <= 5
    with pytest.raises(DataError, match="at least 40"):
        b.block_length(noise(39))
    storms = pd.Series(np.repeat([0.001, 0.05], 40) * np.tile([1, -1], 40), index=days(80))
    assert b.block_length(storms) == 10


def test_one_undefined_resample_in_a_hundred_is_borne_and_two_are_not() -> None:
    sample = b.Bootstrap(noise(60).to_frame(), 5, 100)

    def holed(holes: int) -> b.Statistic:
        def statistic(x: b.Array) -> b.Array:
            values = x[0].mean(axis=-1)
            if values.ndim:
                values[:holes] = np.nan
            return np.asarray(values)

        return statistic

    assert np.isfinite(sample.interval(holed(1)).low)
    with pytest.raises(DataError, match="not finite"):
        sample.interval(holed(2))


# -- regression -----------------------------------------------------------------------


def test_a_regressor_keeps_its_name_or_gets_one() -> None:
    y, x = noise(30, 14), noise(30, 15)
    assert list(g.newey_west(y, x.rename("rate")).table.index) == ["const", "rate"]
    assert list(g.newey_west(y, x.rename(None)).table.index) == ["const", "x"]


def test_the_shortest_rolling_window_has_three_rows_more_than_lags() -> None:
    y, x = noise(9, 14), noise(9, 15)
    assert len(slopes.rolling_slope(y, x, 7, 4)) == 3
    assert len(slopes.rolling_slope(y, x, 3, 0)) == 7
    for window, lags in ((6, 4), (2, 0), (5, -1)):
        with pytest.raises(DataError, match="at least lags"):
            slopes.rolling_slope(y, x, window, lags)


def test_regressors_may_differ_in_scale_but_not_determine_each_other() -> None:
    y, one, two = (noise(60, seed) for seed in (30, 31, 32))
    apart = pd.DataFrame({"a": one * 1e-4, "b": two * 1e4})
    plain = pd.DataFrame({"a": one, "b": two})
    assert g.newey_west(y, apart).p("a") == pytest.approx(g.newey_west(y, plain).p("a"), rel=1e-6)
    near = plain.assign(b=one + 1e-6 * two)
    assert np.isfinite(g.newey_west(y, near).coefficient("b"))
    with pytest.raises(DataError, match="determine each other"):
        g.newey_west(y, plain.assign(b=one + 1e-9 * two))


def test_a_missing_regressor_is_refused_and_five_episodes_are_told() -> None:
    y, x = noise(80, 33), noise(80, 34)
    with pytest.raises(DataError, match="1 missing"):
        g.newey_west(y, x.where(np.arange(80) != 7))
    assert len(r.drawdown_episodes(pd.Series([-0.01, 0.02] * 9, index=days(18)))) == 5


def test_four_lags_are_meant_where_none_are_named() -> None:
    y, x = noise(80, 33), noise(80, 34)
    told = g.newey_west(y, x, 4)
    ends = (told.table.loc["x", "low"], told.table.loc["x", "high"])
    assert g.newey_west(y, x).lags == 4
    assert g.first_slope(y.to_numpy(), x.to_numpy()[:, None])[1:] == pytest.approx(ends, rel=1e-9)
    rolled = slopes.rolling_slope(y, x, 80).iloc[-1]
    assert (rolled["low"], rolled["high"]) == pytest.approx(ends, rel=1e-9)
    asked = g.what_if(y, x, {"x": 0.02})
    assert asked == g.what_if(y, x, {"x": 0.02}, 4)
    assert asked.mean.low != g.what_if(y, x, {"x": 0.02}, 5).mean.low


def test_no_lags_are_white_s_errors() -> None:
    y, x = noise(50, 16), noise(50, 17)
    fit = g.newey_west(y, x, 0)
    spread = x - x.mean()
    slope = (spread @ y) / (spread @ spread)
    error = y - y.mean() - slope * spread
    white = np.sqrt(((spread * error) ** 2).sum()) / (spread @ spread)
    assert fit.table.loc["x", "se"] == pytest.approx(white, rel=1e-10)


# -- returns --------------------------------------------------------------------------


def test_the_fewest_returns_of_each_figure() -> None:
    one, two = noise(1), noise(2)
    assert r.max_drawdown(one) == pytest.approx(min(float(one.iloc[0]), 0.0))
    assert len(r.drawdown_episodes(-one.abs())) == 1
    assert np.isfinite(r.volatility(two))
    assert np.isfinite(r.sharpe(two))
    for figure in (r.volatility, r.sharpe):
        with pytest.raises(DataError, match="at least 2"):
            figure(one)
    for figure in (r.max_drawdown, r.drawdown_episodes):
        with pytest.raises(DataError, match="at least 1"):
            figure(one.iloc[:0])


def test_sessions_out_of_order_have_no_week_ends() -> None:
    with pytest.raises(DataError, match="strictly increasing"):
        r.week_ends(days(9)[::-1], pd.Timestamp("2019-12-31"))


def test_the_column_with_the_hole_is_named() -> None:
    frame = pd.DataFrame({"whole": [0.1] * 4, "holed": [0.1, np.nan, 0.1, 0.1]}, index=days(4))
    with pytest.raises(DataError, match="inside 'holed'"):
        r.wealth(frame)


def test_late_listings_start_at_one_and_ended_ones_stay_missing() -> None:
    frame = pd.DataFrame(
        {"early": [0.1, 0.1, np.nan, np.nan], "late": [np.nan, np.nan, 0.5, 0.0]}, index=days(4)
    )
    grown = r.wealth(frame, days(4)[0] - pd.Timedelta(days=1))
    expected = {"early": [1.0, 1.1, 1.21, np.nan, np.nan], "late": [np.nan, np.nan, 1.0, 1.5, 1.5]}
    for name, values in expected.items():
        np.testing.assert_allclose(grown[name], values)


# -- Sharpe ---------------------------------------------------------------------------


def test_half_of_the_sample_is_the_longest_block() -> None:
    first, second = noise(60, 18), noise(60, 19)
    assert np.isfinite(s.sharpe_difference(first, second, block=30, draws=40).p)
    for block in (31, 0):
        with pytest.raises(DataError, match="1 to 30 rows"):
            s.sharpe_difference(first, second, block=block, draws=40)
    assert s.sharpe_difference(first, second, block=1, draws=40).interval.block == 1
    with pytest.raises(
        DataError, match="only 39 observations are held, and at least 40 are needed"
    ):
        s.sharpe_difference(first.iloc[:39], second.iloc[:39], block=5, draws=40)
    assert s.sharpe_difference(first + 0.05, second, block=5, draws=40).p == 1 / 41
    with pytest.raises(DataError, match="second is constant"):
        s.sharpe_difference(first, 0.0 * second + 0.01, block=5, draws=40)
    with pytest.raises(DataError, match="1 missing"):
        s.sharpe_difference(first.where(np.arange(60) != 3), second, block=5, draws=40)
