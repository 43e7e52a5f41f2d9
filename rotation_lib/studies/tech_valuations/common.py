"""What the studies of this theme share: cumulative returns, the seven, conditional means.

Small pure helpers on a Market; nothing here decides what a finding means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

import numpy as np
import pandas as pd

from ...errors import DataError
from ...findings import Finding, missing, tendency
from ...market import Market
from ...stats.bootstrap import Bootstrap, Interval, OfSums, block_length
from ...stats.intervals import mean_interval
from ...stats.returns import complete_rows
from ...units import UnitName

THEME = "tech_valuations"
#: The seven companies named in 2023; choosing them by name is hindsight, and said so.
SEVEN = ("AAPL", "AMZN", "GOOGL", "META", "MSFT", "NVDA", "TSLA")
EQUAL_WEIGHT = "RSP"
SESSIONS_PER_YEAR = 252
BASIS_POINTS = 10_000.0
#: Fewer events than this say nothing about a mean.
MINIMUM_EVENTS = 10


def fid(name: str) -> str:
    """The finding id of ``name`` in this theme."""
    return f"{THEME}.{name}"


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


@lru_cache(maxsize=4)
def seven_basket(market: Market) -> pd.Series:
    """Daily total return of the seven, equal weights set anew every day, since 2010.

    Members count from their first return (TSLA from mid-2010, META from 2012). No session is NaN.
    """
    return market.history[list(SEVEN)].mean(axis=1).rename("Magnificent 7")


def relative_log(market: Market, a: str, b: str) -> pd.Series:
    """Daily log total return of ``a`` minus that of ``b`` in the window, NaN dropped."""
    both = market.complete(a, b)
    return (np.log1p(both[a]) - np.log1p(both[b])).rename(f"{a}/{b}")


def yearly_lead(market: Market, id: str, label: str, a: str, b: str) -> Finding:
    """Growth of ``a`` relative to ``b`` per year, with the interval of eight blocks of time.

    Returns:
        exp(252 × mean daily log relative return) − 1 as a fraction, interval transformed alike.
    """

    def make() -> Finding:
        relative = relative_log(market, a, b)
        if len(market.sessions) < SESSIONS_PER_YEAR:
            raise DataError("a window under a year says nothing about a rate per year")
        if len(relative) < SESSIONS_PER_YEAR:
            raise DataError(
                f"{a} and {b} share {len(relative)} sessions of the window, under a year"
            )
        inner = mean_interval(relative)
        low, high = (float(np.expm1(SESSIONS_PER_YEAR * x)) for x in (inner.low, inner.high))
        return tendency(
            id,
            label,
            float(np.expm1(SESSIONS_PER_YEAR * relative.mean())),
            Interval(low, high, inner.confidence, inner.method),
            unit="percent a year",
            index=pd.DatetimeIndex(relative.index),
            series=(a, b),
            method=f"mean daily log relative return × 252 sessions, as growth; {inner.method}",
        )

    if a == b:
        return missing(
            id, label, unit="percent a year", series=(a,), reason="a fund against itself"
        )
    return guarded(make, id, label, "percent a year", (a, b))


def guarded(
    make: Callable[[], Finding], id: str, label: str, unit: UnitName, series: Iterable[str]
) -> Finding:
    """What ``make`` returns, or a missing finding that carries the reason of its DataError."""
    try:
        return make()
    except DataError as error:
        return missing(id, label, unit=unit, series=series, reason=str(error).rstrip("."))


@lru_cache(maxsize=4)
def common_block(market: Market) -> int:
    """One mean block length for the theme's daily resamples, so that they share their draws."""
    return block_length(market.complete(market.small, market.large, EQUAL_WEIGHT))


def conditional_mean(
    values: pd.Series, chosen: pd.Series, block: int, minimum: int = MINIMUM_EVENTS
) -> tuple[float, Interval, int]:
    """Mean of ``values`` on the chosen rows, with a block-bootstrap interval.

    Whole blocks of rows are resampled, chosen or not, so that clusters of events stay clusters.

    Args:
        values: n returns, NaN dropped together with their row.
        chosen: booleans on the same index.
        block: mean block length in rows.
        minimum: events under which nothing is said.

    Returns:
        Mean, percentile interval, number of events.

    Raises:
        DataError: fewer than ``minimum`` events or 40 rows.
    """
    frame = complete_rows({"values": values, "chosen": chosen}, pd.DatetimeIndex(values.index))
    count = int(frame["chosen"].sum())
    if count < minimum:
        raise DataError(f"such periods in the window: {count}, needed: {minimum}")
    sample = Bootstrap(frame, min(block, max(1, len(frame) // 8)))
    return sample.estimate(mean_where), sample.interval(mean_where), count


def both_sides(
    values: pd.Series, first: pd.Series, second: pd.Series, block: int
) -> tuple[float, Interval, int]:
    """Mean of ``values`` under ``first`` plus their mean under ``second``, with its interval.

    Zero when a series only mirrors its exposure: as far ahead on one side as behind on the other.

    Args:
        values: n values, none missing.
        first: 1 where they count as the first side, else 0.
        second: the same for the second side, both on the index of ``values``.
        block: length of the resampled blocks.

    Raises:
        DataError: fewer than ten events on a side, or fewer than 40 rows.
    """
    columns = {"values": values, "first": first, "second": second}
    frame = complete_rows(columns, pd.DatetimeIndex(values.index))
    counts = [int(frame[side].sum()) for side in ("first", "second")]
    if min(counts) < MINIMUM_EVENTS:
        raise DataError(
            f"such periods on the two sides: {counts[0]} and {counts[1]}, "
            f"needed: {MINIMUM_EVENTS} of each"
        )
    sample = Bootstrap(frame, min(block, max(1, len(frame) // 8)))
    return sample.estimate(sum_of_sides), sample.interval(sum_of_sides), sum(counts)


def _marked(x: np.ndarray) -> np.ndarray:
    """Values where a mark is set, and the mark, for the mark in each column after the first."""
    return np.concatenate([x[:1] * x[1:], x[1:]])


def _means(sums: np.ndarray) -> np.ndarray:
    half = len(sums) // 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((sums[:half] / sums[half:]).sum(axis=0))


#: Mean of the first column where the second is 1; NaN where it never is.
mean_where = OfSums(_marked, _means)
#: Conditional mean under the second column plus that under the third.
sum_of_sides = OfSums(_marked, _means)
