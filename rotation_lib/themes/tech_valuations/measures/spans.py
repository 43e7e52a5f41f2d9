"""Returns between two closes, and the yearly lead of one fund over another.

Realised returns; a span that misses a return has none, and is never filled.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....errors import DataError
from ....market import Market
from ....stats.bootstrap import Interval
from ....stats.intervals import mean_interval
from ....studies.declared import Measured

SESSIONS_PER_YEAR = 252


def cumulative(returns: pd.Series, first: str | pd.Timestamp, last: str | pd.Timestamp) -> float:
    """Compounded simple return between two closes.

    Args:
        returns: simple returns by session, in order.
        first: the base close, whose own return does not count.
        last: the close that ends it.

    Returns:
        A fraction; NaN when a return in between is missing or there is none.
    """
    ends = [pd.Timestamp(first).to_datetime64(), pd.Timestamp(last).to_datetime64()]
    begin, stop = returns.index.to_numpy().searchsorted(ends, side="right")
    if begin >= stop:
        return float("nan")
    return float(np.prod(1.0 + returns.to_numpy(dtype=float)[begin:stop]) - 1.0)


def covers(market: Market, first: str | pd.Timestamp, last: str | pd.Timestamp) -> bool:
    """Whether the report's window holds both closes.

    Args:
        first: a close.
        last: a later close.
    """
    return bool(market.base <= pd.Timestamp(first) and pd.Timestamp(last) <= market.end)


def whole_window(market: Market) -> pd.DatetimeIndex:
    """The first and the last session of the window: the dates of what all of it gave."""
    return pd.DatetimeIndex([market.start, market.end])


def relative_log(market: Market, a: str, b: str) -> pd.Series:
    """Daily log total return of ``a`` minus that of ``b`` in the window, NaN dropped."""
    both = market.complete(a, b)
    return (np.log1p(both[a]) - np.log1p(both[b])).rename(f"{a}/{b}")


def yearly_lead(market: Market, a: str, b: str) -> Measured:
    """Growth of ``a`` relative to ``b`` per year, with the interval of eight blocks of time.

    Returns:
        exp(252 × mean daily log relative return) − 1 as a fraction, interval transformed alike.

    Raises:
        DataError: for one fund, or under a year of sessions that both hold.
    """
    if a == b:
        raise DataError("a fund against itself")
    relative = relative_log(market, a, b)
    if len(market.sessions) < SESSIONS_PER_YEAR:
        raise DataError("a window under a year says nothing about a rate per year")
    if len(relative) < SESSIONS_PER_YEAR:
        raise DataError(f"{a} and {b} share {len(relative)} sessions of the window, under a year")
    inner = mean_interval(relative)
    low, high = (float(np.expm1(SESSIONS_PER_YEAR * x)) for x in (inner.low, inner.high))
    return Measured(
        float(np.expm1(SESSIONS_PER_YEAR * relative.mean())),
        Interval(low, high, inner.confidence, inner.method),
        relative.index,
        f"mean daily log relative return × 252 sessions, as growth; {inner.method}",
    )
