"""Calendar months of daily series, against pandas' own grouping."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rotation_lib.stats import months


def test_months_end_on_their_last_date_also_where_they_go_on() -> None:
    days = pd.DatetimeIndex(["2023-12-29", "2024-01-02", "2024-01-30", "2025-01-02"], name="date")
    assert months.month_ends(days).tolist() == days[[0, 2, 3]].tolist()
    assert len(months.month_ends(days[:0])) == 0


def test_monthly_sums_are_those_of_grouped_days() -> None:
    days = pd.bdate_range("2019-11-20", "2021-02-10", unit="us", name="date")
    daily = pd.Series(np.random.default_rng(1).normal(size=len(days)), index=days, name="x")
    daily.iloc[30] = np.nan
    grouped = daily.groupby(days.to_period("M")).sum(skipna=False)
    made = months.monthly_sums(daily)
    np.testing.assert_allclose(made, grouped, rtol=1e-12)
    assert made.isna().sum() == 1
    assert made.index.equals(months.month_ends(days))
    assert months.monthly_sums(daily.iloc[:0]).empty


def test_the_level_of_an_earlier_month_is_its_own_or_none() -> None:
    days = pd.DatetimeIndex(["2022-01-01", "2023-01-01", "2023-03-01", "2024-01-01"])
    levels = pd.Series([1.0, 2.0, 3.0, 4.0], index=days)
    np.testing.assert_array_equal(months.months_before(levels, 12), [np.nan, 1.0, np.nan, 2.0])
    assert len(months.months_before(levels.iloc[:0], 12)) == 0
