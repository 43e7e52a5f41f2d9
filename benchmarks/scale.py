"""How time and memory grow with days, with series and with draws.

The embedded data are repeated end to end or side by side; what is measured runs the project's
own code, one process for the lot, memory as Python and NumPy allocate it.
"""

from __future__ import annotations

import math
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from report import Part, table

from rotation_lib.fingerprint import data_key
from rotation_lib.market import Market
from rotation_lib.params import ReportParams
from rotation_lib.stats.bootstrap import Bootstrap
from rotation_lib.stats.measures import volatility_ratio
from rotation_lib.stats.regression import newey_west, rolling_slope

DAYS = (0.25, 1, 4, 10)
SERIES = (1, 4, 10, 30)
WINDOW = 252


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds (best of two) and megabytes at the peak of some work."""
    best = float("inf")
    for _ in range(2):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return best, peak / 1e6


def stretched(market: Market, times: float) -> pd.DataFrame:
    """The two funds' returns over more or fewer days: the sample again and again."""
    frame = market.total_returns[[market.small, market.large]]
    rows = np.resize(np.arange(len(frame)), round(len(frame) * times))
    days = pd.bdate_range("2010-01-04", periods=len(rows), name="date")
    return frame.iloc[rows].set_axis(days)


def widened(market: Market, times: int) -> Market:
    """The same days with more series: every fund under so many names."""
    held = market.dataset

    def wide(frame: pd.DataFrame) -> pd.DataFrame:
        more = [frame.add_suffix(f"~{i}") for i in range(1, times)]
        return pd.concat([frame, *more], axis=1)

    parts = {"total_returns": wide(held.total_returns), "price_returns": wide(held.price_returns)}
    return Market.from_dataset(replace(held, **parts), ReportParams())


def over_days(market: Market) -> list[list[float]]:
    """One row a length: days, then seconds and megabytes of a rolling slope and of a bootstrap."""
    rows = []
    for times in DAYS:
        frame = stretched(market, times)
        y, x = frame[market.small], frame[market.large]
        rolling = measured(lambda y=y, x=x: rolling_slope(y, x, WINDOW))
        seeds = count()  # no draws are shared between repetitions

        def drawn(frame: pd.DataFrame = frame, seeds: Iterator[int] = seeds) -> object:
            return Bootstrap(frame, 120, 500, next(seeds)).interval(volatility_ratio)

        rows.append([float(len(frame)), *rolling, *measured(drawn)])
    return rows


def over_series(market: Market) -> list[list[float]]:
    """One row a width: series, then the key of all data, a store's round trip, all the slopes."""
    rows = []
    for times in SERIES:
        wide = widened(market, times)
        names = [n for n in wide.total_returns if n.split("~")[0] != market.large]
        complete = [n for n in names if wide.total_returns[n].notna().all()]
        x = wide.total_returns[market.large]

        def keyed(wide: Market = wide) -> object:
            return data_key(Market.from_dataset(wide.dataset, ReportParams()))

        def slopes(
            wide: Market = wide, names: Sequence[str] = complete, x: pd.Series = x
        ) -> object:
            return [newey_west(wide.total_returns[n], x) for n in names]

        width = float(wide.total_returns.shape[1])
        rows.append([width, *measured(keyed), *_stored(wide.total_returns), *measured(slopes)])
    return rows


def _stored(frame: pd.DataFrame) -> tuple[float, float]:
    """Seconds of writing and reading a frame as Parquet, and megabytes on disk."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "returns.parquet")
        began = time.perf_counter()
        frame.to_parquet(path)
        pd.read_parquet(path)
        return time.perf_counter() - began, path.stat().st_size / 1e6


def power(rows: Sequence[Sequence[float]], column: int) -> float:
    """Exponent of growth between the second row and the last: 1 is in proportion."""
    (a, b), (c, d) = (rows[1][0], rows[1][column]), (rows[-1][0], rows[-1][column])
    return math.log(d / b) / math.log(c / a)


def part() -> Part:
    """Both curves, with their exponents."""
    market = Market.load(ReportParams())
    days, series = over_days(market), over_series(market)
    by_days = (
        f"Time grows with days to the power {power(days, 1):.2f} (rolling slope) and "
        f"{power(days, 3):.2f} (bootstrap), memory to the power {power(days, 2):.2f} and "
        f"{power(days, 4):.2f}."
    )
    by_series = (
        f"Time grows with series to the power {power(series, 1):.2f} (data key), "
        f"{power(series, 3):.2f} (Parquet) and {power(series, 5):.2f} (slopes), memory to the "
        f"power {power(series, 2):.2f} (data key) and {power(series, 6):.2f} (slopes)."
    )
    told = (
        f"Days, with {WINDOW}-day windows and 500 draws:",
        table(["days", "rolling slope, s", "MB", "bootstrap, s", "MB"], days),
        by_days,
        f"Series, {len(market.sessions):,} days each:",
        table(
            ["series", "data key, s", "MB", "Parquet, s", "MB on disk", "slope each, s", "MB"],
            series,
        ),
        by_series,
    )
    return Part("Growth", [], "\n\n".join(told))
