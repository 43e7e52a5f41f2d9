"""Small caps against large caps in two steps: by the weight of giants, and by size.

The large companies in equal weights stand between the two; the steps add up to the whole.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....market import Market
from ....studies.declared import PAIR, Measured, finding
from .basket import EQUAL_WEIGHT
from .spans import relative_log, yearly_lead


@finding(
    "tech_valuations.equal_weight_lead",
    "RSP relative to {large}, growth",
    "percent a year",
    (EQUAL_WEIGHT, "large"),
)
def equal_weight_lead(market: Market) -> Measured:
    """What equal weights of the same large companies gave more."""
    return yearly_lead(market, EQUAL_WEIGHT, market.large)


@finding(
    "tech_valuations.small_vs_equal_weight",
    "{small} relative to RSP, growth",
    "percent a year",
    ("small", EQUAL_WEIGHT),
)
def small_vs_equal_weight(market: Market) -> Measured:
    """What small caps gave more than large ones in equal weights."""
    return yearly_lead(market, market.small, EQUAL_WEIGHT)


@finding(
    "tech_valuations.small_vs_large",
    "{small} relative to {large}, growth",
    "percent a year",
    PAIR,
)
def small_vs_large(market: Market) -> Measured:
    """What small caps gave more than large ones."""
    return yearly_lead(market, market.small, market.large)


def weighting(market: Market) -> pd.DataFrame:
    """Small against large in two steps, as growth since the base close.

    Returns:
        Index ``date``; columns ``small / large``, ``equal weight / large`` and ``small / equal
        weight``; at each close the first is the product of the other two. Starts at 1.
    """
    logs = {
        f"{market.small} / {market.large}": (market.small, market.large),
        f"{EQUAL_WEIGHT} / {market.large}": (EQUAL_WEIGHT, market.large),
        f"{market.small} / {EQUAL_WEIGHT}": (market.small, EQUAL_WEIGHT),
    }
    frame = pd.DataFrame(
        {name: relative_log(market, *pair) for name, pair in logs.items() if pair[0] != pair[1]}
    )
    frame.loc[market.base] = 0.0
    return np.exp(frame.sort_index().dropna().cumsum()).rename_axis("date")
