"""Do small caps lead the economy, financial conditions or the market? Judged out of sample.

Each outcome enters as it had been published by the month-end, so the trial knows no more than a
reader of the day, save for revisions. Every combination tried is counted and shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from ....errors import DataError
from ....findings import Specification
from ....market import Market
from ....stats import multiple, prediction
from ....stats.months import month_ends as last_of_months
from ....stats.months import monthly_sums
from ....studies.declared import PAIR, Measured, finding
from .breadth import correlation

LOOKBACKS = (1, 3, 12)
HORIZONS = (3, 6)
TRAIN = 60
#: An observation older than this at a month-end is stale: its series has ended or paused.
STALE_DAYS = 130
OUTCOMES = {
    "CFNAI": "Activity index (CFNAI)",
    "INDPRO": "Industrial production",
    "NFCI": "Financial conditions (NFCI)",
    "market": "Large-cap return",
}


def month_ends(market: Market) -> pd.DatetimeIndex:
    """Last session of every month since 2010 that is complete at ``end``."""
    sessions = pd.DatetimeIndex(market.history.index)
    last = last_of_months(sessions)
    every = pd.DatetimeIndex(market.dataset.total_returns.index)
    later = every[every.searchsorted(market.end, side="right") :]
    open_month = len(later) and later[0].to_period("M") == market.end.to_period("M")
    return last[:-1] if open_month else last


def known_at(market: Market, series_id: str, dates: pd.DatetimeIndex) -> pd.Series:
    """The newest observation published by each date, with its own date in the second level.

    Args:
        series_id: of the catalog.
        dates: in order.

    NaN where none is known or the newest is over 130 days old.
    """
    values = market.macro(series_id)
    released = pd.DatetimeIndex(market.catalog.published(series_id, pd.Series(values.index)))
    usable = ~pd.isna(released)
    observed = values.index.to_numpy()[usable]
    # What counts is the newest period known, even when an older one was published later.
    known_from = np.maximum.accumulate(released.to_numpy()[usable])
    at = known_from.searchsorted(dates.to_numpy(), side="right")
    found = np.append(np.nan, values.to_numpy(dtype=float)[usable])[at]
    dated = np.append(np.datetime64("NaT", "us"), observed)[at]
    stale = ~(dates.to_numpy() - dated <= np.timedelta64(STALE_DAYS, "D"))
    return pd.Series(np.where(stale, np.nan, found), index=dates)


def predictors(market: Market) -> pd.DataFrame:
    """Relative strength at month-ends: small over large, log return of the last 1, 3, 12 months.

    Rows: month-ends; columns: one a look-back; NaN until it is filled.
    """
    return _predictors(market).copy(deep=False)  # a caller's changes stay its own


@lru_cache(maxsize=4)
def _predictors(market: Market) -> pd.DataFrame:
    small, large = (np.log1p(market.history[fund]) for fund in (market.small, market.large))
    relative = _monthly((small - large).dropna())
    frame = pd.DataFrame({f"{k} months": relative.rolling(k).sum() for k in LOOKBACKS})
    ends = month_ends(market)
    return frame.reindex(ends.to_period("M")).set_axis(ends)


def outcomes(market: Market, horizon: int) -> pd.DataFrame:
    """What is to be foretold, as known at month-ends: moves over ``horizon`` months.

    CFNAI is itself a growth rate: its mean. INDPRO: log growth. NFCI: change. Market: log return of
    the large fund. Series that cannot be had are absent.
    """
    return _outcomes(market, horizon).copy(deep=False)


@lru_cache(maxsize=8)
def _outcomes(market: Market, horizon: int) -> pd.DataFrame:
    ends = month_ends(market)
    frame: dict[str, pd.Series] = {}
    for series_id in ("CFNAI", "INDPRO", "NFCI"):
        if not market.has_macro(series_id):
            continue
        level = known_at(market, series_id, ends)
        if series_id == "CFNAI":
            frame[series_id] = level.rolling(horizon).mean()
        else:
            frame[series_id] = (np.log(level) if series_id == "INDPRO" else level).diff(horizon)
    logs = np.log1p(market.history[market.large].dropna())
    monthly = _monthly(logs).rolling(horizon).sum()
    frame["market"] = monthly.reindex(ends.to_period("M")).set_axis(ends)
    return pd.DataFrame(frame)


def _monthly(daily: pd.Series) -> pd.Series:
    """Sums by month period."""
    sums = monthly_sums(daily)
    return sums.set_axis(pd.DatetimeIndex(sums.index).to_period("M"))


def sample(market: Market, horizon: int) -> pd.DataFrame:
    """Predictors and outcomes of one horizon on the longest unbroken run of months in the window.

    Rows: months; columns: predictors, then outcomes; no NaN.

    Args:
        horizon: months ahead.
    """
    frame = predictors(market).join(outcomes(market, horizon))
    frame = frame[frame.index >= market.start].dropna()
    if frame.empty:
        return frame
    month = frame.index.to_period("M").astype("int64")
    run = np.cumsum(np.r_[0, np.diff(month) != 1])
    longest = np.argmax(np.bincount(run))
    return frame[run == longest]


@dataclass(frozen=True)
class Barometer:
    """All tries.

    Attributes:
        table: one row a try: outcome, label, lookback (months), horizon (months), oos_r2, p,
            p_adjusted (family-wise), n (forecasts). dates: of the months used. method: one phrase.
    """

    table: pd.DataFrame
    dates: pd.DatetimeIndex
    method: str


def trial(market: Market) -> Barometer:
    """Every outcome, lookback and horizon, out of sample, with family-wise p-values.

    Raises:
        DataError: too few months for 60 training months and 12 forecasts.
    """
    frames = {h: sample(market, h) for h in HORIZONS}
    common = frames[HORIZONS[0]].index
    for frame in frames.values():
        common = common.intersection(frame.index)
    need = TRAIN + 2 * max(HORIZONS) + prediction.MINIMUM_FORECASTS
    if len(common) < need:
        raise DataError(
            f"the window holds {len(common)} months with every series known; {need} are needed."
        )
    tries, rows = [], []
    for horizon, frame in frames.items():
        part = frame.loc[common]
        for outcome in (c for c in OUTCOMES if c in part):
            for lookback in LOOKBACKS:
                # One block length and seed, so that all tries share their resamples.
                result = prediction.lead_lag(
                    part[outcome], part[f"{lookback} months"], horizon, min_train=TRAIN, block=12
                )
                tries.append(result)
                rows.append(
                    (outcome, OUTCOMES[outcome], lookback, horizon, result.oos_r2, result.n)
                )
    columns = ["outcome", "label", "lookback", "horizon", "oos_r2", "n"]
    table = pd.DataFrame(rows, columns=columns)
    names = [f"{r.outcome} {r.lookback} {r.horizon}" for r in table.itertuples()]
    family = multiple.romano_wolf(
        [t.clark_west for t in tries],
        np.column_stack([t.null for t in tries]),
        names,
        alternative="greater",
    )
    table["p"] = family.table["p"].to_numpy()
    table["p_adjusted"] = family.table["p_adjusted"].to_numpy()
    return Barometer(table, pd.DatetimeIndex(common), f"{family.method}; {tries[0].method}")


def trial_table(market: Market) -> pd.DataFrame | None:
    """The table of :func:`trial`, or ``None`` where there are too few months."""
    try:
        return trial(market).table
    except DataError:
        return None


_TRIED = (*PAIR, "CFNAI", "INDPRO", "NFCI")


@finding(
    "risks.barometer_best",
    "Best out-of-sample R² of all attempts to foretell from relative strength",
    "fraction",
    _TRIED,
)
@finding("risks.barometer_p", "Smallest family-wise p-value of those attempts", "p-value", _TRIED)
@finding(
    "risks.barometer_tries", "Combinations of outcome, look-back and horizon tried", "count", _TRIED
)
@finding(
    "risks.barometer_wins",
    "Combinations that beat the historical mean out of sample",
    "count",
    _TRIED,
)
def attempts(market: Market) -> tuple[Measured, ...]:
    """The best attempt, the smallest p-value, how many were made and how many helped."""
    tried = trial(market)
    share, p = tried.table["oos_r2"], tried.table["p_adjusted"]
    values = (share.max(), p.min(), len(share), (share > 0).sum())
    return tuple(Measured(float(v), None, tried.dates, tried.method) for v in values)


@finding(
    "risks.barometer_coincident",
    "Correlation of quarterly {small} over {large} with the same quarter's change in the NFCI",
    "correlation",
    (*PAIR, "NFCI"),
)
def coincident(market: Market) -> Measured:
    """Correlation with financial conditions over the SAME quarter: moving with, not ahead."""
    if not market.has_macro("NFCI"):
        raise DataError("the NFCI cannot be shown for these dates.")
    frame = predictors(market)[["3 months"]].join(outcomes(market, 3)[["NFCI"]])
    frame = frame[frame.index >= market.start].dropna().iloc[::-3].iloc[::-1]
    if len(frame) < 24:
        raise DataError(f"too few quarters ({len(frame)}) lie in the window; 24 are needed.")
    value, interval = correlation(frame)
    return Measured(value, interval, frame.index)


def specifications(market: Market) -> list[Specification]:
    """Every try with its out-of-sample R²; none where there are too few months."""
    table = trial_table(market)
    if table is None:
        return []
    return [
        Specification(
            label=f"{r.label}, {r.horizon} months ahead, from {r.lookback} months of relative strength",
            value=r.oos_r2,
            unit="fraction",
        )
        for r in table.itertuples()
    ]
