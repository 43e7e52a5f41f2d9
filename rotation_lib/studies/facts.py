"""Realised returns of named windows: facts, with their rank among all windows of that length.

A fact has no interval. What tells whether it is unusual is its percentile.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError
from ..findings import Finding
from ..market import Market
from ..units import UnitName
from .declared import Declared, Measured

Array = npt.NDArray[np.float64]


def window_fact(
    market: Market,
    id: str,
    label: str,
    symbol: str,
    first_close: str | pd.Timestamp,
    last_close: str | pd.Timestamp,
    minus: str | None = None,
) -> Finding:
    """Total return of ``symbol`` between two closes, or its lead over ``minus``.

    Args:
        market: data and window.
        id: finding id.
        label: what it is.
        symbol: whose return.
        first_close: session whose close is the base.
        last_close: session whose close ends the window.
        minus: symbol whose return over the same window is subtracted.

    Returns:
        A finding: a fraction, or percentage points where something is subtracted; null with the
        reason where :func:`window_return` finds none.
    """
    series = (symbol,) if minus is None else (symbol, minus)
    unit: UnitName = "fraction" if minus is None else "percentage points"
    declared = Declared(id, label, unit, series)
    try:
        found = window_return(market, symbol, first_close, last_close, minus)
    except DataError as error:
        return declared.of(error, {}, "")
    return declared.of(found, {}, "")


def window_return(
    market: Market,
    symbol: str,
    first_close: str | pd.Timestamp,
    last_close: str | pd.Timestamp,
    minus: str | None = None,
) -> Measured:
    """Total return of ``symbol`` between two closes, or its lead over ``minus``; fractions.

    Args:
        market: data and window.
        symbol: whose return.
        first_close: session whose close is the base.
        last_close: session whose close ends the window.
        minus: symbol whose return over the same window is subtracted.

    Returns:
        With ``percentile`` the share of windows of the same number of sessions since 2010, up to
        ``end``, that were lower.

    Raises:
        DataError: when ``end`` is before the window's last close, the base close is after its
            first close, or a return is missing.
    """
    first, last = pd.Timestamp(first_close), pd.Timestamp(last_close)
    reason = null_reason(market, first, last)
    closes = market.closes
    at, to = closes.get_indexer(pd.DatetimeIndex([first, last]))
    if reason is None:
        # Row i of the history ends at close i + 1.
        held = market.history
        series = (symbol,) if minus is None else (symbol, minus)
        gaps = [s for s in series if np.isnan(held[s].to_numpy()[at:to]).any()]
        reason = f"{gaps[0]} has no returns for the whole window" if gaps else None
    if reason is None and not 0 <= at < to:
        reason = f"no sessions run from a close of {first.date()} to one of {last.date()}"
    if reason is not None:
        raise DataError(reason)
    windows = window_returns(market, symbol, int(to - at), minus)
    value = float(windows[at])
    known = windows[~np.isnan(windows)]
    return Measured(
        value,
        None,
        closes[at + 1 : to + 1],
        method="realised return; rank among all windows of the same number of sessions since 2010",
        percentile=float((known < value).mean()),
    )


def all_windows(market: Market, symbol: str, length: int, minus: str | None = None) -> pd.Series:
    """Total returns of all windows of ``length`` sessions since 2010.

    Args:
        market: data and window.
        symbol: whose return.
        length: sessions in a window, at least 1.
        minus: symbol whose return is subtracted.

    Returns:
        Fractions indexed by the base close of each window; NaN where a return is missing.
    """
    values = window_returns(market, symbol, length, minus)
    return pd.Series(
        values, index=market.closes[: len(values)], name=symbol if minus is None else None
    )


def window_returns(market: Market, symbol: str, length: int, minus: str | None = None) -> Array:
    """:func:`all_windows` as an array: place i is the window from close i of ``market.closes``.

    Args:
        market: data and window.
        symbol: whose return.
        length: sessions in a window, at least 1.
        minus: symbol whose return is subtracted.
    """
    total = _windows(market, symbol, length)
    return total if minus is None else total - _windows(market, minus, length)


def null_reason(market: Market, first: pd.Timestamp, last: pd.Timestamp) -> str | None:
    """Why a window cannot be measured under the market's dates, or ``None`` if it can.

    Args:
        first: the window's base close.
        last: the window's last close.
    """
    if market.end < last:
        return f"the window ends on {last.date()}, after the report's end {market.end.date()}"
    if market.base > first:
        return f"the window begins on {first.date()}, before the report's base close {market.base.date()}"
    return None


@lru_cache(maxsize=256)
def _windows(market: Market, symbol: str, length: int) -> Array:
    sums, gaps = _cumulated(market, symbol)
    values = np.expm1(sums[length:] - sums[:-length])
    values[gaps[length:] != gaps[:-length]] = np.nan
    values.flags.writeable = False  # it is handed out again
    return values


@lru_cache(maxsize=64)
def _cumulated(market: Market, symbol: str) -> tuple[Array, npt.NDArray[np.intp]]:
    """Log returns and gaps up to each close."""
    logs = np.log1p(market.history[symbol].to_numpy())
    # A gap makes every window across it NaN: counted apart, since a cumulated NaN never ends.
    sums = np.concatenate([[0.0], np.nancumsum(logs)])
    return sums, np.concatenate([[0], np.cumsum(np.isnan(logs))])
