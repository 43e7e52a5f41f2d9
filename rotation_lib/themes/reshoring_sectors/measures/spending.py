"""Factory construction, jobs, output and orders: levels, falls from the peak, changes since laws.

Monthly series are read by observation month and never filled; a deflated series has only the
months that both the series and the deflator have.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from ....errors import DataError
from ....market import Market
from ....stats.months import months_before
from ....studies.declared import Measured, finding
from .terms import (
    DEFLATOR,
    IIJA,
    JOBS,
    LAWS,
    ORDERS,
    OUTPUT,
    SINCE,
    SPENDING,
    SPENDING_FROM,
)

REAL_SPENDING = "Factory construction, deflated"
NOMINAL_SPENDING = "Factory construction"
JOBS_NAME = "Factory jobs"
OUTPUT_NAME = "Factory output"
REAL_ORDERS = "Core orders, deflated"
DEFLATED = (
    f"divided by core consumer prices ({DEFLATOR}), since no construction-cost index may be "
    "embedded"
)
#: Months shown at least, however short the window.
SHOWN = 60


def series(market: Market, series_id: str, *, deflated: bool = False) -> pd.Series:
    """One monthly series up to ``end``, from 2002, empty where it may not be shown.

    Args:
        market: data and window.
        series_id: catalog id of a monthly series.
        deflated: in the consumer prices of its last month.

    Returns:
        Values by first day of the month observed; months that either series lacks are left out.
    """
    return _series(market, series_id, deflated).copy(deep=False)  # a caller's changes stay its own


@lru_cache(maxsize=32)
def _series(market: Market, series_id: str, deflated: bool) -> pd.Series:
    if not market.has_macro(series_id) or (deflated and not market.has_macro(DEFLATOR)):
        return pd.Series(dtype=float, index=pd.DatetimeIndex([], name="date"), name=series_id)
    values = market.macro(series_id).loc[SPENDING_FROM:].dropna()
    if not deflated:
        return values
    prices = market.macro(DEFLATOR).dropna()
    both = values.index.intersection(prices.index)
    if both.empty:
        return values.iloc[:0]
    return (values.loc[both] / prices.loc[both] * float(prices.loc[both[-1]])).rename(series_id)


def measures(market: Market) -> dict[str, pd.Series]:
    """The five series of the chapter by name, monthly levels; only those that have a value."""
    found = {
        REAL_SPENDING: series(market, SPENDING, deflated=True),
        NOMINAL_SPENDING: series(market, SPENDING),
        JOBS_NAME: series(market, JOBS),
        OUTPUT_NAME: series(market, OUTPUT),
        REAL_ORDERS: series(market, ORDERS, deflated=True),
    }
    return {name: values for name, values in found.items() if len(values)}


def last_month(market: Market) -> pd.Timestamp:
    """Newest month of any of the five series; the report's end where none is visible."""
    return max((s.index[-1] for s in measures(market).values()), default=market.end)


def shown_from(market: Market) -> pd.Timestamp:
    """First month that charts show: the window's first, or five years before its end."""
    months = pd.DateOffset(months=SHOWN)
    return pd.Timestamp(min(market.start, market.end - months)).replace(day=1)


def levels(market: Market) -> pd.DataFrame:
    """Spending in billion dollars at an annual rate: months × (nominal, deflated)."""
    nominal = series(market, SPENDING) / 1000
    real = series(market, SPENDING, deflated=True) / 1000
    table = pd.DataFrame({"Nominal": nominal, "Deflated": real}).loc[shown_from(market) :]
    return table.dropna(axis="columns", how="all").rename_axis("date")


def index_base(market: Market) -> pd.Timestamp:
    """Month set to 100: the one before the IIJA, or the first shown when that was not reached."""
    before = IIJA.month - pd.DateOffset(months=1)
    last = min((s.index[-1] for s in measures(market).values()), default=before)
    return pd.Timestamp(before if last >= before else shown_from(market))


def indexed(market: Market) -> pd.DataFrame:
    """Deflated spending, jobs, output and deflated orders as indices, 100 in :func:`index_base`.

    Rows: months; NaN where a series has no value.
    """
    base, table = index_base(market), {}
    for name, values in measures(market).items():
        if name != NOMINAL_SPENDING and base in values.index:
            table[name] = values / float(values.loc[base]) * 100
    shown = min(shown_from(market), base)
    return pd.DataFrame(table).loc[shown:].rename_axis("date")


def regimes(market: Market) -> pd.DataFrame:
    """Growth per year between policy steps.

    Returns:
        One row a series, column ``series`` and one column a stretch: continuously compounded
        growth per year as a fraction, NaN for stretches not begun or under three months long.
    """
    cuts = [SINCE, *(law.month for law in LAWS), None]
    names = ["Before the IIJA", "To CHIPS and IRA", "To the 2025 tariffs", "Since then"]
    rows = []
    for name, values in measures(market).items():
        row: dict[str, object] = {"series": name}
        for title, first, last in zip(names, cuts, cuts[1:], strict=False):
            row[title] = _growth(values, first, last)
        rows.append(row)
    return pd.DataFrame(rows, columns=["series", *names])


