"""The nearest that open data come to a valuation gap: dividend yields and relative prices.

Neither is a price-earnings ratio, and nothing here pretends to be one.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from ....errors import DataError
from ....findings import Specification
from ....market import Market
from ....stats.months import monthly_sums
from ....studies.declared import PAIR, Measured, finding
from .spans import cumulative

_MONTHS = 12


def trailing_yield(market: Market, symbol: str) -> pd.Series:
    """Dividend yield of the last twelve whole months, total minus price returns.

    Whole months, because ex-dates move by days: a span of 252 sessions holds three, four or five
    quarterly payments, twelve months hold four.

    Args:
        symbol: of a fund.

    Returns:
        Index: last session of each month, all months up to the report's end. Fractions a year;
        empty without price returns of twelve months.
    """
    if symbol not in market.price_history.columns:
        return pd.Series(dtype=float, index=pd.DatetimeIndex([]))
    paid = (market.history[symbol] - market.price_history[symbol]).dropna()
    trailing = monthly_sums(paid).rolling(_MONTHS).sum()
    last = pd.DatetimeIndex(trailing.index)
    # The newest month counts only once the exchange's next session lies in another one.
    sessions = market.dataset.total_returns.index
    after = sessions[sessions > last[-1]] if len(last) else sessions[:0]
    if len(after) == 0 or after[0].month == last[-1].month:
        trailing = trailing.iloc[:-1]
    return trailing.dropna()


@lru_cache(maxsize=4)
def yields(market: Market) -> pd.DataFrame:
    """Dividend yields of small and large on the month-ends inside the window that hold both.

    Returns:
        Index ``date``, a column a symbol as :func:`trailing_yield`; may be empty.
    """
    both = {s: trailing_yield(market, s) for s in (market.small, market.large)}
    return pd.DataFrame(both).dropna().loc[market.start :].rename_axis("date")


def yield_ratio(market: Market) -> pd.Series:
    """Dividend yield of small caps over that of large caps, by month; only where large pays."""
    table = yields(market)
    table = table[table[market.large] > 0]
    return (table[market.small] / table[market.large]).rename("ratio")


@finding(
    "tech_valuations.dividend_yield_ratio",
    "Dividend yield of {small} over that of {large}, last twelve months (proxy)",
    "ratio",
    PAIR,
)
def latest_ratio(market: Market) -> Measured:
    """Ratio of the dividend yields now, and its rank among the window's months."""
    ratio = yield_ratio(market)
    if ratio.empty:
        raise DataError("price returns of both funds over twelve whole months are not held")
    value = float(ratio.iloc[-1])
    return Measured(
        value,
        None,
        ratio.index,
        "total minus price returns summed over twelve months; rank among the window's months",
        percentile=float((ratio < value).mean()),
    )


def _last_price(market: Market) -> dict[str, str]:
    held = price_window(market)
    return {"until": "" if held is None else f" (to {held[0].date()})"}


@finding(
    "tech_valuations.relative_price",
    "Price of {small} relative to {large}, change over the window{until}",
    "fraction",
    PAIR,
    _last_price,
)
def relative_price(market: Market) -> Measured:
    """Change of the price of small caps relative to that of large caps."""
    held = price_window(market)
    if held is None:
        raise DataError("price returns of both funds are not held from the window's start on")
    last, value = held
    sessions = market.sessions[market.sessions <= last]
    return Measured(
        value, None, sessions, "price growth of small over that of large, minus 1; realised"
    )


def price_window(market: Market) -> tuple[pd.Timestamp, float] | None:
    """Last day with prices of both funds, and the change of their ratio from the base close."""
    names = [market.small, market.large]
    if not set(names) <= set(market.price_returns.columns):
        return None
    held = market.price_returns[names].dropna()
    if held.empty or held.index[0] != market.start:
        return None
    last = held.index[-1]
    gains = [cumulative(held[s], market.base, last) for s in names]
    return last, (1.0 + gains[0]) / (1.0 + gains[1]) - 1.0


def specifications(market: Market) -> list[Specification]:
    """The proxy for other pairs of funds that pay dividends."""
    made = []
    for small in ("IWM", "IJR", "VB"):
        for large in ("SPY", "RSP", "IWB"):
            held = [trailing_yield(market, s) for s in (small, large)]
            known = min(len(h) for h in held) > 0
            value = float(held[0].iloc[-1] / held[1].iloc[-1]) if known else None
            made.append(
                Specification(
                    label=f"dividend yield of {small} over {large}", value=value, unit="ratio"
                )
            )
    return made
