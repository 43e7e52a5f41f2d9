"""August 2025 beside every other month since 2010, and what came after it.

Calendar months use the whole history since 2010 up to the end, whatever the start, since a rank
among three Augusts would say nothing.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from ....errors import DataError
from ....findings import Specification
from ....market import Market
from ....stats.bootstrap import Interval
from ....studies.declared import PAIR, SMALL, Measured, finding
from ....studies.facts import null_reason, window_fact, window_return

AUGUST = 8
FIRST, LAST = pd.Timestamp("2025-07-31"), pd.Timestamp("2025-08-29")
NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def monthly(market: Market, symbol: str, minus: str | None = None) -> pd.Series:
    """Total return of each complete calendar month since 2010 (minus another's), by month period.

    Args:
        symbol: whose return.
        minus: whose return is subtracted.

    NaN where a return is missing; the month that ``end`` cuts short is left out.
    """
    total = _months(market, symbol)
    return total if minus is None else (total - _months(market, minus)).dropna()


@lru_cache(maxsize=8)
def _months(market: Market, symbol: str) -> pd.Series:
    returns = market.history[symbol]
    period = returns.index.to_period("M")
    grouped = np.log1p(returns).groupby(period)
    total = np.expm1(grouped.sum(min_count=1))[grouped.count() == grouped.size()]
    after = market.dataset.total_returns.index
    later = after[after > market.end]
    last = market.end.to_period("M")
    cut = (len(later) and later[0].to_period("M") == last) or (
        not len(later) and market.end < market.end + pd.offsets.BMonthEnd(0)
    )
    return total[total.index < last] if cut else total


def heatmap(market: Market, *, relative: bool = False) -> pd.DataFrame:
    """Tidy months × years of the small fund: ``month, year, value`` (fractions).

    Args:
        relative: minus the large fund.
    """
    values = monthly(market, market.small, market.large if relative else None)
    return pd.DataFrame(
        {
            "month": [NAMES[p.month - 1] for p in values.index],
            "year": [str(p.year) for p in values.index],
            "value": values.to_numpy(),
        }
    )


def augusts(market: Market) -> pd.DataFrame:
    """Every August: ``year``, then the total returns ``small``, ``large`` and ``relative``, fractions."""
    frame = pd.DataFrame(
        {"small": monthly(market, market.small), "large": monthly(market, market.large)}
    ).dropna()
    frame = frame[frame.index.month == AUGUST]
    frame["relative"] = frame["small"] - frame["large"]
    return frame.rename_axis("year").set_index(frame.index.year.rename("year")).reset_index()


@finding("risks.august_2025", "{small} in August 2025", "fraction", SMALL)
def august_2025(market: Market) -> Measured:
    """What the small fund made in that month."""
    return window_return(market, market.small, FIRST, LAST)


@finding(
    "risks.august_2025_relative", "{small} minus {large} in August 2025", "percentage points", PAIR
)
def august_2025_relative(market: Market) -> Measured:
    """What it made more than the large fund."""
    return window_return(market, market.small, FIRST, LAST, market.large)


@finding(
    "risks.august_2025_rank",
    "Place of August 2025 among the Augusts of {small} since 2010",
    "count",
    SMALL,
)
def august_2025_rank(market: Market) -> Measured:
    """Place of August 2025 among all Augusts since 2010, 1 for the best."""
    reason = null_reason(market, FIRST, LAST)
    table = augusts(market).set_index("year")["small"]
    if reason is None and 2025 not in table.index:
        reason = f"{market.small} has no complete August 2025"
    if reason is not None:
        raise DataError(reason)
    return Measured(
        float((table > table[2025]).sum() + 1),
        None,
        pd.DatetimeIndex([f"{table.index.min()}-08-01", LAST]),
        method="1 is the highest total return",
        n=len(table),
    )


@finding(
    "risks.august_effect",
    "Mean August of {small} less its mean other month, since 2010, without 2025's August",
    "percentage points",
    SMALL,
)
def august_effect(market: Market) -> Measured:
    """Mean of the other Augusts against the other months: is August a good month at all?"""
    from scipy.stats import ttest_ind

    values = monthly(market, market.small)
    august = (values.index.month == AUGUST) & (values.index.year != 2025)
    a, b = values[august], values[values.index.month != AUGUST]
    if len(a) < 5:
        raise DataError(f"the history up to the end holds {len(a)} Augusts; five are needed.")
    ends = ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    interval = Interval(float(ends.low), float(ends.high), 0.95, "Welch t interval")
    dates = values.index.to_timestamp(how="end").normalize()
    return Measured(float(a.mean() - b.mean()), interval, dates, n=len(a))


@finding(
    "risks.since_august_2025",
    "{small} minus {large} since the end of August 2025",
    "percentage points",
    PAIR,
)
def since_august_2025(market: Market) -> Measured:
    """The relative return from the end of that August to the end of the window."""
    if market.end <= LAST:
        raise DataError(f"the window ends on {market.end.date()}, before September 2025")
    return window_return(market, market.small, LAST, market.end, market.large)


def specifications(market: Market) -> list[Specification]:
    """August 2025 measured on other funds, relative, and by price."""
    small, large, tech = market.small, market.large, market.tech
    pairs: list[tuple[str, str, str | None]] = [
        (small, small, None),
        ("IJR", "IJR", None),
        ("IWN", "IWN", None),
        ("IWO", "IWO", None),
        (f"{small} − {large}", small, large),
        (f"{small} − {tech}", small, tech),
        (f"{small} − RSP", small, "RSP"),
        ("IJR − SPY", "IJR", "SPY"),
    ]
    facts = [
        (label, window_fact(market, "risks.august", label, symbol, FIRST, LAST, minus))
        for label, symbol, minus in pairs
        if symbol != minus
    ]
    made = [
        Specification(
            label=label,
            value=fact.value,
            unit=fact.unit,
            part="month" if fact.unit == "fraction" else "",
        )
        for label, fact in facts
    ]
    index = market.price_returns["^RUT"]
    month = index[(index.index > FIRST) & (index.index <= LAST)]
    whole = null_reason(market, FIRST, LAST) is None and month.notna().all()
    value = float((1 + month).prod() - 1) if whole else None
    made.append(
        Specification(label="Index price: ^RUT", value=value, unit="fraction", part="month")
    )
    return made
