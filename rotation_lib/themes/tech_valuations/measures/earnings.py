"""Growth of the seven split into earnings and multiple, from the companies' own filings.

Per-share figures are put on today's share basis first. Where earnings are zero or negative
there is no multiple, and the company is left out rather than bent into the sum.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from ....errors import DataError
from ....findings import Specification
from ....market import Market
from ....stats.bootstrap import Array, Interval
from ....studies.declared import Measured, Names, finding
from .basket import SEVEN

#: First fiscal year of the long comparison: the last one before the pandemic.
BASE_YEAR = 2019
#: The last fiscal year before generative AI moved prices (ChatGPT appeared in November 2022).
AI_YEAR = 2022
#: Alphabet's class C shares stand in for class A: the price data hold no other.
PRICE_SYMBOL = {"GOOGL": "GOOG"}
#: Fiscal years whose income holds a large item that will not recur, as the reports describe it.
ONE_OFFS = {
    ("AAPL", 2024): "charge for the European state-aid ruling",
    ("AMZN", 2022): "loss on the Rivian holding",
    ("GOOGL", 2017): "charge for the 2017 US tax law",
    ("META", 2025): "non-cash charge for the 2025 US tax law",
    ("MSFT", 2018): "charge for the 2017 US tax law",
    ("TSLA", 2023): "release of a tax valuation allowance",
}
_HALF_CENT = 0.005
#: Above this the rounding to cents hides too much, and income over shares is used instead.
_COARSE = 0.01
_MINIMUM_COMPANIES = 3


@lru_cache(maxsize=4)
def adjusted_eps(market: Market) -> pd.DataFrame:
    """Annual diluted earnings per share of the seven on today's share basis.

    Filings restate some earlier years for later splits and not others. The basis of a row follows
    from the shares it implies (net income over EPS, or the diluted shares filed): of the products
    of splits after the year's end, the one that brings them nearest to the next year's is taken.

    Returns:
        One row a filed year: ``ticker, year`` (fiscal year, by the calendar year it mostly covers),
        ``end, eps, filed, factor, net_income, one_off`` (text or empty). ``net_income`` is NaN
        where it was not found. Sorted by ticker and year; may be empty.
    """
    facts = market.fundamentals
    annual = facts[facts["period"] == "annual"]
    table = annual.pivot(index=["ticker", "end"], columns="item", values="value")
    filed = table.reindex(columns=["eps", "netIncome", "dilutedShares"]).to_numpy(dtype=float)
    tickers = table.index.get_level_values("ticker").to_numpy(dtype=object)
    ends = pd.DatetimeIndex(table.index.get_level_values("end"))
    splits = market.splits.sort_values("date")
    owners = splits["ticker"].to_numpy(dtype=object)
    dates, ratios = splits["date"].to_numpy(), splits["ratio"].to_numpy(dtype=float)
    rows: list[tuple[object, ...]] = []
    for ticker in sorted(SEVEN):
        at, own = tickers == ticker, owners == ticker
        rows += _one_basis(ticker, ends[at], filed[at], dates[own], ratios[own])
    names = ["ticker", "year", "end", "eps", "filed", "factor", "net_income", "one_off"]
    return pd.DataFrame(rows, columns=names)


def _one_basis(
    ticker: str,
    ends: pd.DatetimeIndex,
    filed: Array,
    dates: npt.NDArray[np.datetime64],
    ratios: Array,
) -> list[tuple[object, ...]]:
    """One company's years in order, newest first while the basis is inferred.

    Args:
        ends: of its fiscal years, in order.
        filed: EPS, net income and diluted shares of each.
        dates, ratios: of its splits, in order.
    """
    later, factor = np.nan, 1.0
    made: list[tuple[object, ...]] = []
    for end, (eps, income, diluted) in zip(ends[::-1], filed[::-1], strict=True):
        shares = income / eps if eps else np.nan
        shares = diluted if not np.isfinite(shares) else shares
        following = ratios[dates > end.to_datetime64()]
        candidates = np.concatenate([[1.0], np.cumprod(following[::-1])])
        if np.isfinite(shares) and np.isfinite(later):
            distance = np.abs(np.log(candidates * shares / later))
            factor = float(candidates[int(np.argmin(distance))])
        # Without shares of its own a year keeps the basis of the year after it.
        if np.isfinite(shares):
            later = shares * factor
        year = (end - pd.Timedelta(days=45)).year
        adjusted, one_off = precise_eps(eps, income, diluted) / factor, ONE_OFFS.get((ticker, year))
        made.append((ticker, year, end, adjusted, eps, factor, income, one_off or ""))
    return made[::-1]


def precise_eps(eps: float, income: float, shares: float) -> float:
    """EPS as filed, or income over shares where cents are too coarse and both say the same.

    Args:
        eps: as filed, rounded to cents.
        income, shares: of the same year; NaN keeps ``eps``.
    """
    if not np.isfinite(income) or not np.isfinite(shares) or _COARSE * abs(eps) >= _HALF_CENT:
        return eps
    exact = income / shares
    return exact if abs(exact - eps) <= _HALF_CENT else eps


@lru_cache(maxsize=4)
def yearly(market: Market) -> pd.DataFrame:
    """Price, earnings and multiple of each company at its fiscal year ends, as logarithms.

    Returns:
        The rows of :func:`adjusted_eps` from the first close with price returns on and inside the
        window, with ``log_price`` (0 at the first close that the price data hold), ``log_eps`` and
        ``log_multiple`` = the first minus the second; both NaN where EPS is not above zero.
    """
    table = adjusted_eps(market)
    table = table[(table["end"] >= market.base) & (table["end"] <= market.end)].copy()
    prices = np.full(len(table), np.nan)
    owners, ends = table["ticker"].to_numpy(dtype=object), pd.DatetimeIndex(table["end"])
    for ticker in SEVEN:
        own = owners == ticker
        prices[own] = _log_price(_log_prices(market, ticker), ends[own])
    table["log_price"] = prices
    eps = table["eps"].astype(float)
    table["log_eps"] = np.log(eps.where(eps > 0))
    table["log_multiple"] = table["log_price"] - table["log_eps"]
    return table.dropna(subset=["log_price"]).reset_index(drop=True)


def _log_prices(market: Market, ticker: str) -> pd.Series:
    """Log price at each close, relative to the first close held; empty without price data."""
    symbol = PRICE_SYMBOL.get(ticker, ticker)
    if symbol not in market.price_history.columns:
        return pd.Series(dtype=float, index=pd.DatetimeIndex([]))
    return np.log1p(market.price_history[symbol].dropna()).cumsum()


def _log_price(path: pd.Series, days: pd.DatetimeIndex) -> Array:
    """The log price at the last close on or before each of ``days``; NaN outside the data."""
    if path.empty:
        return np.full(len(days), np.nan)
    inside = (days >= path.index[0] - pd.Timedelta(days=4)) & (days <= path.index[-1])
    at = path.index.searchsorted(days, side="right")
    return np.where(inside, np.append(0.0, path.to_numpy())[at], np.nan)


@lru_cache(maxsize=4)
def last_common_year(market: Market) -> int | None:
    """The newest fiscal year that every company of the window's filings has ended."""
    table = yearly(market)
    newest = table.groupby("ticker")["year"].max()
    return int(newest.min()) if len(newest) else None


