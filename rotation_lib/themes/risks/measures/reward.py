"""Was the greater risk of small caps paid? Reward per unit of risk, beside large caps.

Returns are in excess of Treasury bills, session by session. A yearly rate is never set against a
daily return.
"""

from __future__ import annotations

import pandas as pd

from ....errors import DataError
from ....market import Market
from ....stats.sharpe import sharpe_difference
from ....studies.declared import PAIR, Measured, finding

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


@finding(
    "risks.sharpe_difference",
    "Sharpe ratio of {small} less that of {large}, a year (252 sessions)",
    "ratio",
    (*PAIR, CASH),
)
@finding("risks.sharpe_difference_p", "P-value of equal Sharpe ratios", "p-value", (*PAIR, CASH))
def difference(market: Market) -> tuple[Measured, Measured]:
    """Sharpe ratio of the small fund less that of the large one, and how often chance gives that."""
    both = excess(market)
    found = sharpe_difference(both["small"], both["large"])
    return (
        Measured(found.value, found.interval, both.index),
        Measured(found.p, None, both.index, f"two-sided; {found.interval.method}"),
    )
