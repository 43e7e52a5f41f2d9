"""Are small caps more sensitive to macroeconomic news? Days of prices and policy against the rest.

News days are consumer price releases and scheduled Federal Reserve decisions, known in advance.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....errors import DataError
from ....market import Market
from ....stats import measures
from ....stats.bootstrap import Bootstrap
from ....studies.declared import PAIR, Measured, finding
from .aligned import Array, pair

MINIMUM = 40


def news_days(market: Market) -> pd.DatetimeIndex:
    """Reaction sessions in the window of CPI releases and scheduled Federal Reserve decisions."""
    decisions = market.decisions
    policy = pd.DatetimeIndex(decisions.loc[decisions["scheduled"], "reaction_session"])
    both = pd.DatetimeIndex(market.cpi_releases["reaction_session"]).union(policy)
    return pd.DatetimeIndex(pair(market).index.intersection(both))


@finding(
    "risks.news_volatility_ratio",
    "Volatility of {small} over that of {large} on macro news days",
    "ratio",
    PAIR,
)
def volatility(market: Market) -> Measured:
    """Ratio of volatilities on news days."""
    on = _enough(market)
    sample = Bootstrap(pair(market).loc[on])
    interval = sample.interval(measures.volatility_ratio, reference="t", log=True)
    return Measured(sample.estimate(measures.volatility_ratio), interval, on)


@finding(
    "risks.news_move_ratio",
    "Typical gap between {small} and {large} on macro news days over other days",
    "ratio",
    PAIR,
)
def move(market: Market) -> Measured:
    """How much larger the relative move is on news days."""
    on, both = _enough(market), pair(market)
    gap = (both["small"] - both["large"]).abs()
    frame = pd.DataFrame({"move": gap, "news": both.index.isin(on).astype(float)})
    sample = Bootstrap(frame, block=Bootstrap(both, draws=1).block)
    interval = sample.interval(_size, reference="t", log=True)
    return Measured(sample.estimate(_size), interval, frame.index)


@finding(
    "risks.news_own_move_ratio",
    "Typical move of {small} beyond its beta to {large} on macro news days over other days",
    "ratio", PAIR,
)  # fmt: skip
def own_move(market: Market) -> Measured:
    """How much larger the move is that beta does not explain, on news days; beta is that of others."""
    on, both = _enough(market), pair(market)
    frame = both.assign(news=both.index.isin(on).astype(float))
    sample = Bootstrap(frame, block=Bootstrap(both, draws=1).block)
    interval = sample.interval(_own_size, reference="t", log=True)
    return Measured(sample.estimate(_own_size), interval, frame.index)


def _own_size(x: Array) -> Array:
    """Ratio of mean sizes of what beta leaves, news days over others; x: small, large, news."""
    off = 1.0 - x[2]
    n = off.sum(axis=-1, keepdims=True)
    small, large = (v - (v * off).sum(axis=-1, keepdims=True) / n for v in (x[0], x[1]))
    spread = (large * large * off).sum(axis=-1, keepdims=True)
    left = small - (small * large * off).sum(axis=-1, keepdims=True) / spread * large
    return _size(np.stack([np.abs(left), x[2]]))


def _enough(market: Market) -> pd.DatetimeIndex:
    on = news_days(market)
    if len(on) < MINIMUM:
        raise DataError(f"the window holds {len(on)} news days; {MINIMUM} are needed.")
    return on


def _size(x: Array) -> Array:
    """Mean of column 0 where column 1 is 1, over its mean where column 1 is 0."""
    on, off = x[1], 1.0 - x[1]
    return np.asarray(
        (x[0] * on).sum(axis=-1) / on.sum(axis=-1) / ((x[0] * off).sum(axis=-1) / off.sum(axis=-1))
    )
