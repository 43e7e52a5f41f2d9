"""Do returns of small industrials follow spending and orders? Only with what had been published.

A predictor enters at the month end by which it was public. In-sample correlations are shown
beside the limit that chance alone reaches; the verdict rests on forecasts out of sample.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from ....errors import DataError
from ....findings import SEED
from ....market import Market
from ....stats.bootstrap import Array, stationary_indices
from ....stats.effort import capped
from ....stats.months import month_ends as last_of_months
from ....stats.months import monthly_sums, months_before
from ....stats.multiple import romano_wolf
from ....stats.prediction import MINIMUM_FORECASTS, lead_lag
from ....studies.declared import Measured, finding
from .spending import series
from .terms import DEFLATOR, LEAD_MONTHS, ORDERS, SPENDING

OUTCOMES = {
    "PSCI − IJR": ("PSCI", "IJR"),
    "PSCI − SPY": ("PSCI", "SPY"),
    "AIRR − XLI": ("AIRR", "XLI"),
}
#: Name → (series, months of growth, deflated).
PREDICTORS = {
    "spending, 3 months": (SPENDING, 3, False),
    "spending, 12 months": (SPENDING, 12, False),
    "deflated spending, 12 months": (SPENDING, 12, True),
    "orders, 3 months": (ORDERS, 3, False),
    "orders, 12 months": (ORDERS, 12, False),
}
MIN_TRAIN = 60
#: Months of outcomes under which a profile of correlations is not drawn.
PROFILE_MONTHS = 48
DRAWS = 999
COLUMNS = ["outcome", "predictor", "horizon", "oos_r2", "clark_west", "p", "p_family", "n"]


def horizons(lead_months: int = LEAD_MONTHS) -> tuple[int, ...]:
    """Leads tried, in months: 1, 3, 6, 12, 24 as far as the longest, and the longest.

    Args:
        lead_months: the longest lead.
    """
    return tuple(sorted({h for h in (1, 3, 6, 12, 24) if h <= lead_months} | {lead_months}))


def month_ends(market: Market) -> pd.DatetimeIndex:
    """Last session of each complete calendar month of the window."""
    ends = last_of_months(market.sessions)
    return ends if _next_session(market.end).month != market.end.month else ends[:-1]


@lru_cache(maxsize=8)
def _next_session(day: pd.Timestamp) -> pd.Timestamp:
    """The next weekday that is not one of the two holidays which can end a month."""
    from pandas.tseries.holiday import AbstractHolidayCalendar, GoodFriday, USMemorialDay
    from pandas.tseries.offsets import CustomBusinessDay

    calendar = AbstractHolidayCalendar(rules=[GoodFriday, USMemorialDay])
    closed = calendar.holidays(day, day + pd.DateOffset(days=10))
    return pd.Timestamp(day + CustomBusinessDay(holidays=list(closed)))


def monthly_relative(market: Market, a: str, b: str) -> pd.Series:
    """Log total return of ``a`` minus that of ``b`` by complete month, at its last session.

    Months in which either fund lacks a daily return, and the first month of a window that does
    not begin with it, are left out.
    """
    left, right = (np.log1p(market.total_returns[fund]) for fund in (a, b))
    values = monthly_sums(left - right).iloc[: len(month_ends(market))]
    if market.base.to_period("M") == market.start.to_period("M"):
        values = values.iloc[1:]
    return values.dropna().rename(f"{a} − {b}").rename_axis("date")


def known_growth(
    market: Market, series_id: str, months: int, *, deflated: bool, dates: pd.DatetimeIndex
) -> pd.Series:
    """Log growth over ``months`` of the newest observation public by each date; NaN before any.

    Values are those of the latest vintage; only the dates of publication are as they were.

    Args:
        series_id: a monthly series.
        months: of growth.
        deflated: divided by the price index known then.
        dates: on which one wants to know.
    """
    rows = _public_growth(market, series_id, months, deflated)
    if rows.empty:
        return pd.Series(np.nan, index=dates)
    at = pd.DatetimeIndex(rows.index).searchsorted(dates, side="right")
    return pd.Series(np.r_[np.nan, rows.to_numpy()][at], index=dates)


@lru_cache(maxsize=16)
def _public_growth(market: Market, series_id: str, months: int, deflated: bool) -> pd.Series:
    """Log growth by the day on which it was published."""
    values = np.log(series(market, series_id, deflated=deflated))
    if values.empty:
        return values
    growth = (values - months_before(values, months)).dropna()
    public = _published(market, series_id, growth.index, deflated)
    rows = pd.Series(growth.to_numpy(), index=public)
    # Two months published on one day (after a shutdown): the later observation counts.
    rows = rows[rows.index.notna()].sort_index(kind="stable")
    return rows[~rows.index.duplicated(keep="last")]


def _published(
    market: Market, series_id: str, months: pd.DatetimeIndex, deflated: bool
) -> pd.DatetimeIndex:
    days = market.catalog.published(series_id, months)
    if not deflated:
        return days
    prices = market.catalog.published(DEFLATOR, months)
    return pd.DatetimeIndex(np.where(prices > days, prices, days))


@lru_cache(maxsize=4)
def table(market: Market, lead_months: int = LEAD_MONTHS) -> pd.DataFrame:
    """Every try: each outcome, predictor and lead, forecast out of sample.

    Columns: ``outcome``, ``predictor``, ``horizon`` (months), ``oos_r2`` (against the historical
    mean), ``clark_west``, ``p`` (alone), ``p_family`` (Romano–Wolf over all rows), ``n``
    (forecasts). Empty when no outcome has months enough.

    Args:
        lead_months: the longest lead.
    """
    longest = max(horizons(lead_months))
    rows: list[tuple[object, ...]] = []
    nulls: list[Array] = []
    for outcome, (a, b) in OUTCOMES.items():
        y = monthly_relative(market, a, b)
        for name, (series_id, months, deflated) in PREDICTORS.items():
            index = pd.DatetimeIndex(y.index)
            x = known_growth(market, series_id, months, deflated=deflated, dates=index)
            if x.isna().any():
                continue
            for horizon in horizons(lead_months):
                if len(y) < MIN_TRAIN + 2 * horizon - 1 + MINIMUM_FORECASTS:
                    continue
                try:
                    # One block length for all, so that outcomes of one length share resamples.
                    found = lead_lag(y, x, horizon, min_train=MIN_TRAIN, block=longest, draws=DRAWS)
                except DataError:
                    continue
                rows.append(
                    (outcome, name, horizon, found.oos_r2, found.clark_west, found.p, found.n)
                )
                nulls.append(found.null)
    if not rows:
        return pd.DataFrame(columns=COLUMNS)
    made = pd.DataFrame(rows, columns=[c for c in COLUMNS if c != "p_family"])
    family = romano_wolf(
        made["clark_west"].to_numpy(),
        np.column_stack(nulls),
        [str(i) for i in made.index],
        alternative="greater",
    )
    return made.assign(p_family=family.table["p_adjusted"].to_numpy())[COLUMNS]


def profile(market: Market, lead_months: int = LEAD_MONTHS) -> pd.DataFrame:
    """Correlation of PSCI − IJR in a month with growth published so many months before.

    Returns:
        Index ``lead`` from −lead_months to lead_months: at 6, growth known six months before the
        return; at −6, growth known six months after it. Columns ``Spending``, ``Core orders``
        (12-month growth) and ``limit``: the size that the largest of all these correlations stays
        under in 95 % of resamples without a link. Empty when there are not months enough.
    """
    y = monthly_relative(market, *OUTCOMES["PSCI − IJR"])
    predictors = {"Spending": "deflated spending, 12 months", "Core orders": "orders, 12 months"}
    if len(y) < max(PROFILE_MONTHS, 3 * lead_months):
        return pd.DataFrame()
    leads = range(-lead_months, lead_months + 1)
    shifted, names = [], []
    for name, key in predictors.items():
        series_id, months, deflated = PREDICTORS[key]
        index = pd.DatetimeIndex(y.index)
        x = known_growth(market, series_id, months, deflated=deflated, dates=index)
        if x.isna().any():
            continue
        for lead in leads:
            shifted.append(x.shift(lead).to_numpy())
            names.append((name, lead))
    if not names:
        return pd.DataFrame()
    rows = stationary_indices(len(y), lead_months, DRAWS, SEED)
    values = y.to_numpy()
    found, largest = [], np.zeros(DRAWS)
    for x in shifted:
        ok = np.isfinite(x)
        found.append(float(_correlation(values[None, ok], x[ok])[0]))
        largest = np.maximum(largest, np.abs(_correlation(values[rows][:, ok], x[ok])))
    made = pd.Series(found, index=pd.MultiIndex.from_tuples(names, names=["series", "lead"]))
    wide = made.unstack("series")[[n for n in predictors if n in {s for s, _ in names}]]
    return wide.assign(limit=float(np.quantile(largest, 0.95))).rename_axis(columns=None)


def _correlation(y: Array, x: Array) -> Array:
    """Correlation of each row of ``y`` with ``x``."""
    left, right = y - y.mean(axis=1, keepdims=True), x - x.mean()
    return np.asarray(left @ right / np.sqrt((left**2).sum(axis=1) * (right**2).sum()))


_LED = ("PSCI", "IJR", "SPY", "AIRR", "XLI", SPENDING, ORDERS, DEFLATOR)


@finding(
    "reshoring_sectors.lead_best_r2", "Out-of-sample R² of the strongest lead", "fraction", _LED
)
@finding(
    "reshoring_sectors.lead_best_p", "Family-wise p-value of the strongest lead", "p-value", _LED
)
@finding("reshoring_sectors.lead_tried", "Leads tried", "count", _LED)
@finding(
    "reshoring_sectors.lead_helpful",
    "Leads that forecast better than the historical mean",
    "count",
    _LED,
)
def tries(market: Market) -> tuple[Measured, ...]:
    """The strongest lead out of sample, its family-wise p-value, how many were tried and helped."""
    tried = table(market)
    if tried.empty:
        least = MIN_TRAIN + MINIMUM_FORECASTS + 1
        raise DataError(f"under {least} complete months of returns are visible")
    best = strongest(tried)
    dates = monthly_relative(market, *OUTCOMES[str(best["outcome"])]).index
    how = (
        f"{best['outcome']} {best['horizon']} months ahead by {best['predictor']}: OLS on an "
        f"expanding window from {MIN_TRAIN} months, publication lags kept, latest vintages"
    )
    family = (
        f"Clark–West, Romano–Wolf step-down over {len(tried)} tries, {capped(DRAWS):,} stationary block "
        f"resamples of the outcomes, mean block {max(horizons())} months, seed {SEED}; tries of "
        "unlike length are resampled apart, which errs towards caution"
    )
    values = (
        (best["oos_r2"], how),
        (best["p_family"], f"{how}; {family}"),
        (len(tried), "3 outcomes, 5 predictors, leads of 1 to 12 months"),
        ((tried["oos_r2"] > 0).sum(), "out-of-sample R² above zero"),
    )
    return tuple(Measured(float(v), None, dates, text, int(best["n"])) for v, text in values)


def strongest(tried: pd.DataFrame) -> pd.Series:
    """The row with the largest Clark–West statistic, units as in :func:`table`.

    Args:
        tried: as made by :func:`table`, not empty and without a missing statistic.
    """
    return tried.loc[tried["clark_west"].astype(float).idxmax()]
