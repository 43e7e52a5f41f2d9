"""August 2025 beside every other month since 2010, and what came after it.

Calendar months use the whole history since 2010 up to the end, whatever the start, since a rank
among three Augusts would say nothing.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from ...errors import DataError
from ...findings import Finding, Specification, missing, tendency
from ...market import Market
from ...stats.bootstrap import Interval
from ..facts import null_reason, window_fact
from .common import guarded

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


def findings(market: Market) -> dict[str, Finding]:
    """Findings of this module by the last part of their id."""
    small, large = market.small, market.large
    made = [
        window_fact(market, "risks.august_2025", f"{small} in August 2025", small, FIRST, LAST),
        window_fact(
            market, "risks.august_2025_relative", f"{small} minus {large} in August 2025",
            small, FIRST, LAST, large,
        ),
        _rank(market),
        _effect(market),
        _since(market),
    ]  # fmt: skip
    return {f.id.split(".")[1]: f for f in made}


def _rank(market: Market) -> Finding:
    """Place of August 2025 among all Augusts since 2010, 1 for the best."""
    label = f"Place of August 2025 among the Augusts of {market.small} since 2010"
    reason = null_reason(market, FIRST, LAST)
    table = augusts(market)
    if reason is None and 2025 not in set(table["year"]):
        reason = f"{market.small} has no complete August 2025"
    if reason is not None:
        return missing(
            "risks.august_2025_rank", label, unit="count", series=(market.small,), reason=reason
        )
    value = float(table.loc[table["year"] == 2025, "small"].iloc[0])
    return Finding(
        id="risks.august_2025_rank",
        chapter="risks",
        label=label,
        value=float((table["small"] > value).sum() + 1),
        unit="count",
        method="1 is the highest total return",
        n=len(table),
        start=f"{int(table['year'].min())}-08-01",
        end=LAST.date().isoformat(),
        series=(market.small,),
    )


def _effect(market: Market) -> Finding:
    """Mean of the other Augusts against the other months: is August a good month at all?"""
    label = f"Mean August of {market.small} less its mean other month, since 2010, without 2025's August"
    values = monthly(market, market.small)

    def compute() -> Finding:
        from scipy.stats import ttest_ind

        august = (values.index.month == AUGUST) & (values.index.year != 2025)
        others = values.index.month != AUGUST
        a, b = values[august], values[others]
        if len(a) < 5:
            raise DataError(f"the history up to the end holds {len(a)} Augusts; five are needed.")
        ends = ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
        interval = Interval(float(ends.low), float(ends.high), 0.95, "Welch t interval")
        dates = values.index.to_timestamp(how="end").normalize()
        return tendency(
            "risks.august_effect", label, float(a.mean() - b.mean()), interval, unit="percentage points",
            index=pd.DatetimeIndex(dates).as_unit("us"), series=(market.small,), n=len(a),
        )  # fmt: skip

    return guarded("risks.august_effect", label, "percentage points", (market.small,), compute)


def _since(market: Market) -> Finding:
    """The relative return from the end of that August to the end of the window."""
    label = f"{market.small} minus {market.large} since the end of August 2025"
    if market.end <= LAST:
        return missing(
            "risks.since_august_2025", label, unit="percentage points",
            series=(market.small, market.large),
            reason=f"the window ends on {market.end.date()}, before September 2025",
        )  # fmt: skip
    return window_fact(
        market, "risks.since_august_2025", label, market.small, LAST, market.end, market.large
    )


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
    made = [Specification(label=label, value=fact.value, unit=fact.unit) for label, fact in facts]
    index = market.price_returns["^RUT"]
    month = index[(index.index > FIRST) & (index.index <= LAST)]
    whole = null_reason(market, FIRST, LAST) is None and month.notna().all()
    value = float((1 + month).prod() - 1) if whole else None
    made.append(Specification(label="Index price: ^RUT", value=value, unit="fraction"))
    return made