def decomposition(market: Market, base_year: int, last_year: int | None = None) -> pd.DataFrame:
    """Log price change between two fiscal year ends = log EPS change + log multiple change.

    Args:
        base_year: first fiscal year end.
        last_year: second, by default the newest common one.

    Returns:
        One row a company with prices at both ends: ``ticker, first, last`` (year ends), ``price,
        eps, multiple`` (log points; the last two NaN where EPS is not above zero at an end) and
        ``one_off``, the text of a one-off at either end. May be empty.
    """
    last_year = last_common_year(market) if last_year is None else last_year
    columns = ["ticker", "first", "last", "price", "eps", "multiple", "one_off"]
    if last_year is None or last_year <= base_year:
        return pd.DataFrame(columns=columns)
    held = {(row["ticker"], row["year"]): row for row in yearly(market).to_dict("records")}
    rows = []
    for ticker in SEVEN:
        a, b = held.get((ticker, base_year)), held.get((ticker, last_year))
        if a is None or b is None:
            continue
        change = [b[name] - a[name] for name in ("log_price", "log_eps", "log_multiple")]
        notes = [
            f"FY{y}: {r['one_off']}" for y, r in ((base_year, a), (last_year, b)) if r["one_off"]
        ]
        rows.append((ticker, a["end"], b["end"], *change, "; ".join(notes)))
    return pd.DataFrame(rows, columns=columns)


