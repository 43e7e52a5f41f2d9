"""Was the greater risk of small caps paid? Reward per unit of risk, beside large caps.

Returns are in excess of Treasury bills, session by session. A yearly rate is never set against a
daily return.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from ...errors import DataError
from ...findings import Finding, tendency
from ...market import Market
from ...stats.sharpe import SharpeDifference, sharpe_difference
from .common import guarded

#: A fund of Treasury bills stands for the risk-free return of each session.
CASH = "BIL"


def excess(market: Market) -> pd.DataFrame:
    """Daily total return of each fund less that of Treasury bills.

    Rows: sessions on which all three have a return; columns ``small`` and ``large``.

    Raises:
        DataError: no series of Treasury bills, or a fund that stands for them.
    """
    symbols = [market.small, market.large]
    if CASH not in market.total_returns or CASH in symbols:
        raise DataError(f"no return of Treasury bills ({CASH}) to set the funds against.")
    held = market.complete(*symbols, CASH)
    cash = held[CASH]
    return pd.DataFrame({"small": held[symbols[0]] - cash, "large": held[symbols[1]] - cash})


@lru_cache(maxsize=4)
def _difference(market: Market) -> SharpeDifference:
    both = excess(market)
    return sharpe_difference(both["small"], both["large"])


def findings(market: Market) -> dict[str, Finding]:
    """Findings of this module by the last part of their id."""
    series = (market.small, market.large, CASH)
    pair = f"Sharpe ratio of {market.small} less that of {market.large}, a year (252 sessions)"

    def difference() -> Finding:
        found = _difference(market)
        return tendency(
            "risks.sharpe_difference", pair, found.value, found.interval,
            unit="ratio", index=pd.DatetimeIndex(excess(market).index), series=series,
        )  # fmt: skip

    def chance() -> Finding:
        found = _difference(market)
        return tendency(
            "risks.sharpe_difference_p", told, found.p, None, unit="p-value",
            index=pd.DatetimeIndex(excess(market).index), series=series,
            method=f"two-sided; {found.interval.method}",
        )  # fmt: skip

    told = "P-value of equal Sharpe ratios"
    made = [
        guarded("risks.sharpe_difference", pair, "ratio", series, difference),
        guarded("risks.sharpe_difference_p", told, "p-value", series, chance),
    ]
    return {f.id.split(".")[1]: f for f in made}
