"""Are small caps more sensitive to macroeconomic news? Days of prices and policy against the rest.

News days are consumer price releases and scheduled Federal Reserve decisions, known in advance.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...errors import DataError
from ...findings import Finding, tendency
from ...market import Market
from ...stats import measures
from ...stats.bootstrap import Bootstrap
from .common import Array, guarded, pair

MINIMUM = 40


def news_days(market: Market) -> pd.DatetimeIndex:
    """Reaction sessions in the window of CPI releases and scheduled Federal Reserve decisions."""
    decisions = market.decisions
    policy = pd.DatetimeIndex(decisions.loc[decisions["scheduled"], "reaction_session"])
    both = pd.DatetimeIndex(market.cpi_releases["reaction_session"]).union(policy)
    return pd.DatetimeIndex(pair(market).index.intersection(both))


def findings(market: Market) -> dict[str, Finding]:
    """Volatility ratio on news days, and how much larger the relative move is on them."""
    both, on = pair(market), news_days(market)
    series = (market.small, market.large)

    def need() -> None:
        if len(on) < MINIMUM:
            raise DataError(f"the window holds {len(on)} news days; {MINIMUM} are needed.")

    def ratio() -> Finding:
        need()
        sample = Bootstrap(both.loc[on])
        return tendency(
            "risks.news_volatility_ratio", ratio_label,
            sample.estimate(measures.volatility_ratio),
            sample.interval(measures.volatility_ratio, reference="t", log=True),
            unit="ratio", index=on, series=series,
        )  # fmt: skip

    def size() -> Finding:
        need()
        frame = pd.DataFrame(
            {
                "move": (both["small"] - both["large"]).abs(),
                "news": both.index.isin(on).astype(float),
            }
        )
        sample = Bootstrap(frame, block=Bootstrap(both, draws=1).block)
        return tendency(
            "risks.news_move_ratio", size_label, sample.estimate(_size),
            sample.interval(_size, reference="t", log=True),
            unit="ratio", index=pd.DatetimeIndex(frame.index), series=series,
        )  # fmt: skip

    ratio_label = f"Volatility of {market.small} over that of {market.large} on macro news days"
    size_label = (
        f"Typical gap between {market.small} and {market.large} on macro news days over other days"
    )
    made = [
        guarded("risks.news_volatility_ratio", ratio_label, "ratio", series, ratio),
        guarded("risks.news_move_ratio", size_label, "ratio", series, size),
    ]
    return {f.id.split(".")[1]: f for f in made}


def _size(x: Array) -> Array:
    """Mean of column 0 where column 1 is 1, over its mean where column 1 is 0."""
    on, off = x[1], 1.0 - x[1]
    return np.asarray(
        (x[0] * on).sum(axis=-1) / on.sum(axis=-1) / ((x[0] * off).sum(axis=-1) / off.sum(axis=-1))
    )