def _newest_since(base: int) -> Names:
    """The year that a comparison from ``base`` runs to, in words."""

    def names(market: Market) -> dict[str, str]:
        last = last_common_year(market)
        return {"newest": str(last) if last and last > base else "the newest year"}

    return names


@finding(
    "tech_valuations.multiple_change_since_2019",
    "Mean log change of the seven's price-earnings multiple, fiscal 2019 to {newest}",
    "log change",
    SEVEN,
    _newest_since(BASE_YEAR),
    year=BASE_YEAR,
    kind="multiple",
)
@finding(
    "tech_valuations.eps_change_since_2019",
    "Mean log change of the seven's earnings per share, fiscal 2019 to {newest}",
    "log change",
    SEVEN,
    _newest_since(BASE_YEAR),
    year=BASE_YEAR,
    kind="eps",
)
@finding(
    "tech_valuations.multiple_change_since_2022",
    "Mean log change of the seven's price-earnings multiple, fiscal 2022 to {newest}",
    "log change",
    SEVEN,
    _newest_since(AI_YEAR),
    year=AI_YEAR,
    kind="multiple",
)
@finding(
    "tech_valuations.eps_change_since_2022",
    "Mean log change of the seven's earnings per share, fiscal 2022 to {newest}",
    "log change",
    SEVEN,
    _newest_since(AI_YEAR),
    year=AI_YEAR,
    kind="eps",
)
def mean_change(market: Market, year: int, kind: str) -> Measured:
    """Mean log change of one side of the seven's growth.

    Args:
        market: data and window.
        year: first fiscal year.
        kind: "eps" or "multiple".
    """
    last = last_common_year(market)
    table = decomposition(market, year)
    values = table.dropna(subset=["multiple"]) if len(table) else table
    if len(values) < _MINIMUM_COMPANIES:
        raise DataError(
            f"prices and earnings above zero at both ends are held for {len(values)} of the "
            f"seven; {_MINIMUM_COMPANIES} are needed"
        )
    return Measured(
        float(values[kind].mean()),
        across(values[kind]),
        pd.DatetimeIndex([values["first"].min(), values["last"].max()]),
        n=len(values),
        facts={} if last is None else {"first_year": year, "last_year": last},
        series=tuple(PRICE_SYMBOL.get(t, t) for t in values["ticker"]),
    )


def across(values: pd.Series) -> Interval:
    """Student-t interval of a mean across companies (n ≥ 3 values, NaN refused)."""
    from scipy.special import stdtrit

    x = values.to_numpy(dtype=float)
    half = float(stdtrit(len(x) - 1, 0.975) * x.std(ddof=1) / np.sqrt(len(x)))
    text = f"t interval of the mean across {len(x)} companies"
    return Interval(float(x.mean()) - half, float(x.mean()) + half, 0.95, text)


def specifications(market: Market) -> list[Specification]:
    """Mean and median change of the multiple from every base year, with and without Tesla."""
    last = last_common_year(market)
    made = []
    for base in range(2016, last or 2016):
        table = decomposition(market, base)
        values = table.dropna(subset=["multiple"]).set_index("ticker")["multiple"]
        label = f"multiple, fiscal {base} to {last}"
        known = len(values) >= _MINIMUM_COMPANIES
        bounds = across(values) if known else None
        made.append(
            Specification(
                label=f"mean {label}, {len(values)} companies",
                value=float(values.mean()) if known else None,
                low=bounds.low if bounds else None,
                high=bounds.high if bounds else None,
                unit="log change",
            )
        )
        made.append(
            Specification(
                label=f"median {label}, {len(values)} companies",
                value=float(values.median()) if known else None,
                unit="log change",
            )
        )
        if "TSLA" in values.index and len(values) > _MINIMUM_COMPANIES:
            rest = values.drop("TSLA")
            made.append(
                Specification(
                    label=f"mean {label}, without Tesla",
                    value=float(rest.mean()),
                    unit="log change",
                )
            )
    return made
