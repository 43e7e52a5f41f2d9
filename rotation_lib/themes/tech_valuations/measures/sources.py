"""What the commentary's own sources measured, in their windows and on their indices.

These windows have dates of their own: they ignore the report's start, and are missing only where
its end lies before their last close.
"""

from __future__ import annotations

import pandas as pd

from ....errors import DataError
from ....market import Market
from ....studies.declared import Measured, finding
from .spans import cumulative

#: Ten years to the day of the source that is cited for the 332 points.
TEN_YEARS = ("2014-06-11", "2024-06-11")
#: From the middle of 2024 to the last close before the source that is cited for the 9 %.
SECOND_HALF = ("2024-06-28", "2024-07-17")


@finding(
    "tech_valuations.lead_ten_years_2024",
    "Nasdaq 100 minus Russell 2000, price, 11 June 2014 to 11 June 2024",
    "percentage points", ("^NDX", "^RUT"), index="^NDX", minus="^RUT", window=TEN_YEARS,
)  # fmt: skip
@finding(
    "tech_valuations.lead_ten_years_2024_sp500",
    "S&P 500 minus Russell 2000, price, 11 June 2014 to 11 June 2024",
    "percentage points", ("^GSPC", "^RUT"), index="^GSPC", minus="^RUT", window=TEN_YEARS,
)  # fmt: skip
@finding(
    "tech_valuations.rally_second_half_2024",
    "Russell 2000, price, 28 June to 17 July 2024", "fraction", ("^RUT",),
    index="^RUT", window=SECOND_HALF,
)  # fmt: skip
@finding(
    "tech_valuations.rally_second_half_2024_large",
    "S&P 500, price, 28 June to 17 July 2024", "fraction", ("^GSPC",),
    index="^GSPC", window=SECOND_HALF,
)  # fmt: skip
@finding(
    "tech_valuations.rally_second_half_2024_tech",
    "Nasdaq 100, price, 28 June to 17 July 2024", "fraction", ("^NDX",),
    index="^NDX", window=SECOND_HALF,
)  # fmt: skip
def in_source(market: Market, index: str, window: tuple[str, str], minus: str = "") -> Measured:
    """Price return of an index between two closes, or its lead over another.

    Args:
        market: data; its start does not count.
        index: symbol.
        window: base close and last close.
        minus: symbol of the index whose return is subtracted.
    """
    first, last = map(pd.Timestamp, window)
    if market.end < last:
        raise DataError(f"the report ends on {market.end.date()}, before {last.date()}")
    gains = [cumulative(market.price_history[s], first, last) for s in (index, minus) if s]
    inside = market.closes[(market.closes > first) & (market.closes <= last)]
    value = gains[0] - gains[1] if minus else gains[0]
    return Measured(value, None, inside, "price return between two closes, whatever the start")
