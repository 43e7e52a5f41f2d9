"""Calendar months of daily series: which dates end them, and what a month's returns add up to.

It must never fill a missing day, nor say of a month whether it is over.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .bootstrap import Array


def month_ends(dates: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The last of the dates in each calendar month, also where the month goes on after them.

    Args:
        dates: n dates in order; none missing.

    >>> days = pd.DatetimeIndex(["2024-01-30", "2024-01-31", "2024-02-01"])
    >>> [str(day.date()) for day in month_ends(days)]
    ['2024-01-31', '2024-02-01']
    """
    month = dates.to_numpy().astype("datetime64[M]")
    return dates[np.append(month[1:] != month[:-1], True)[: len(dates)]]


def months_before(levels: pd.Series, months: int) -> Array:
    """The level so many calendar months before each, NaN where that month has none.

    Args:
        levels: n values, one a month at most, in order.
        months: back from each.

    >>> days = pd.DatetimeIndex(["2024-01-01", "2024-02-01", "2024-04-01"])
    >>> months_before(pd.Series([1.0, 2.0, 4.0], index=days), 1).tolist()
    [nan, 1.0, nan]
    """
    month = levels.index.to_numpy().astype("datetime64[M]")
    wanted = month - np.timedelta64(months, "M")
    at = month.searchsorted(wanted)
    return np.where(month[at] == wanted, levels.to_numpy(dtype=float)[at], np.nan)


def monthly_sums(daily: pd.Series) -> pd.Series:
    """Sum of each calendar month's values, dated by the last of its dates.

    Args:
        daily: values by date, in order.

    NaN: a month with a missing value is NaN; a month without dates is absent.

    >>> days = pd.DatetimeIndex(["2024-01-30", "2024-01-31", "2024-02-01"])
    >>> monthly_sums(pd.Series([1.0, 2.0, 4.0], index=days)).tolist()
    [3.0, 4.0]
    """
    dates = pd.DatetimeIndex(daily.index)
    last = month_ends(dates)
    if not len(last):
        return daily.astype(float)
    first = np.append(0, dates.searchsorted(last)[:-1] + 1)
    sums = np.add.reduceat(daily.to_numpy(dtype=float), first)
    return pd.Series(sums, index=last, name=daily.name)
