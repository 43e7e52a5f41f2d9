"""How much of the technology fund's gain the seven explain, by an equal-weight proxy.

Index weights are not open data: the basket is equally weighted and its weight in the fund is
inferred from returns. That makes the share a proxy, and it must be labelled as one.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from ....errors import DataError
from ....findings import Specification
from ....market import Market
from ....stats.bootstrap import Bootstrap, Interval
from ....studies.declared import Measured, finding
from .basket import EQUAL_WEIGHT, SEVEN, seven_basket
from .sides import common_block
from .spans import whole_window

_SPAN, _SHORTEST = 252, 63
_SERIES = ("tech", EQUAL_WEIGHT, *SEVEN)


@lru_cache(maxsize=4)
def inferred_weight(market: Market) -> pd.Series:
    """Weight (a share, 0 to 1) of the basket in ``tech``, inferred from the 252 sessions before each day.

    Returns-based style analysis with two assets (Sharpe 1992): the slope of tech minus the
    equal-weighted market on the basket minus that market, kept within 0 and 1. Known the evening
    before; the first 63 sessions since 2010 take the first estimate.
    """
    rest = market.history[EQUAL_WEIGHT]
    y, x = market.history[market.tech] - rest, seven_basket(market) - rest
    slope = (
        y.rolling(_SPAN, min_periods=_SHORTEST).cov(x)
        / x.rolling(_SPAN, min_periods=_SHORTEST).var()
    )
    return slope.clip(0.0, 1.0).shift(1).bfill().rename("weight")


@lru_cache(maxsize=4)
def contributions(market: Market) -> pd.DataFrame:
    """Daily contributions to the return of ``tech`` in the window.

    Returns:
        Columns ``seven`` (weight × basket), ``others`` ((1 − weight) × equal-weighted market),
        ``unexplained`` and ``total``; the first three add up to the last exactly.
    """
    weight = inferred_weight(market)
    frame = pd.DataFrame(
        {
            "seven": weight * seven_basket(market),
            "others": (1.0 - weight) * market.history[EQUAL_WEIGHT],
            "total": market.history[market.tech],
        }
    ).loc[market.start :]
    frame = frame.dropna()
    frame["unexplained"] = frame["total"] - frame["seven"] - frame["others"]
    return frame[["seven", "others", "unexplained", "total"]]


def by_year(market: Market) -> pd.DataFrame:
    """Sums of the daily contributions, fractions, by calendar year (cut years too); index ``year``."""
    table = contributions(market)
    return table.groupby(table.index.year).sum().rename_axis("year")


def share_of_sum(x: np.ndarray) -> np.ndarray:
    """Sum of the first column over that of the second, NaN where the latter is not positive."""
    total = x[1].sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(total > 0, x[0].sum(axis=-1) / total, np.nan))


@finding(
    "tech_valuations.seven_share_of_gain",
    "The seven's share of {tech}'s gain, equal-weight proxy",
    "fraction",
    _SERIES,
)
def share_of_gain(market: Market) -> Measured:
    """The seven's share of the fund's gain."""
    tech = market.tech
    pair = contributions(market)[["seven", "total"]]
    if len(pair) < _SHORTEST:
        raise DataError(
            f"{tech}, {EQUAL_WEIGHT} and the seven share {len(pair)} sessions of the window, "
            f"{_SHORTEST} are needed"
        )
    if pair["total"].sum() <= 0:
        raise DataError(f"{tech} had no gain in the window that could be shared out")
    inner = Bootstrap(pair, min(common_block(market), len(pair) // 8))
    try:
        interval = inner.interval(share_of_sum)
    except DataError:
        raise DataError(f"{tech}'s gain is too small beside its swings to be shared out") from None
    return Measured(
        inner.estimate(share_of_sum),
        interval,
        pair.index,
        "sum of weight × basket return over the sum of the fund's returns, "
        f"weight inferred from the 252 sessions before; {interval.method}",
    )


@finding(
    "tech_valuations.seven_weight",
    "Weight of the seven in {tech} inferred from returns, mean",
    "fraction",
    _SERIES,
)
def mean_weight(market: Market) -> Measured:
    """Their mean inferred weight in the fund."""
    known = inferred_weight(market).loc[market.start :].dropna()
    if known.empty:
        raise DataError(
            f"{_SHORTEST} sessions of returns are needed before a weight can be inferred"
        )
    low, high = known.quantile([0.025, 0.975])
    how = "returns-based style analysis, 252 sessions; the bounds hold 95% of the days"
    bounds = Interval(float(low), float(high), 0.95, how)
    return Measured(float(known.mean()), bounds, whole_window(market), n=len(known))


def specifications(market: Market) -> list[Specification]:
    """The share with fixed weights instead of the inferred one, and over later starts."""
    made = []
    basket, total = seven_basket(market), market.history[market.tech]
    inferred = inferred_weight(market)
    for year in (0, 2015, 2020, 2023):
        first = max(market.start, pd.Timestamp(year=year or 2010, month=1, day=1))
        where = "the window" if not year else f"{year} on"
        gain = float(total.loc[first:].sum()) if first < market.end else 0.0
        weights: list[tuple[str, pd.Series | float]] = [("inferred weight", inferred)]
        weights += [(f"{w:.0%} weight", w) for w in (0.3, 0.4, 0.5)]
        for label, weight in weights:
            part = float((weight * basket).loc[first:].sum())
            made.append(
                Specification(
                    label=f"share of {market.tech}'s gain, {where}, {label}",
                    value=part / gain if gain > 0 else None,
                    unit="fraction",
                )
            )
    return made
