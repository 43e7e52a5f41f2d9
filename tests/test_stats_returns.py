"""Growth, volatility, drawdown, weeks and tails against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rotation_lib.errors import DataError
from rotation_lib.stats import returns as r

BASE = pd.Timestamp("2019-12-31")


def series(values: list[float], start: str = "2020-01-02", name: str = "x") -> pd.Series:
    index = pd.bdate_range(start, periods=len(values), unit="us", name="date")
    return pd.Series(values, index=index, dtype=float, name=name)


SMALL = st.lists(st.floats(-0.2, 0.25), min_size=3, max_size=40)


def test_wealth_starts_at_one_on_the_base_close() -> None:
    grown = r.wealth(series([0.10, -0.50, 0.20]), BASE)
    assert grown.index[0] == BASE
    np.testing.assert_allclose(grown, [1.0, 1.1, 0.55, 0.66], rtol=1e-14)
    assert grown.name == "x"


def test_complete_rows_are_those_of_a_frame_without_its_gaps() -> None:
    columns = {"a": series([1.0, np.nan, 3.0, 4.0]), "b": np.array([True, True, False, True])}
    index = columns["a"].index
    made = r.complete_rows(columns, index)
    assert made["a"].tolist() == [1.0, 3.0, 4.0]
    assert made["b"].tolist() == [1.0, 0.0, 1.0]
    assert list(made.index) == [index[0], index[2], index[3]]
    assert r.complete_rows({"b": columns["b"]}, index).index is index


def test_wealth_without_a_base_date_has_no_base_row() -> None:
    np.testing.assert_allclose(r.wealth(series([0.1, 0.1])), [1.1, 1.21], rtol=1e-14)


def test_wealth_of_a_late_listing_starts_on_the_row_before_its_first_return() -> None:
    frame = pd.concat(
        [series([0.1, 0.1, 0.1], name="a"), series([np.nan, np.nan, 0.5], name="b")], axis=1
    )
    grown = r.wealth(frame, BASE)
    assert grown["b"].isna().tolist() == [True, True, False, False]
    assert grown["b"].tolist()[2:] == [1.0, 1.5]
    np.testing.assert_allclose(grown["a"], [1.0, 1.1, 1.21, 1.331], rtol=1e-14)


def test_wealth_stays_missing_after_a_delisting() -> None:
    grown = r.wealth(series([0.1, 0.1, np.nan]), BASE)
    np.testing.assert_allclose(grown, [1.0, 1.1, 1.21, np.nan])


def test_wealth_refuses_a_hole_and_a_base_date_inside() -> None:
    with pytest.raises(DataError, match="inside 'x'"):
        r.wealth(series([0.1, np.nan, 0.1]), BASE)
    with pytest.raises(DataError, match="before the first return"):
        r.wealth(series([0.1, 0.1]), pd.Timestamp("2020-01-02"))
    with pytest.raises(DataError, match="strictly increasing"):
        r.wealth(series([0.1, 0.1])[::-1])


def test_total_return_compounds() -> None:
    assert r.total_return(series([0.10, -0.50, 0.20])) == pytest.approx(-0.34, abs=1e-15)


def test_growth_is_by_calendar_days() -> None:
    index = pd.DatetimeIndex(["2020-06-30", "2022-12-31"])
    one = pd.Series([0.0, 0.21], index=index)
    base = pd.Timestamp("2020-12-31") - pd.Timedelta(days=731)  # 1461 days before the last row
    assert (index[-1] - base).days == 1461
    assert r.annualised_growth(one, base) == pytest.approx(1.21**0.25 - 1.0, rel=1e-14)


def test_volatility_and_sharpe_by_hand() -> None:
    x = series([0.01, 0.03, -0.01, 0.01])
    sd = np.sqrt((0.0**2 + 0.02**2 + 0.02**2 + 0.0**2) / 3.0)
    assert r.volatility(x) == pytest.approx(sd * np.sqrt(252.0), rel=1e-12)
    assert r.sharpe(x, 0.005, sessions=1) == pytest.approx(0.005 / sd, rel=1e-12)
    free = series([0.005] * 4, name="cash")
    assert r.sharpe(x, free) == pytest.approx(r.sharpe(x, 0.005), rel=1e-12)
    with pytest.raises(DataError, match="on the dates of the returns"):
        r.sharpe(x, free.iloc[:3])
    with pytest.raises(DataError, match="constant"):
        r.sharpe(free)


def test_drawdown_counts_the_base_close_as_a_peak() -> None:
    x = series([-0.10, 0.05, 0.20, -0.50])
    np.testing.assert_allclose(r.drawdown(x, BASE), [0.0, -0.10, -0.055, 0.0, -0.5], atol=1e-15)
    np.testing.assert_allclose(r.drawdown(x), [-0.10, -0.055, 0.0, -0.5], atol=1e-15)
    assert r.max_drawdown(x) == pytest.approx(-0.5, rel=1e-14)
    assert r.max_drawdown(series([-0.1, 0.05])) == pytest.approx(-0.1, rel=1e-14)


def test_max_drawdown_of_a_rise_is_zero() -> None:
    assert r.max_drawdown(series([0.1, 0.0, 0.1])) == 0.0


def test_episodes_name_peak_trough_and_recovery() -> None:
    x = series([-0.10, 0.20, -0.20, -0.10, 0.50, 0.30, -0.30])
    table = r.drawdown_episodes(x, BASE)
    dates = x.index
    assert table["depth"].tolist() == pytest.approx([-0.30, -0.28, -0.10])
    assert table["peak"].tolist() == [dates[5], dates[1], BASE]
    assert table["trough"].tolist() == [dates[6], dates[3], dates[0]]
    assert pd.isna(table["recovery"][0])
    assert table["recovery"].tolist()[1:] == [dates[4], dates[1]]
    assert pd.isna(table["days_to_recovery"][0])
    assert table["days_to_trough"][2] == 2  # 31 December to 2 January
    assert len(r.drawdown_episodes(x, BASE, top=1)) == 1


def test_episodes_of_a_rise_are_an_empty_table() -> None:
    table = r.drawdown_episodes(series([0.1, 0.1]), BASE)
    assert table.empty
    assert list(table.columns)[:4] == ["peak", "trough", "recovery", "depth"]


def test_episodes_agree_with_empyrical_on_the_deepest() -> None:
    import empyrical

    x = series(list(np.random.default_rng(5).normal(0.0, 0.02, 400)))
    assert r.drawdown_episodes(x)["depth"][0] == pytest.approx(empyrical.max_drawdown(x), rel=1e-12)
    assert r.max_drawdown(x) == pytest.approx(empyrical.max_drawdown(x), rel=1e-12)
    assert r.volatility(x) == pytest.approx(empyrical.annual_volatility(x), rel=1e-12)
    assert r.total_return(x) == pytest.approx(empyrical.cum_returns_final(x), rel=1e-12)


def test_align_drops_and_counts() -> None:
    a = series([0.1, 0.2, 0.3, np.nan], name="a")
    b = series([1.0, 2.0, 3.0], start="2020-01-03", name="b")
    frame, dropped = r.align(a, b)
    assert dropped == 2
    assert frame.to_numpy().tolist() == [[0.2, 1.0], [0.3, 2.0]]


def test_align_refuses_a_name_twice_and_dates_out_of_order() -> None:
    a = series([0.1, 0.2], name="a")
    with pytest.raises(DataError, match="'a' twice"):
        r.align(a, a)
    with pytest.raises(DataError, match="strictly increasing"):
        r.align(a[::-1])
    with pytest.raises(DataError, match="at least one"):
        r.align()


# ---- weeks ----------------------------------------------------------------------------------


def sessions(*days: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(days).as_unit("us").rename("date")


def test_a_week_ends_on_the_last_session_on_or_before_friday() -> None:
    # 2024-03-29 was Good Friday; 2024-04-01 a Monday.
    days = sessions("2024-03-25", "2024-03-28", "2024-04-01", "2024-04-05", "2024-04-08")
    ends = r.week_ends(days, pd.Timestamp("2024-03-22"), pd.Timestamp("2024-04-12"))
    assert [d.strftime("%m-%d") for d in ends] == ["03-22", "03-28", "04-05", "04-08"]


def test_a_week_whose_friday_lies_after_end_is_dropped() -> None:
    days = sessions("2024-03-25", "2024-03-28")
    base = pd.Timestamp("2024-03-22")
    assert list(r.week_ends(days, base)) == [base]  # Friday 29 March is after the 28th
    assert len(r.week_ends(days, base, pd.Timestamp("2024-03-29"))) == 2


def test_a_base_close_in_mid_week_is_no_week_end() -> None:
    days = sessions("2024-03-07", "2024-03-08", "2024-03-11", "2024-03-15", "2024-03-22")
    x = pd.Series([0.5, 0.5, 0.1, 0.1, 0.2], index=days)
    weekly = r.weekly_log_returns(x, pd.Timestamp("2024-03-06"))
    assert list(weekly.index) == [pd.Timestamp("2024-03-15"), pd.Timestamp("2024-03-22")]
    np.testing.assert_allclose(weekly, [2 * np.log(1.1), np.log(1.2)], rtol=1e-14)


def test_a_base_close_that_ends_its_week_starts_the_first_return() -> None:
    # 31 December 2009 was a Thursday; the Friday was a holiday.
    days = sessions("2010-01-04", "2010-01-08", "2010-01-11")
    x = pd.Series([0.1, 0.2, 0.3], index=days)
    weekly = r.weekly_log_returns(x, pd.Timestamp("2009-12-31"))
    assert list(weekly.index) == [pd.Timestamp("2010-01-08")]
    assert weekly.iloc[0] == pytest.approx(np.log(1.1 * 1.2), rel=1e-14)


def test_another_sampling_day() -> None:
    x = series([0.01] * 15, start="2024-03-04")
    weekly = r.weekly_log_returns(x, pd.Timestamp("2024-03-01"), weekday=2)
    assert (weekly.index.day_of_week == 2).all()
    np.testing.assert_allclose(weekly, 5 * np.log(1.01), rtol=1e-14)
    with pytest.raises(DataError, match="weekday = 5"):
        r.week_ends(pd.DatetimeIndex(x.index), pd.Timestamp("2024-03-01"), weekday=5)


def test_a_week_with_a_missing_day_is_missing() -> None:
    x = series([0.01] * 10, start="2024-03-04")
    x.iloc[2] = np.nan
    weekly = r.weekly_log_returns(x.to_frame(), pd.Timestamp("2024-03-01"))
    assert weekly["x"].isna().tolist() == [True, False]


def test_too_short_a_span_gives_no_week() -> None:
    x = series([0.01, 0.01], start="2024-03-05")
    assert r.weekly_log_returns(x, pd.Timestamp("2024-03-04")).empty
    with pytest.raises(DataError, match="-100 %"):
        r.weekly_log_returns(series([-1.0], start="2024-03-05"), pd.Timestamp("2024-03-04"))


@given(SMALL)
@settings(max_examples=30, deadline=None)
def test_weeks_add_up_to_the_daily_path(values: list[float]) -> None:
    x = series(values, start="2024-03-04")  # a Monday after a Friday base close
    weekly = r.weekly_log_returns(x, pd.Timestamp("2024-03-01"), pd.Timestamp("2030-01-01"))
    assert float(weekly.sum()) == pytest.approx(np.log(r.wealth(x).iloc[-1]), abs=1e-12)


def test_yield_changes_use_the_latest_level_and_never_a_later_one() -> None:
    levels = pd.Series(
        [1.0, 1.5, np.nan, 3.0],
        index=pd.DatetimeIndex(["2024-03-01", "2024-03-07", "2024-03-08", "2024-03-16"]),
    )
    ends = pd.DatetimeIndex(["2024-02-23", "2024-03-01", "2024-03-08", "2024-03-15"])
    np.testing.assert_allclose(r.latest_on(levels, ends), [np.nan, 1.0, 1.5, 1.5])
    np.testing.assert_allclose(r.weekly_changes(levels, ends), [np.nan, 0.5, 0.0])


# ---- tails ----------------------------------------------------------------------------------


def test_tails_by_hand() -> None:
    x = series([i / 100 for i in range(-50, 51)])  # 101 values: the 1 % quantile is the second
    assert r.historical_var(x) == pytest.approx(-0.49, abs=1e-15)
    assert r.historical_cvar(x) == pytest.approx(-0.495, abs=1e-15)
    assert r.historical_var(x, 0.95) == pytest.approx(-0.45, abs=1e-15)


def test_tails_agree_with_empyrical() -> None:
    import empyrical

    x = series(list(np.random.default_rng(6).standard_t(4, 1001) / 100))
    assert r.historical_var(x) == pytest.approx(empyrical.value_at_risk(x, 0.01), rel=1e-12)
    # empyrical keeps int(cutoff * (n - 1)) + 1 observations: with n = 1001 the same ones.
    cvar = empyrical.conditional_value_at_risk(x, 0.01)
    assert r.historical_cvar(x) == pytest.approx(cvar, rel=1e-12)


@pytest.mark.parametrize("level", [0.0, 1.0, 99.0, -0.1])
def test_tails_refuse_a_level_that_is_no_share(level: float) -> None:
    with pytest.raises(DataError, match="between 0 and 1"):
        r.historical_var(series([0.1, 0.2]), level)


@given(SMALL, st.floats(0.1, 3.0))
@settings(max_examples=40, deadline=None)
def test_scale_goes_through(values: list[float], scale: float) -> None:
    x = series(values)
    assert r.volatility(x * scale) == pytest.approx(scale * r.volatility(x), abs=1e-12)
    assert r.historical_cvar(x * scale) == pytest.approx(scale * r.historical_cvar(x), abs=1e-12)
    assert r.historical_cvar(x) <= r.historical_var(x) + 1e-15


@given(SMALL, SMALL)
@settings(max_examples=40, deadline=None)
def test_growth_joins(first: list[float], second: list[float]) -> None:
    whole = r.total_return(series(first + second))
    parts = (1 + r.total_return(series(first))) * (1 + r.total_return(series(second))) - 1
    assert whole == pytest.approx(parts, rel=1e-9, abs=1e-12)


@given(SMALL)
@settings(max_examples=40, deadline=None)
def test_a_drawdown_never_looks_ahead(values: list[float]) -> None:
    x = series(values)
    before = r.drawdown(x.iloc[:-1], BASE)
    pd.testing.assert_series_equal(r.drawdown(x, BASE).iloc[:-1], before, check_freq=False)


@pytest.mark.parametrize(
    "statistic",
    [r.total_return, r.volatility, r.max_drawdown, r.historical_var, r.historical_cvar, r.sharpe],
)
def test_every_figure_refuses_missing_and_absent_values(statistic: object) -> None:
    assert callable(statistic)
    for bad in (series([0.1, np.nan, 0.2]), series([0.1, np.inf, 0.2]), series([])):
        with pytest.raises(DataError) as caught:
            statistic(bad)
        assert "\n" not in str(caught.value)
