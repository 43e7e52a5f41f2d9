"""Factory construction, jobs, output and orders: levels, falls from the peak, changes since laws.

Monthly series are read by observation month and never filled; a deflated series has only the
months that both the series and the deflator have.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from ...findings import Finding, missing
from ...market import Market
from ...stats.months import months_before
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
    THEME,
    finding_id,
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


def findings(market: Market) -> list[Finding]:
    """Falls from the peak, the latest yearly change, and changes since the IIJA."""
    nominal, real = series(market, SPENDING), series(market, SPENDING, deflated=True)
    since = "last month over the month before the IIJA was signed (2021-10), minus 1"
    made = [
        _from_peak("construction_from_peak", "Factory construction against its peak", nominal),
        _from_peak(
            "construction_from_peak_real",
            "Deflated factory construction against its peak",
            real,
            deflated=True,
        ),
        _latest_year(real),
        _since_law(
            "construction_since_iija", "Factory construction since the IIJA", nominal, since
        ),
        _since_law(
            "construction_since_iija_real",
            "Deflated factory construction since the IIJA",
            real,
            f"{since}; {DEFLATED}",
            deflated=True,
        ),
    ]
    others = (
        ("jobs_since_iija", "Factory jobs since the IIJA", JOBS, False),
        ("output_since_iija", "Factory output since the IIJA", OUTPUT, False),
        ("orders_since_iija_real", "Deflated core orders since the IIJA", ORDERS, True),
    )
    for name, title, series_id, deflated in others:
        values = series(market, series_id, deflated=deflated)
        text = f"{since}; {DEFLATED}" if deflated else since
        made.append(_since_law(name, title, values, text, series_id, deflated=deflated))
    return made


def _ids(series_id: str, deflated: bool) -> tuple[str, ...]:
    return (series_id, DEFLATOR) if deflated else (series_id,)


def _from_peak(name: str, title: str, values: pd.Series, *, deflated: bool = False) -> Finding:
    ids = _ids(SPENDING, deflated)
    if values.empty:
        reason = "no observation of spending had been published by then"
        return missing(finding_id(name), title, unit="fraction", series=ids, reason=reason)
    peak = values.idxmax()
    text = (
        f"last observation over the highest since 2002-01 ({peak:%Y-%m}), minus 1; rank among the "
        "same distance in every month since 2010"
    )
    value = float(values.iloc[-1] / values.max() - 1)
    made = _fact(name, title, values, value, ids, peak, f"{text}; {DEFLATED}" if deflated else text)
    pool = (values / values.cummax() - 1).loc[SINCE:]
    rank = float((pool < value).mean()) if len(pool) else None
    return made.model_copy(update={"percentile": rank})


def _latest_year(real: pd.Series) -> Finding:
    name, title = "construction_12m_real", "Deflated factory construction over the latest 12 months"
    ids = _ids(SPENDING, True)
    changes = yearly_growth(real)
    if changes.empty or changes.index[-1] != real.index[-1]:
        reason = "fewer than 13 months of spending are visible"
        return missing(finding_id(name), title, unit="fraction", series=ids, reason=reason)
    value = float(changes.iloc[-1])
    # Windows since 2010: their base month is December 2009 or later.
    pool = changes.loc[SINCE + pd.DateOffset(months=11) :]
    first = real.index[-1] - pd.DateOffset(months=12)
    text = f"12-month change; rank among all 12-month changes since 2010; {DEFLATED}"
    made = _fact(name, title, real, value, ids, first, text)
    return made.model_copy(
        update={"percentile": float((pool < value).mean()) if len(pool) else None}
    )


def _since_law(
    name: str,
    title: str,
    values: pd.Series,
    method: str,
    series_id: str = SPENDING,
    *,
    deflated: bool = False,
) -> Finding:
    base = IIJA.month - pd.DateOffset(months=1)
    ids = _ids(series_id, deflated)
    if base not in values.index or values.index[-1] <= base:
        early = values.empty or values.index[-1] <= base
        reason = (
            "the visible data end before the IIJA was signed"
            if early
            else f"the data hold no value of {base:%Y-%m}, the month before the IIJA was signed"
        )
        return missing(finding_id(name), title, unit="fraction", series=ids, reason=reason)
    months = (values.index[-1].to_period("M") - base.to_period("M")).n
    value = float(values.iloc[-1] / values.loc[base] - 1)
    pool = yearly_growth(values, months).loc[SINCE + pd.DateOffset(months=months - 1) :]
    made = _fact(
        name,
        title,
        values,
        value,
        ids,
        base,
        f"{method}; rank among all changes over as many months since 2010",
    )
    return made.model_copy(update={"percentile": float((pool < value).mean())})


def _fact(
    name: str,
    title: str,
    values: pd.Series,
    value: float,
    ids: tuple[str, ...],
    base: pd.Timestamp,
    method: str,
) -> Finding:
    return Finding(
        id=finding_id(name),
        chapter=THEME,
        label=title,
        value=value,
        unit="fraction",
        method=method,
        n=int((values.index > base).sum()),
        start=base.date().isoformat(),
        end=values.index[-1].date().isoformat(),
        series=ids,
    )
