"""Calm and stormy markets, as they could be told at the time, and how small caps fared in each.

Probabilities are filtered. The state of a week is taken from the week before, so that no week is
sorted by its own return; only the model's parameters know the whole window.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from ....errors import DataError
from ....market import Market
from ....stats import regimes as model
from ....stats import regression
from ....stats.bootstrap import Interval
from ....studies.declared import LARGE, PAIR, Measured, finding
from .aligned import WEEKS_PER_YEAR, weekly_log

STARTS = 4
MINIMUM = 150


@lru_cache(maxsize=4)
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


@finding(
    "risks.storm_share",
    "Share of weeks in which {large} was in its stormy regime",
    "fraction",
    LARGE,
)
@finding(
    "risks.storm_now",
    "Probability that {large} is in its stormy regime at the end",
    "fraction",
    LARGE,
)
def storms(market: Market) -> tuple[Measured, Measured]:
    """How often the large fund was stormy, and how likely it is at the end."""
    fitted = fit(market)
    storm = weekly_states(market, fitted)["storm"]
    return (
        Measured(float((storm > 0.5).mean()), None, storm.index, fitted.method),
        Measured(float(storm.iloc[-1]), None, storm.index, fitted.method),
    )


@finding(
    "risks.storm_relative",
    "{small} minus {large} stormy weeks less calm weeks (52 to the year)",
    "percentage points a year",
    PAIR,
)
def storm_relative(market: Market) -> Measured:
    """Relative return a year of stormy weeks less that of calm ones."""
    frame = weekly_states(market, fit(market))
    if frame["stormy"].sum() < 10 or (1 - frame["stormy"]).sum() < 10:
        raise DataError("one of the two regimes holds fewer than ten weeks of the window.")
    estimate = regression.newey_west(frame["relative"], frame["stormy"], 4)
    ends = estimate.interval("stormy")
    interval = Interval(
        ends.low * WEEKS_PER_YEAR, ends.high * WEEKS_PER_YEAR, 0.95,
        f"difference of means, {estimate.method}; state known the week before",
    )  # fmt: skip
    return Measured(estimate.coefficient("stormy") * WEEKS_PER_YEAR, interval, frame.index)


def storm_frames(
    market: Market,
) -> tuple[pd.DataFrame | None, pd.DataFrame | None, pd.DataFrame]:
    """:func:`weekly_states`, :func:`spells` and :func:`state_table`; none of them without a fit."""
    try:
        fitted = fit(market)
    except DataError:
        return None, None, pd.DataFrame()
    states = weekly_states(market, fitted)
    return states, spells(states), state_table(states)
