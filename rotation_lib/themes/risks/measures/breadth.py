"""Proxies for broader earnings: corporate profits, the average large stock, profitable small firms.

None of them is the earnings of small companies, which are not open data; they are always named as
proxies.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....errors import DataError
from ....findings import Specification
from ....market import Market
from ....stats import intervals
from ....stats.bootstrap import Bootstrap, Interval
from ....studies.declared import PAIR, Measured, finding
from .aligned import Array, weekly_log

YEAR = 252


def quarterly(market: Market) -> pd.DataFrame:
    """Complete quarters of the window, by quarter end (last session).

    Columns ``relative`` (small minus large), ``breadth`` (RSP minus SPY), ``quality`` (IJR minus
    IWM) as differences of log total returns, ``profits`` the growth of corporate profits over the
    quarter (log) and ``known`` the growth last published by the quarter's end. NaN where missing.
    """
    symbols = list(dict.fromkeys([market.small, market.large, "RSP", "SPY", "IJR", "IWM"]))
    logs = np.log1p(market.total_returns[symbols])
    period = logs.index.to_period("Q")
    total = logs.groupby(period).sum(min_count=50)
    sizes = logs.groupby(period).size()
    total = total[sizes >= 58]  # the shortest complete quarter since 2010 has 59 sessions or more
    frame = pd.DataFrame(
        {
            "relative": total[market.small] - total[market.large],
            "breadth": total["RSP"] - total["SPY"],
            "quality": total["IJR"] - total["IWM"],
        }
    )
    growth = _profit_growth(market)
    frame["profits"] = growth.reindex(frame.index)
    frame["known"] = _published(market, frame.index)
    return frame


def _profit_growth(market: Market) -> pd.Series:
    """Log growth of corporate profits by quarter period; empty when the series is not to be had."""
    if not market.has_macro("CP"):
        return pd.Series(dtype=float, index=pd.PeriodIndex([], freq="Q"))
    level = market.macro("CP")
    return np.log(level).diff().set_axis(pd.PeriodIndex(level.index, freq="Q")).dropna()


def _published(market: Market, quarters: pd.PeriodIndex) -> pd.Series:
    """The growth rate last published by the end of each quarter."""
    growth = _profit_growth(market)
    if growth.empty:
        return pd.Series(np.nan, index=quarters)
    released = market.catalog.published("CP", pd.Series(growth.index.to_timestamp()))
    ends = quarters.to_timestamp(how="end").normalize()
    at = pd.DatetimeIndex(released).searchsorted(ends, side="right") - 1
    values = np.r_[np.nan, growth.to_numpy()]
    return pd.Series(values[at + 1], index=quarters)


@finding(
    "risks.breadth_correlation",
    "Correlation of quarterly {small} minus {large} with RSP minus SPY",
    "correlation",
    (*PAIR, "RSP", "SPY"),
)
def with_breadth(market: Market) -> Measured:
    """With the average large stock against the index."""
    return _correlation(quarterly(market), "breadth")


@finding(
    "risks.profits_correlation",
    "Correlation of quarterly {small} minus {large} with growth of corporate profits",
    "correlation",
    (*PAIR, "CP"),
)
def with_profits(market: Market) -> Measured:
    """With the growth of profits in the same quarter."""
    return _correlation(quarterly(market), "profits")


@finding(
    "risks.profits_lead_correlation",
    "Correlation of {small} minus {large} with profit growth published by the quarter before",
    "correlation",
    (*PAIR, "CP"),
)
def after_profits(market: Market) -> Measured:
    """With the growth of profits that was known when the quarter began."""
    table = quarterly(market)
    return _correlation(table.assign(known=table["known"].shift(1)), "known")


def _correlation(table: pd.DataFrame, column: str) -> Measured:
    clean = pd.DataFrame({"y": table["relative"], "x": table[column]}).dropna()
    if len(clean) < 24:
        raise DataError(
            f"too few complete quarters ({len(clean)}) lie in the window; 24 are needed."
        )
    value, interval = correlation(clean)
    return Measured(value, interval, clean.index.to_timestamp(how="end").normalize())


@finding(
    "risks.profitable_gap",
    "S&P 600 fund (profits required) minus Russell 2000 fund (252 sessions to the year)",
    "percentage points a year",
    ("IJR", "IWM"),
)
def profitable_gap(market: Market) -> Measured:
    """Mean daily lead of small companies that must earn something."""
    gap = (market.total_returns["IJR"] - market.total_returns["IWM"]).dropna()
    ends = intervals.mean_interval(gap)
    interval = Interval(ends.low * YEAR, ends.high * YEAR, ends.confidence, ends.method)
    return Measured(float(gap.mean() * YEAR), interval, gap.index)


def correlation(frame: pd.DataFrame) -> tuple[float, Interval]:
    """Correlation of the two columns with a percentile interval over resampled years (4 rows).

    Args:
        frame: n quarters × two columns, none missing.
    """
    if len(frame) < 40:
        # Too few rows for a block bootstrap: Fisher's transformation.
        r = float(np.corrcoef(frame.to_numpy().T)[0, 1])
        half = 1.959964 / np.sqrt(len(frame) - 3)
        low, high = np.tanh(np.arctanh(r) - half), np.tanh(np.arctanh(r) + half)
        return r, Interval(float(low), float(high), 0.95, "Fisher's transformation")
    sample = Bootstrap(frame, block=4)
    return sample.estimate(_correlate), sample.interval(_correlate)


def _correlate(x: Array) -> Array:
    centred = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).sum(axis=-1))
    return np.asarray((centred[0] * centred[1]).sum(axis=-1) / (spread[0] * spread[1]))


def specifications(market: Market) -> list[Specification]:
    """Weekly and quarterly links between small caps and the breadth proxies."""
    table = quarterly(market)
    made: list[Specification] = []

    def add(label: str, frame: pd.DataFrame) -> None:
        clean = frame.dropna()
        if len(clean) < 24:
            made.append(Specification(label=label, value=None, unit="correlation"))
            return
        value, ends = correlation(clean)
        made.append(
            Specification(
                label=label, value=value, low=ends.low, high=ends.high, unit="correlation"
            )
        )

    for column, label in (
        ("breadth", "RSP − SPY, quarterly"),
        ("quality", "IJR − IWM, quarterly"),
        ("profits", "Profit growth, same quarter"),
    ):
        add(label, table[["relative", column]])
    add("Profit growth, published before", table[["relative"]].assign(x=table["known"].shift(1)))
    weekly = weekly_log(market, [market.small, market.large, "RSP", "SPY", "IJR", "IWM"])
    relative = weekly[market.small] - weekly[market.large]
    add("RSP − SPY, weekly", pd.DataFrame({"y": relative, "x": weekly["RSP"] - weekly["SPY"]}))
    add("IJR − IWM, weekly", pd.DataFrame({"y": relative, "x": weekly["IJR"] - weekly["IWM"]}))
    year = table[["relative", "profits"]].rolling(4).sum()
    add("Profit growth, four quarters", year)
    return made
