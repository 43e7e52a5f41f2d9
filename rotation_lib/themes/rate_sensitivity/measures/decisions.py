"""What small caps did on Federal Reserve decision days, by the decision and by its surprise.

A decision counts on the session that could react to it. Scheduled meetings only: an emergency
move answers a crisis, and its day shows the crisis.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from ....errors import DataError
from ....findings import SEED
from ....market import Market
from ....stats.bootstrap import Interval
from ....stats.effort import capped
from ....stats.eventstudy import placebo_distribution, placebo_p_value
from ....stats.regression import newey_west
from ....stats.returns import quoted_changes
from ....studies.declared import PAIR, Measured, finding
from .betas import TWO
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
    return np.asarray(quoted_changes(market.yields["DGS2"].dropna()).reindex(sessions))


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


@finding(
    "rate_sensitivity.cut_day_relative", "Mean relative return on scheduled cut days",
    "percentage points", PAIR, kind="cut",
)  # fmt: skip
@finding(
    "rate_sensitivity.hold_day_relative", "Mean relative return on scheduled hold days",
    "percentage points", PAIR, kind="hold",
)  # fmt: skip
@finding(
    "rate_sensitivity.hike_day_relative", "Mean relative return on scheduled hike days",
    "percentage points", PAIR, kind="hike",
)  # fmt: skip
def of_kind(market: Market, kind: str) -> Measured:
    """Mean relative return of the days of one kind of decision.

    Args:
        market: data and window.
        kind: of :data:`KINDS`.
    """
    rows = _of_kind(market, kind)
    values = rows["relative"]
    interval = mean_interval(values, f"scheduled {kind} days")
    alone = f"the only scheduled {kind} of the window: one day has no interval"
    dates = pd.DatetimeIndex(rows["date"])
    return Measured(float(values.mean()), interval, dates, "" if interval else alone)


def _of_kind(market: Market, kind: str) -> pd.DataFrame:
    days = decision_days(market)
    rows = days[days["kind"] == kind]
    if rows.empty:
        raise DataError(f"the window holds no scheduled {kind}")
    return rows


@finding(
    "rate_sensitivity.cut_day_p", "Placebo p-value of the mean on scheduled cut days",
    "p-value", PAIR, kind="cut",
)  # fmt: skip
@finding(
    "rate_sensitivity.hold_day_p", "Placebo p-value of the mean on scheduled hold days",
    "p-value", PAIR, kind="hold",
)  # fmt: skip
@finding(
    "rate_sensitivity.hike_day_p", "Placebo p-value of the mean on scheduled hike days",
    "p-value", PAIR, kind="hike",
)  # fmt: skip
def placebo(market: Market, kind: str) -> Measured:
    """How rarely as many random days have so large a mean.

    Args:
        market: data and window.
        kind: of :data:`KINDS`.
    """
    rows = _of_kind(market, kind)
    pool = market.sessions.difference(pd.DatetimeIndex(decision_days(market)["date"]))
    relative = market.total_returns[market.small] - market.total_returns[market.large]
    try:
        draws = placebo_distribution(relative, len(rows), 1, pool=pool, draws=DRAWS, seed=SEED)
    except DataError as error:
        raise DataError(str(error).rstrip(".")) from None
    return Measured(
        placebo_p_value(float(rows["relative"].mean()), draws),
        None,
        pd.DatetimeIndex(rows["date"]),
        f"two-sided, against {capped(DRAWS):,} sets of {len(rows)} random sessions without a "
        f"scheduled decision, seed {SEED}",
    )


@finding(
    "rate_sensitivity.surprise_beta",
    "Relative return per point of 2-year surprise on decision days, whole window",
    SLOPE_UNIT, TWO,
)  # fmt: skip
@finding(
    "rate_sensitivity.surprise_beta_before_2022",
    "Relative return per point of 2-year surprise on decision days, before 2022",
    SLOPE_UNIT, TWO, before=ERAS[MIDDLE_ERA],
)  # fmt: skip
@finding(
    "rate_sensitivity.surprise_beta_since_mid_2023",
    "Relative return per point of 2-year surprise on decision days, since mid-2023",
    SLOPE_UNIT, TWO, first=ERAS[LAST_ERA],
)  # fmt: skip
def surprise_slope(
    market: Market, first: pd.Timestamp | None = None, before: pd.Timestamp | None = None
) -> Measured:
    """Relative return of a decision day per point by which the 2-year yield moved on it.

    Args:
        market: data and window.
        first: day from which decisions count.
        before: day from which they no longer do.
    """
    rows = decision_days(market).dropna()
    if first is not None:
        rows = rows[rows["date"] >= first]
    if before is not None:
        rows = rows[rows["date"] < before]
    n = len(rows)
    if n < MINIMUM_DECISIONS:
        raise DataError(f"{n} scheduled decisions are too few, {MINIMUM_DECISIONS} are needed")
    indexed = rows.set_index("date")
    try:
        # Meetings are six weeks apart, so no lags; they are few, so HC3.
        result = newey_west(indexed["relative"], indexed["surprise"], 0, leverage=True)
    except DataError as error:
        raise DataError(str(error).rstrip(".")) from None
    return Measured(
        result.coefficient("surprise"),
        result.interval("surprise"),
        pd.DatetimeIndex(indexed.index),
        f"over scheduled decision days, {result.method}",
    )


@finding(
    "rate_sensitivity.dovish_surprise_relative",
    "Mean relative return on decision days on which the 2-year yield falls 5 bp or more",
    "percentage points", TWO, sign=-1,
)  # fmt: skip
@finding(
    "rate_sensitivity.hawkish_surprise_relative",
    "Mean relative return on decision days on which the 2-year yield rises 5 bp or more",
    "percentage points", TWO, sign=1,
)  # fmt: skip
def surprised(market: Market, sign: int) -> Measured:
    """Mean relative return on decision days whose surprise was at least :data:`SURPRISE`.

    Args:
        market: data and window.
        sign: of the surprise.
    """
    days = decision_days(market)
    rows = days[sign * days["surprise"] >= SURPRISE]
    if len(rows) < 2:
        raise DataError("fewer than two decision days of the window moved it that far")
    values = rows["relative"]
    interval = mean_interval(values, "decision days")
    return Measured(float(values.mean()), interval, pd.DatetimeIndex(rows["date"]))


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
        try:
            p = placebo(market, kind).value
        except DataError:
            p = np.nan
        ahead = float((values > 0).mean())
        rows.append((kind, float(values.mean()), low, high, len(values), ahead, p))
    columns = ["kind", "value", "low", "high", "decisions", "ahead", "p"]
    return pd.DataFrame(rows, columns=columns).astype({"p": float})
