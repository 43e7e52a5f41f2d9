"""What the risk measures stand on: aligned returns, weekly factors, placebo dates.

It must never fill a missing return, and never look past the market's window unless it says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from ....errors import DataError
from ....market import Market
from ....stats import eventstudy
from ....stats import returns as rt
from ....stats.bootstrap import Interval
from ....stats.shifts import shifted_means

Array = npt.NDArray[np.float64]
WEEKS_PER_YEAR = 52
#: How :func:`placebo_p` finds a p-value.
PLACEBO = "the same pattern of dates moved to every other place in the window"


def pair(market: Market) -> pd.DataFrame:
    """Daily simple total returns, columns ``small`` and ``large``, sessions with both."""
    both = market.complete(market.small, market.large)
    return both.set_axis(["small", "large"], axis=1)


def weekly_log(market: Market, symbols: Iterable[str]) -> pd.DataFrame:
    """Weekly log total returns of the window, weeks × symbols, NaN outside a listing."""
    columns = {symbol: _weekly_log(market, symbol) for symbol in symbols}
    return pd.DataFrame(columns, index=week_ends(market)[1:])


@lru_cache(maxsize=32)
def _weekly_log(market: Market, symbol: str) -> Array:
    daily = market.total_returns[symbol]
    return np.asarray(rt.weekly_log_returns(daily, market.base, market.end))


def week_ends(market: Market) -> pd.DatetimeIndex:
    """Week-ends on or after the base close: one more than there are weekly returns."""
    return rt.week_ends(market.sessions, market.base, market.end)


def yield_change(market: Market, series_id: str, sessions: pd.DatetimeIndex) -> pd.Series:
    """Change of a daily yield on given sessions, in whole hundredths of a pp, against the one before.

    Args:
        series_id: of the catalog.
        sessions: k dates.

    NaN on sessions without an observation of their own.
    """
    if series_id not in market.yields:
        return pd.Series(np.nan, index=sessions, name=series_id)
    return rt.quoted_changes(market.yields[series_id].dropna()).reindex(sessions)


def relative_windows(market: Market, horizon: int) -> pd.Series:
    """Small minus large total return of every window of ``horizon`` sessions of the pair's dates.

    Indexed by each window's first session; NaN where it runs past the end.
    """
    return _relative_windows(market, horizon).copy(deep=False)


@lru_cache(maxsize=16)
def _relative_windows(market: Market, horizon: int) -> pd.Series:
    both = pair(market)
    return eventstudy.window_returns(both["small"], horizon, both["large"])


def placebo_p(windows: pd.Series, sessions: pd.DatetimeIndex) -> tuple[float, float, int]:
    """Mean over dates, its two-sided placebo p-value and the dates with a whole window.

    The p-value compares the mean with :func:`rotation_lib.stats.shifts.shifted_means`.

    Args:
        windows: as made by :func:`relative_windows`; those that are NaN do not count.
        sessions: first sessions of the real windows.

    Raises:
        DataError: fewer than three dates with a whole window.
    """
    real = windows.reindex(sessions).dropna()
    if len(real) < 3:
        raise DataError(
            f"the window holds {len(real)} such days with all their sessions; three are needed."
        )
    mean = float(real.mean())
    placebo = shifted_means(windows, pd.DatetimeIndex(real.index))
    return mean, eventstudy.placebo_p_value(mean, placebo), len(real)


def placebo_band(windows: pd.Series, sessions: pd.DatetimeIndex) -> Interval:
    """The effects that the placebo dates do not reject: their middle 95 %, put around the mean.

    For windows that overlap, whose t interval would take them for separate events.

    Args:
        windows: as made by :func:`relative_windows`; those that are NaN do not count.
        sessions: first sessions of the real windows, at least three with a whole window.
    """
    real = windows.reindex(sessions).dropna()
    placebo = shifted_means(windows, pd.DatetimeIndex(real.index))
    below, above = np.quantile(placebo, [0.025, 0.975]) - placebo.mean()
    mean = float(real.mean())
    return Interval(
        mean - float(above), mean - float(below), 0.95, f"band of placebo dates: {PLACEBO}"
    )