def _growth(values: pd.Series, first: pd.Timestamp | None, last: pd.Timestamp | None) -> float:
    part = values.loc[first:last]
    if len(part) < 4 or part.index[0] != first:
        return float("nan")
    years = (part.index[-1].to_period("M") - part.index[0].to_period("M")).n / 12
    return float(np.log(part.iloc[-1] / part.iloc[0]) / years)


def yearly_growth(values: pd.Series, months: int = 12) -> pd.Series:
    """Simple change over ``months`` calendar months; NaN where the earlier month is missing.

    Args:
        values: monthly levels.
    """
    return (values / months_before(values, months) - 1).dropna()


_SINCE = "last month over the month before the IIJA was signed (2021-10), minus 1"


@finding(
    "reshoring_sectors.construction_from_peak",
    "Factory construction against its peak",
    "fraction",
    (SPENDING,),
)
def from_peak(market: Market) -> Measured:
    """Last value over the highest since 2002."""
    return _from_peak(series(market, SPENDING))


@finding(
    "reshoring_sectors.construction_from_peak_real",
    "Deflated factory construction against its peak",
    "fraction",
    (SPENDING, DEFLATOR),
)
def from_peak_real(market: Market) -> Measured:
    """The same in the prices of the last month."""
    return _from_peak(series(market, SPENDING, deflated=True), f"; {DEFLATED}")


@finding(
    "reshoring_sectors.construction_12m_real",
    "Deflated factory construction over the latest 12 months",
    "fraction",
    (SPENDING, DEFLATOR),
)
def latest_year(market: Market) -> Measured:
    """Change over twelve months, if the last of them is held."""
    real = series(market, SPENDING, deflated=True)
    changes = yearly_growth(real)
    if changes.empty or changes.index[-1] != real.index[-1]:
        raise DataError("fewer than 13 months of spending are visible")
    # Windows since 2010: their base month is December 2009 or later.
    pool = changes.loc[SINCE + pd.DateOffset(months=11) :]
    text = f"12-month change; rank among all 12-month changes since 2010; {DEFLATED}"
    first = real.index[-1] - pd.DateOffset(months=12)
    return _fact(real, float(changes.iloc[-1]), pool, first, text)


@finding(
    "reshoring_sectors.construction_since_iija",
    "Factory construction since the IIJA",
    "fraction",
    (SPENDING,),
)
def construction_since(market: Market) -> Measured:
    """Spending as counted."""
    return _since_law(series(market, SPENDING), _SINCE)


@finding(
    "reshoring_sectors.construction_since_iija_real",
    "Deflated factory construction since the IIJA",
    "fraction",
    (SPENDING, DEFLATOR),
)
def construction_since_real(market: Market) -> Measured:
    """Spending in the prices of the last month."""
    return _since_law(series(market, SPENDING, deflated=True), f"{_SINCE}; {DEFLATED}")


@finding("reshoring_sectors.jobs_since_iija", "Factory jobs since the IIJA", "fraction", (JOBS,))
def jobs_since(market: Market) -> Measured:
    """People employed in factories."""
    return _since_law(series(market, JOBS), _SINCE)


@finding(
    "reshoring_sectors.output_since_iija", "Factory output since the IIJA", "fraction", (OUTPUT,)
)
def output_since(market: Market) -> Measured:
    """What factories make, by volume."""
    return _since_law(series(market, OUTPUT), _SINCE)


@finding(
    "reshoring_sectors.orders_since_iija_real",
    "Deflated core orders since the IIJA",
    "fraction",
    (ORDERS, DEFLATOR),
)
def orders_since_real(market: Market) -> Measured:
    """Orders for capital goods, in the prices of the last month."""
    return _since_law(series(market, ORDERS, deflated=True), f"{_SINCE}; {DEFLATED}")


def _from_peak(values: pd.Series, more: str = "") -> Measured:
    if values.empty:
        raise DataError("no observation of spending had been published by then")
    peak = values.idxmax()
    text = (
        f"last observation over the highest since 2002-01 ({peak:%Y-%m}), minus 1; rank among the "
        f"same distance in every month since 2010{more}"
    )
    pool = (values / values.cummax() - 1).loc[SINCE:]
    return _fact(values, float(values.iloc[-1] / values.max() - 1), pool, peak, text)


def _since_law(values: pd.Series, method: str) -> Measured:
    base = IIJA.month - pd.DateOffset(months=1)
    if values.empty or values.index[-1] <= base:
        raise DataError("the visible data end before the IIJA was signed")
    if base not in values.index:
        raise DataError(
            f"the data hold no value of {base:%Y-%m}, the month before the IIJA was signed"
        )
    months = (values.index[-1].to_period("M") - base.to_period("M")).n
    value = float(values.iloc[-1] / values.loc[base] - 1)
    pool = yearly_growth(values, months).loc[SINCE + pd.DateOffset(months=months - 1) :]
    text = f"{method}; rank among all changes over as many months since 2010"
    return _fact(values, value, pool, base, text)


def _fact(
    values: pd.Series, value: float, pool: pd.Series, base: pd.Timestamp, method: str
) -> Measured:
    return Measured(
        value,
        None,
        pd.DatetimeIndex([base, values.index[-1]]),
        method,
        int((values.index > base).sum()),
        float((pool < value).mean()) if len(pool) else None,
    )
