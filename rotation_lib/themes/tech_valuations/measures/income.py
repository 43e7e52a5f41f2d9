"""What the seven earn together, and how much that is beside all US corporations.

Net income as filed, by fiscal year; a year counts once all seven have reported it.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from ....errors import DataError
from ....market import Market
from ....studies.declared import Measured, finding
from .basket import SEVEN
from .earnings import BASE_YEAR, adjusted_eps


def net_income(market: Market) -> pd.DataFrame:
    """Net income of the seven by fiscal year, unit: billions of dollars, companies as columns.

    Only years that all seven have reported are rows; index ``year``.
    """
    return _net_income(market).copy(deep=False)  # a caller's changes stay its own


@lru_cache(maxsize=4)
def _net_income(market: Market) -> pd.DataFrame:
    table = adjusted_eps(market)
    if table.empty:
        return pd.DataFrame()
    wide = table.pivot(index="year", columns="ticker", values="net_income") / 1e9
    return wide.dropna() if set(SEVEN) <= set(wide.columns) else wide.iloc[:0]


def profit_share(market: Market) -> pd.Series:
    """Net income of the seven over US corporate profits after tax (CP) of the calendar year.

    Fractions by year, for calendar years with four quarters of CP. The seven earn abroad too, and
    their fiscal years differ, so this is a scale and not a share in the strict sense.
    """
    income = net_income(market)
    if income.empty or not market.has_macro("CP"):
        return pd.Series(dtype=float)
    profits = market.macro("CP")
    by_year = profits.groupby(profits.index.year).agg(["mean", "size"])
    whole = by_year.loc[by_year["size"] == 4, "mean"]
    return (income.sum(axis=1) / whole).dropna().rename_axis("year")


def _income_years(market: Market) -> list[int]:
    """Fiscal years from the base year on of which the income is known; empty where under two."""
    table = net_income(market)
    years = [int(y) for y in table.index if y >= BASE_YEAR]
    return years if len(years) >= 2 and table.loc[years[0]].sum() > 0 else []


def _income_span(market: Market) -> dict[str, str]:
    years = _income_years(market)
    return {"span": f", {years[0]} to {years[-1]}" if years else ""}


@finding(
    "tech_valuations.net_income_growth",
    "Combined net income of the seven, growth{span}",
    "percent a year",
    SEVEN,
    _income_span,
)
def income_growth(market: Market) -> Measured:
    """Yearly growth of what the seven earn together."""
    years = _income_years(market)
    if not years:
        raise DataError(
            f"filings of all seven for two fiscal years from {BASE_YEAR} on are not in the window"
        )
    totals = net_income(market).loc[years].sum(axis=1)
    return Measured(
        float((totals.iloc[-1] / totals.iloc[0]) ** (1 / (years[-1] - years[0])) - 1),
        None,
        pd.DatetimeIndex([f"{years[0]}-01-01", f"{years[-1]}-12-31"]),
        "sum of net income as filed, compound yearly growth; a realised figure",
        len(years),
        facts={"first_year": years[0], "last_year": years[-1]},
    )


def _share_year(market: Market) -> dict[str, str]:
    share = profit_share(market)
    return {"year": "" if share.empty else f", {share.index[-1]}"}


@finding(
    "tech_valuations.profit_share",
    "Net income of the seven relative to US corporate profits after tax{year}",
    "fraction",
    (*SEVEN, "CP"),
    _share_year,
)
def latest_profit_share(market: Market) -> Measured:
    """What the seven earn beside all US corporations in the newest year."""
    share = profit_share(market)
    if share.empty:
        raise DataError(
            "filings of all seven and four quarters of corporate profits are not both held"
        )
    return Measured(
        float(share.iloc[-1]),
        None,
        pd.DatetimeIndex([f"{share.index[0]}-12-31", f"{share.index[-1]}-12-31"]),
        "sum of fiscal-year net income over the calendar-year mean of CP; a scale, since "
        "the seven earn abroad too",
        len(share),
        facts={"year": int(share.index[-1])},
    )
