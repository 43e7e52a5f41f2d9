"""Abnormal returns of small caps from decision days on: what is left once the market is taken out.

Models are fitted to the year before each event, whatever the window; a decision without such a
year is dropped and counted. Nothing here chooses a model by its result.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from ....errors import DataError
from ....market import Market
from ....stats.eventstudy import ESTIMATION, EventStudy, Model, event_study
from ....studies.declared import PAIR, Measured, finding
from .decisions import KINDS, decision_days

#: Model of what was to be expected → its name for a reader.
MODELS: dict[Model, str] = {"market": "market model", "mean": "own mean"}
#: Sessions from the close before the decision.
HORIZONS = (1, 5, 21)


@lru_cache(maxsize=32)
def study(market: Market, kind: str, model: Model, sessions: int) -> EventStudy | str:
    """The event study of one kind of scheduled decision, or the reason why there is none.

    Args:
        kind: of ``decisions.KINDS``.
        model: of ``MODELS``.
        sessions: from the close before the decision on.
    """
    both = _both(market)
    days = decision_days(market)
    events = pd.DatetimeIndex(days.loc[days["kind"] == kind, "date"])
    try:
        return event_study(
            both[market.small], both[market.large], events, (0, sessions - 1), model=model
        )
    except DataError as error:
        return str(error).rstrip(".")


@lru_cache(maxsize=4)
def _both(market: Market) -> pd.DataFrame:
    """Returns of the two funds since 2010: models are fitted to days before the window too."""
    return market.history[[market.small, market.large]].dropna()


def table(market: Market) -> pd.DataFrame:
    """Mean cumulative abnormal returns and their tests.

    Returns:
        One row a kind, model and horizon that can be had: ``kind``, ``model``, ``sessions``,
        ``value``, ``low``, ``high`` (fractions, 95 % t interval), ``p`` (t test), ``ahead`` (share of
        events above zero), ``sign_p`` (exact sign test), ``n``, ``dropped`` (without a full window).
    """
    rows = []
    for kind in KINDS:
        for model in MODELS:
            for sessions in HORIZONS:
                found = study(market, kind, model, sessions)
                if isinstance(found, str):
                    continue
                ends = (found.mean, found.interval.low, found.interval.high)
                tests = (found.p, found.positive / found.n, found.sign_p, found.n, found.dropped)
                rows.append((kind, model, sessions, *ends, *tests))
    columns = ["kind", "model", "sessions", "value", "low", "high"]
    return pd.DataFrame(rows, columns=[*columns, "p", "ahead", "sign_p", "n", "dropped"])


@finding(
    "rate_sensitivity.cut_day_abnormal",
    "Mean abnormal return of {small} on scheduled cut days, market model",
    "percentage points", PAIR, sessions=1,
)  # fmt: skip
@finding(
    "rate_sensitivity.cut_month_abnormal",
    "Mean abnormal return of {small} over 21 sessions from scheduled cut days, market model",
    "percentage points", PAIR, sessions=21,
)  # fmt: skip
def after_cuts(market: Market, sessions: int) -> Measured:
    """Mean abnormal return of scheduled cuts by the market model.

    Args:
        market: data and window.
        sessions: from the close before the decision on.
    """
    found = study(market, "cut", "market", sessions)
    if isinstance(found, str):
        raise DataError(found)
    fitted = ESTIMATION[1] - ESTIMATION[0] + 1
    method = (
        f"market model fitted to {fitted} sessions before each cut; {found.interval.method}, "
        f"t test p = {found.p:.3f}; {found.positive} of {found.n} above zero, "
        f"sign test p = {found.sign_p:.3f}; {found.dropped} left out for want of a full window"
    )
    return Measured(found.mean, found.interval, pd.DatetimeIndex(found.car.index), method)
