"""Calm and stormy markets, as they could be told at the time, and how small caps fared in each.

Probabilities are filtered. The state of a week is taken from the week before, so that no week is
sorted by its own return; only the model's parameters know the whole window.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from ...errors import DataError
from ...findings import Finding, tendency
from ...market import Market
from ...stats import regimes as model
from ...stats import regression
from ...stats.bootstrap import Interval
from .common import WEEKS_PER_YEAR, guarded, weekly_log

STARTS = 4
MINIMUM = 150


def fit(market: Market) -> model.Regimes:
    """Two regimes of the large fund's weekly returns.

    Raises:
        DataError: fewer than 150 weeks, or a model that cannot be estimated.
    """
    weekly = weekly_log(market, [market.large])[market.large]
    if len(weekly) < MINIMUM:
        raise DataError(f"the window holds {len(weekly)} weeks; {MINIMUM} are needed for regimes.")
    return model.fit_regimes(weekly, 2, starts=STARTS)


def weekly_states(market: Market, fitted: model.Regimes) -> pd.DataFrame:
    """Weeks × ``storm`` (filtered probability), ``stormy`` (by the week before) and log returns.

    The returns are ``small``, ``large`` and ``relative``, their difference.

    Args:
        fitted: the model of the large fund.
    """
    weekly = weekly_log(market, [market.small, market.large])
    frame = pd.DataFrame({"storm": fitted.probabilities[1]})
    frame["stormy"] = (frame["storm"].shift(1) > 0.5).astype(float)
    frame["small"], frame["large"] = weekly[market.small], weekly[market.large]
    frame["relative"] = frame["small"] - frame["large"]
    return frame.iloc[1:].dropna()


def spells(states: pd.DataFrame) -> pd.DataFrame:
    """Stretches of stormy weeks: ``start, end, label`` for shading.

    Args:
        states: as made by :func:`weekly_states`, none missing.
    """
    stormy = states["storm"] > 0.5
    change = (stormy != stormy.shift(1)).cumsum()
    rows = [
        (part.index[0], part.index[-1], "")
        for _, part in stormy.groupby(change)
        if bool(part.iloc[0]) and len(part) > 1
    ]
    return pd.DataFrame(rows, columns=["start", "end", "label"])


def state_table(states: pd.DataFrame) -> pd.DataFrame:
    """Calm and stormy weeks: weeks, annual volatility of both funds, beta, annual relative growth.

    One row a state; fractions a year.

    Args:
        states: as made by :func:`weekly_states`; a missing return leaves its mean.
    """
    rows = []
    for stormy, name in ((0.0, "Calm"), (1.0, "Stormy")):
        part = states[states["stormy"] == stormy]
        if len(part) < 10:
            continue
        year = np.sqrt(WEEKS_PER_YEAR)
        rows.append(
            {
                "state": name,
                "weeks": len(part),
                "small": float(part["small"].std() * year),
                "large": float(part["large"].std() * year),
                "beta": float(part["small"].cov(part["large"]) / part["large"].var()),
                "relative": float(part["relative"].mean() * WEEKS_PER_YEAR),
            }
        )
    return pd.DataFrame(rows, columns=["state", "weeks", "small", "large", "beta", "relative"])


def findings(market: Market, fitted: model.Regimes | DataError) -> dict[str, Finding]:
    """Findings of this module by the last part of their id.

    Args:
        fitted: the fit, or the reason why there is none.
    """
    small, large = market.small, market.large
    series = (small, large)

    @cache
    def states() -> pd.DataFrame:
        if isinstance(fitted, DataError):
            raise fitted
        return weekly_states(market, fitted)

    def share() -> Finding:
        frame = states()
        return tendency(
            "risks.storm_share", share_label, float((frame["storm"] > 0.5).mean()), None,
            unit="fraction", index=pd.DatetimeIndex(frame.index), series=(large,),
            method=fitted.method,  # type: ignore[union-attr]
        )  # fmt: skip

    def now() -> Finding:
        frame = states()
        return tendency(
            "risks.storm_now", now_label, float(frame["storm"].iloc[-1]), None,
            unit="fraction", index=pd.DatetimeIndex(frame.index), series=(large,),
            method=fitted.method,  # type: ignore[union-attr]
        )  # fmt: skip

    def gap() -> Finding:
        frame = states()
        if frame["stormy"].sum() < 10 or (1 - frame["stormy"]).sum() < 10:
            raise DataError("one of the two regimes holds fewer than ten weeks of the window.")
        estimate = regression.newey_west(frame["relative"], frame["stormy"], 4)
        ends = estimate.interval("stormy")
        interval = Interval(
            ends.low * WEEKS_PER_YEAR, ends.high * WEEKS_PER_YEAR, 0.95,
            f"difference of means, {estimate.method}; state known the week before",
        )  # fmt: skip
        return tendency(
            "risks.storm_relative", gap_label, estimate.coefficient("stormy") * WEEKS_PER_YEAR,
            interval, unit="percentage points a year", index=pd.DatetimeIndex(frame.index), series=series,
        )  # fmt: skip

    share_label = f"Share of weeks in which {large} was in its stormy regime"
    now_label = f"Probability that {large} is in its stormy regime at the end"
    gap_label = f"{small} minus {large} stormy weeks less calm weeks (52 to the year)"
    made = [
        guarded("risks.storm_share", share_label, "fraction", (large,), share),
        guarded("risks.storm_now", now_label, "fraction", (large,), now),
        guarded("risks.storm_relative", gap_label, "percentage points a year", series, gap),
    ]
    return {f.id.split(".")[1]: f for f in made}


def fit_or_reason(market: Market) -> model.Regimes | DataError:
    """The fit, or the error that says why there is none."""
    try:
        return fit(market)
    except DataError as error:
        return error


def storm_frames(
    market: Market,
) -> tuple[pd.DataFrame | None, pd.DataFrame | None, pd.DataFrame]:
    """:func:`weekly_states`, :func:`spells` and :func:`state_table`; none of them without a fit."""
    fitted = fit_or_reason(market)
    if isinstance(fitted, DataError):
        return None, None, pd.DataFrame()
    states = weekly_states(market, fitted)
    return states, spells(states), state_table(states)
