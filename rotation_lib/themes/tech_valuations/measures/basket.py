"""The seven companies as a basket, and the equal-weighted market that everything is set against.

Names and their mean return; nothing here decides what a finding means.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from ....market import Market

#: The seven companies named in 2023; choosing them by name is hindsight, and said so.
SEVEN = ("AAPL", "AMZN", "GOOGL", "META", "MSFT", "NVDA", "TSLA")
EQUAL_WEIGHT = "RSP"


@lru_cache(maxsize=4)
def seven_basket(market: Market) -> pd.Series:
    """Daily total return of the seven, equal weights set anew every day, since 2010.

    Members count from their first return (TSLA from mid-2010, META from 2012). No session is NaN.
    """
    return market.history[list(SEVEN)].mean(axis=1).rename("Magnificent 7")
