"""Means of returns on chosen days: on one side, or on both sides of an exposure together.

Whole blocks of rows are resampled, so that clusters of events stay clusters.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import numpy as np
import pandas as pd

from ....errors import DataError
from ....market import Market
from ....stats.bootstrap import Bootstrap, Interval, OfSums, block_length
from ....stats.returns import complete_rows
from .basket import EQUAL_WEIGHT

BASIS_POINTS = 10_000.0
#: Fewer events than this say nothing about a mean.
MINIMUM_EVENTS = 10


@contextmanager
def reasons() -> Iterator[None]:
    """Let a refusal of the statistics pass as the reason of a finding: without its full stop.

    Raises:
        DataError: what was raised inside, so told.
    """
    try:
        yield
    except DataError as error:
        raise DataError(str(error).rstrip(".")) from None


@lru_cache(maxsize=4)
def common_block(market: Market) -> int:
    """One mean block length for the theme's daily resamples, so that they share their draws."""
    with reasons():
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
    return *_resampled(frame, block, mean_where), count


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
    return *_resampled(frame, block, sum_of_sides), sum(counts)


def _resampled(frame: pd.DataFrame, block: int, statistic: OfSums) -> tuple[float, Interval]:
    """A statistic of the rows and its interval."""
    with reasons():
        sample = Bootstrap(frame, min(block, max(1, len(frame) // 8)))
        return sample.estimate(statistic), sample.interval(statistic)


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
