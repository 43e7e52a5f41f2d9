"""What small caps did on Federal Reserve decision days, by the decision and by its surprise.

A decision counts on the session that could react to it. Scheduled meetings only: an emergency
move answers a crisis, and its day shows the crisis.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from ...errors import DataError
from ...findings import SEED, Finding, missing, tendency
from ...market import Market
from ...stats.bootstrap import Interval
from ...stats.effort import capped
from ...stats.eventstudy import placebo_distribution, placebo_p_value
from ...stats.regression import newey_west
from .betas import THEME
from .stability import ERAS, LAST_ERA, MIDDLE_ERA
from .weekly import SLOPE_UNIT

KINDS = ("cut", "hold", "hike")
DRAWS = 2000
#: Fewest decisions a slope on the surprise may rest on.
MINIMUM_DECISIONS = 20
#: Move of the 2-year yield that counts as a surprise, percentage points.
SURPRISE = 0.05


@lru_cache(maxsize=8)
def decision_days(market: Market) -> pd.DataFrame:
    """Scheduled decisions whose session lies in the window.

    Returns:
        One row a decision in order of time: ``date`` (session), ``kind`` (cut, hold, hike),
        ``change_bp``, ``relative`` (simple total return of small minus large), ``small``,
        ``surprise`` (change of the 2-year yield that day, percentage points; NaN if not quoted).
    """
    rows = market.decisions
    rows = rows[rows["scheduled"] & rows["reaction_session"].between(market.start, market.end)]
    sessions = pd.DatetimeIndex(rows["reaction_session"])
    change = rows["change_bp"].to_numpy()
    daily = market.total_returns.reindex(sessions)
    kind = np.select([change < 0, change > 0], ["cut", "hike"], "hold")
    return pd.DataFrame(
        {
            "date": sessions,
            "kind": pd.Series(kind, dtype="str"),
            "change_bp": change,
            "relative": (daily[market.small] - daily[market.large]).to_numpy(),
            "small": daily[market.small].to_numpy(),
            "surprise": _surprise(market, sessions),
        }
    )


def _surprise(market: Market, sessions: pd.DatetimeIndex) -> np.ndarray:
    if "DGS2" not in market.yields:
        return np.full(len(sessions), np.nan)
    return np.asarray(market.yields["DGS2"].dropna().diff().reindex(sessions))


def mean_interval(values: pd.Series, what: str) -> Interval | None:
    """t interval of the mean of independent events; ``None`` under two of them.

    Args:
        values: one a date, none missing.
        what: the dates in words, for the method.
    """
    from scipy.special import stdtrit

    n = len(values)
    if n < 2:
        return None
    half = float(stdtrit(n - 1, 0.975) * values.std(ddof=1) / np.sqrt(n))
    mean = float(values.mean())
    return Interval(mean - half, mean + half, 0.95, f"mean and t interval over {n} {what}")


def findings(market: Market) -> list[Finding]:
    """Mean relative return by kind of decision with placebo p-values, then the surprises."""
    days = decision_days(market)
    out = [_kind_mean(market, days, kind) for kind in KINDS]
    out += [_placebo_p(market, days, kind) for kind in KINDS]
    out += [
        _surprise_slope(market, days, "surprise_beta", "whole window", None, None),
        _surprise_slope(
            market, days, "surprise_beta_before_2022", "before 2022", None, ERAS[MIDDLE_ERA]
        ),
        _surprise_slope(
            market, days, "surprise_beta_since_mid_2023", LAST_ERA, ERAS[LAST_ERA], None
        ),
        _side(market, days, "dovish", days["surprise"] <= -SURPRISE + 1e-9, "falls"),
        _side(market, days, "hawkish", days["surprise"] >= SURPRISE - 1e-9, "rises"),
    ]
    return out


def summary(market: Market) -> pd.DataFrame:
    """Cuts, holds and hikes, one row each.

    Columns ``kind``, ``value``, ``low``, ``high`` (mean relative return of the day and its 95 % t
    interval, fractions; NaN bounds for one day), ``decisions`` (count), ``ahead`` (share of days
    above zero) and ``p`` (placebo).
    """
    days = decision_days(market)
    rows = []
    for kind in KINDS:
        values = days.loc[days["kind"] == kind, "relative"]
        if values.empty:
            continue
        interval = mean_interval(values, "days")
        low, high = (interval.low, interval.high) if interval else (np.nan, np.nan)
        p = _placebo_p(market, days, kind).value
        ahead = float((values > 0).mean())
        rows.append((kind, float(values.mean()), low, high, len(values), ahead, p))
    columns = ["kind", "value", "low", "high", "decisions", "ahead", "p"]
    return pd.DataFrame(rows, columns=columns).astype({"p": float})


def _kind_mean(market: Market, days: pd.DataFrame, kind: str) -> Finding:
    id = f"{THEME}.{kind}_day_relative"
    label = f"Mean relative return on scheduled {kind} days"
    series = (market.small, market.large)
    rows = days[days["kind"] == kind]
    if rows.empty:
        return missing(
            id,
            label,
            unit="percentage points",
            series=series,
            reason=f"the window holds no scheduled {kind}",
        )
    values = rows["relative"]
    interval = mean_interval(values, f"scheduled {kind} days")
    return tendency(
        id,
        label,
        float(values.mean()),
        interval,
        unit="percentage points",
        index=pd.DatetimeIndex(rows["date"]),
        series=series,
        method=""
        if interval
        else f"the only scheduled {kind} of the window: one day has no interval",
    )


def _placebo_p(market: Market, days: pd.DataFrame, kind: str) -> Finding:
    id = f"{THEME}.{kind}_day_p"
    label = f"Placebo p-value of the mean on scheduled {kind} days"
    series = (market.small, market.large)
    rows = days[days["kind"] == kind]
    if rows.empty:
        return missing(
            id, label, unit="p-value", series=series, reason=f"the window holds no scheduled {kind}"
        )
    pool = market.sessions.difference(pd.DatetimeIndex(days["date"]))
    try:
        p = _p(market, len(rows), float(rows["relative"].mean()), pool)
    except DataError as error:
        return missing(id, label, unit="p-value", series=series, reason=str(error).rstrip("."))
    return tendency(
        id,
        label,
        p,
        None,
        unit="p-value",
        index=pd.DatetimeIndex(rows["date"]),
        series=series,
        method=(
            f"two-sided, against {capped(DRAWS):,} sets of {len(rows)} random sessions without a scheduled "
            f"decision, seed {SEED}"
        ),
    )


def _p(market: Market, n: int, observed: float, pool: pd.DatetimeIndex) -> float:
    relative = market.total_returns[market.small] - market.total_returns[market.large]
    draws = placebo_distribution(relative, n, 1, pool=pool, draws=DRAWS, seed=SEED)
    return placebo_p_value(observed, draws)


def _surprise_slope(
    market: Market,
    days: pd.DataFrame,
    name: str,
    words: str,
    first: pd.Timestamp | None,
    before: pd.Timestamp | None,
) -> Finding:
    id = f"{THEME}.{name}"
    label = f"Relative return per point of 2-year surprise on decision days, {words}"
    series = (market.small, market.large, "DGS2")
    rows = days.dropna()
    if first is not None:
        rows = rows[rows["date"] >= first]
    if before is not None:
        rows = rows[rows["date"] < before]
    n = len(rows)
    if n < MINIMUM_DECISIONS:
        reason = f"{n} scheduled decisions are too few, {MINIMUM_DECISIONS} are needed"
        return missing(id, label, unit=SLOPE_UNIT, series=series, reason=reason)
    indexed = rows.set_index("date")
    try:
        # Meetings are six weeks apart: no lags, which gives White's standard errors.
        result = newey_west(indexed["relative"], indexed["surprise"], 0)
    except DataError as error:
        return missing(id, label, unit=SLOPE_UNIT, series=series, reason=str(error).rstrip("."))
    return tendency(
        id,
        label,
        result.coefficient("surprise"),
        result.interval("surprise"),
        unit=SLOPE_UNIT,
        index=pd.DatetimeIndex(indexed.index),
        series=series,
        method="OLS over scheduled decision days, White standard errors",
    )


def _side(market: Market, days: pd.DataFrame, side: str, flags: pd.Series, verb: str) -> Finding:
    id = f"{THEME}.{side}_surprise_relative"
    label = f"Mean relative return on decision days on which the 2-year yield {verb} 5 bp or more"
    series = (market.small, market.large, "DGS2")
    rows = days[flags]
    if len(rows) < 2:
        return missing(
            id,
            label,
            unit="percentage points",
            series=series,
            reason="fewer than two decision days of the window moved it that far",
        )
    return tendency(
        id,
        label,
        float(rows["relative"].mean()),
        mean_interval(rows["relative"], "decision days"),
        unit="percentage points",
        index=pd.DatetimeIndex(rows["date"]),
        series=series,
    )
