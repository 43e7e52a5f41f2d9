"""Tariff news: reaction sessions of 2018–19 and 2025, placebo dates, and April 2025 day by day.

Direction is read from what was announced, never from how prices moved. On 9 and 10 April 2025 the
funds closed away from their indices, so those two sessions are only ever judged together.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from ....errors import DataError
from ....findings import Specification
from ....market import Market
from ....stats import eventstudy
from ....stats.shifts import shifted_means
from ....studies.declared import PAIR, SMALL, Measured, finding
from ....studies.facts import window_return
from .aligned import PLACEBO, pair, placebo_band, placebo_p, relative_windows
from .inflation import mean_interval

#: Event dates by direction; an event of the category that is in neither list is unclear, such as a
#: session with news of both kinds, and is shown but not counted.
ESCALATION = (
    "2018-03-01", "2018-03-22", "2018-06-15", "2018-07-06", "2018-09-18", "2019-05-06",
    "2019-05-10", "2019-05-13", "2019-08-01", "2019-08-05", "2025-02-04", "2025-02-10",
    "2025-03-04", "2025-04-02", "2025-04-03", "2025-04-05", "2025-06-04", "2025-08-07",
    "2025-10-10",
)  # fmt: skip
EASING = (
    "2019-10-11", "2019-12-13", "2020-01-15", "2025-04-09", "2025-05-12", "2025-05-28",
    "2026-02-20",
)  # fmt: skip
#: Duties that took effect as already announced: reactions may have come before.
EXPECTED = (
    "2018-07-06", "2019-05-10", "2025-02-04", "2025-03-04", "2025-04-03", "2025-04-05",
    "2025-08-07",
)  # fmt: skip
HORIZONS = (1, 5, 21)
PATH = (-5, 20)
APRIL = ("2025-04-02", "2025-04-10")


def tariff_events(market: Market) -> pd.DataFrame:
    """Tariff news in the window: ``session, label, direction, expected, small, large, relative``.

    One row a reaction session, returns as fractions; direction is "escalation", "easing" or
    "unclear".
    """
    return _tariff_events(market).copy(deep=False)  # a caller's changes stay its own


@lru_cache(maxsize=4)
def _tariff_events(market: Market) -> pd.DataFrame:
    events = market.events
    events = events[(events["category"] == "tariff") & (events["reaction_session"] >= market.start)]
    news: dict[pd.Timestamp, list[tuple[str, str]]] = {}
    for event in events.sort_values("reaction_session", kind="stable").itertuples():
        told = (str(event.date.date()), str(event.label))
        news.setdefault(event.reaction_session, []).append(told)
    rows = pd.DataFrame(
        {
            "label": ["; ".join(label for _, label in told) for told in news.values()],
            "direction": [_direction({day for day, _ in told}) for told in news.values()],
            "expected": [all(day in EXPECTED for day, _ in told) for told in news.values()],
        },
        index=pd.DatetimeIndex(list(news), dtype="datetime64[us]", name="session"),
    )
    rows = rows.join(pair(market)).dropna(subset=["small", "large"])
    rows["relative"] = rows["small"] - rows["large"]
    return rows.reset_index()


def _direction(days: set[str]) -> str:
    """What all events of one session say, by their dates."""
    if days <= set(ESCALATION):
        return "escalation"
    return "easing" if days <= set(EASING) else "unclear"


def sessions_of(market: Market, direction: str, *, surprises: bool = False) -> pd.DatetimeIndex:
    """Reaction sessions of one direction; ``surprises`` leaves out duties announced before."""
    rows = tariff_events(market)
    keep = rows["direction"] == direction
    if surprises:
        keep &= ~rows["expected"].astype(bool)
    return pd.DatetimeIndex(rows.loc[keep, "session"])


def reaction_table(market: Market) -> pd.DataFrame:
    """Mean relative return after news of each direction, with placebo p-values.

    Columns direction, horizon (sessions, the reaction included), events, mean, low, high,
    placebo_p, share_negative; horizons without three events are left out.
    """
    rows = []
    for direction in ("escalation", "easing"):
        sessions = sessions_of(market, direction)
        for horizon in HORIZONS:
            windows = relative_windows(market, horizon)
            real = windows.reindex(sessions).dropna()
            if len(real) < 3:
                continue
            mean, p, n = placebo_p(windows, sessions)
            ends = mean_interval(real)
            share = float((real < 0).mean())
            rows.append((direction, horizon, n, mean, ends.low, ends.high, p, share))
    columns = [
        "direction",
        "horizon",
        "events",
        "mean",
        "low",
        "high",
        "placebo_p",
        "share_negative",
    ]
    return pd.DataFrame(rows, columns=columns)


def event_paths(market: Market) -> pd.DataFrame:
    """Mean cumulative relative return around news, with the middle 90 % of placebo patterns.

    Columns x (sessions from the reaction), series ("Escalation", "Easing"), value, low, high. Zero
    at the close before the reaction. Events without the whole path are left out; a direction with
    fewer than three is absent.
    """
    gap = pair(market)
    gap = np.log1p(gap["small"]) - np.log1p(gap["large"])
    first, last = PATH
    level = np.r_[0.0, np.cumsum(gap.to_numpy())]
    n = len(gap)
    rows = []
    for direction, name in (("escalation", "Escalation"), ("easing", "Easing")):
        at = gap.index.get_indexer(sessions_of(market, direction))
        at = at[(at + first >= 0) & (at + last < n)]
        if len(at) < 3:
            continue
        for day in range(first - 1, last + 1):
            # Level after session (at + day) against the close before the reaction.
            moved = pd.Series(np.nan, index=gap.index)
            starts = np.arange(max(0, -day - 1), min(n, n - day))
            moved.iloc[starts] = level[starts + day + 1] - level[starts]
            placebo = shifted_means(moved, pd.DatetimeIndex(gap.index[at]))
            low, high = np.quantile(placebo, [0.05, 0.95])
            value = float(moved.iloc[at].mean())
            rows.append((day, name, value, float(low), float(high)))
    return pd.DataFrame(rows, columns=["x", "series", "value", "low", "high"])


def april_2025(market: Market) -> pd.DataFrame | None:
    """2 to 10 April 2025 by session: fund and index returns, relative and cumulative.

    Columns day, small, large, relative, index_relative (Russell 2000 minus S&P 500, price),
    cumulative (relative, from the close of 2 April). The last two sessions are one row. None when
    the window does not hold them.
    """
    first, last = (pd.Timestamp(d) for d in APRIL)
    if market.start > first or market.end < last:
        return None
    frame = pair(market).loc[first:last].copy()
    frame["index_small"] = market.price_returns["^RUT"].reindex(frame.index)
    frame["index_large"] = market.price_returns["^GSPC"].reindex(frame.index)
    joint = (1.0 + frame.iloc[-2:]).prod() - 1.0
    table = pd.concat([frame.iloc[:-2], joint.to_frame(frame.index[-1]).T])
    table["relative"] = table["small"] - table["large"]
    table["index_relative"] = table["index_small"] - table["index_large"]
    after = (1.0 + table.loc["2025-04-03":, ["small", "large"]]).cumprod()
    table["cumulative"] = (after["small"] - after["large"]).reindex(table.index, fill_value=0.0)
    days = [f"{d.day} April" for d in table.index[:-1]]
    table.insert(0, "day", [*days, f"{frame.index[-2].day} and {frame.index[-1].day} April"])
    columns = ["day", "small", "large", "relative", "index_relative", "cumulative"]
    return table[columns].reset_index(drop=True)


@finding(
    "risks.tariff_week_2025", "{small} minus {large}, 2 to 8 April 2025", "percentage points", PAIR
)
def week_2025(market: Market) -> Measured:
    """From the announcement to the close before the pause."""
    return window_return(market, market.small, "2025-04-02", "2025-04-08", market.large)


@finding(
    "risks.tariff_rebound_2025",
    "{small} minus {large}, 9 and 10 April 2025 together",
    "percentage points",
    PAIR,
)
def rebound_2025(market: Market) -> Measured:
    """The two sessions on which the funds closed away from their indices."""
    return window_return(market, market.small, "2025-04-08", "2025-04-10", market.large)


@finding(
    "risks.tariff_truce_2025",
    "{small} minus {large}, 2 April to 12 May 2025",
    "percentage points",
    PAIR,
)
def truce_2025(market: Market) -> Measured:
    """From the announcement to the truce."""
    return window_return(market, market.small, "2025-04-02", "2025-05-12", market.large)


@finding("risks.tariff_week_small", "{small}, 2 to 8 April 2025", "fraction", SMALL)
def week_small(market: Market) -> Measured:
    """The small fund alone in that week."""
    return window_return(market, market.small, "2025-04-02", "2025-04-08")


@finding(
    "risks.tariff_escalation_own",
    "{small} beyond its beta to {large} after tariff escalation, on the reaction session",
    "percentage points", PAIR,
)  # fmt: skip
@finding(
    "risks.tariff_escalation_own_p",
    "Placebo p-value: {small} beyond its beta to {large} after tariff escalation",
    "p-value", PAIR,
)  # fmt: skip
def escalation_own(market: Market) -> tuple[Measured, Measured]:
    """What escalation did to small caps beyond what the market's own fall explains."""
    sessions = sessions_of(market, "escalation")
    left = beyond_beta(market, sessions)
    value, p, n = placebo_p(left, sessions)
    band = placebo_band(left, sessions)
    dates = left.reindex(sessions).dropna().index
    how = f"return less beta times that of the market, beta of all other days; {band.method}"
    return Measured(value, band, dates, how, n), Measured(p, None, sessions, PLACEBO, n)


def beyond_beta(market: Market, sessions: pd.DatetimeIndex) -> pd.Series:
    """Daily return of small caps less what their beta to large caps explains.

    Args:
        market: data and window.
        sessions: days that the beta is not measured on.

    Returns:
        Fractions by session with both returns, with the mean of the other days taken out.
    """
    both = pair(market)
    others = both.drop(both.index.intersection(sessions))
    spread = others - others.mean()
    beta = float((spread["small"] * spread["large"]).sum() / (spread["large"] ** 2).sum())
    left: pd.Series = both["small"] - beta * both["large"]
    return left - float((others["small"] - beta * others["large"]).mean())


@finding(
    "risks.tariff_escalation",
    "{small} minus {large} after tariff escalation, on the reaction session",
    "percentage points",
    PAIR,
    direction="escalation",
    horizon=1,
)
@finding(
    "risks.tariff_escalation_p",
    "Placebo p-value: {small} minus {large} after tariff escalation, on the reaction session",
    "p-value",
    PAIR,
    direction="escalation",
    horizon=1,
)
@finding(
    "risks.tariff_escalation_month",
    "{small} minus {large} after tariff escalation, over 21 sessions",
    "percentage points",
    PAIR,
    direction="escalation",
    horizon=21,
)
@finding(
    "risks.tariff_escalation_month_p",
    "Placebo p-value: {small} minus {large} after tariff escalation, over 21 sessions",
    "p-value",
    PAIR,
    direction="escalation",
    horizon=21,
)
@finding(
    "risks.tariff_easing",
    "{small} minus {large} after tariff easing, on the reaction session",
    "percentage points",
    PAIR,
    direction="easing",
    horizon=1,
)
@finding(
    "risks.tariff_easing_p",
    "Placebo p-value: {small} minus {large} after tariff easing, on the reaction session",
    "p-value",
    PAIR,
    direction="easing",
    horizon=1,
)
@finding(
    "risks.tariff_easing_month",
    "{small} minus {large} after tariff easing, over 21 sessions",
    "percentage points",
    PAIR,
    direction="easing",
    horizon=21,
)
@finding(
    "risks.tariff_easing_month_p",
    "Placebo p-value: {small} minus {large} after tariff easing, over 21 sessions",
    "p-value",
    PAIR,
    direction="easing",
    horizon=21,
)
def reaction(market: Market, direction: str, horizon: int) -> tuple[Measured, Measured]:
    """Mean relative return after news of one direction, and its placebo p-value.

    Args:
        market: data and window.
        direction: "escalation" or "easing".
        horizon: sessions, the reaction included.
    """
    windows = relative_windows(market, horizon)
    sessions = sessions_of(market, direction)
    value, p, n = placebo_p(windows, sessions)
    real = windows.reindex(sessions).dropna()
    # Windows of a month overlap; single days do not.
    ends = mean_interval(real) if horizon == 1 else placebo_band(windows, sessions)
    mean = Measured(value, ends, real.index, n=n)
    return mean, Measured(p, None, sessions, PLACEBO, n)


def specifications(market: Market) -> list[Specification]:
    """Escalation days measured in other reasonable ways (mean relative return, t interval)."""
    made: list[Specification] = []
    escalation, one = sessions_of(market, "escalation"), "escalation"
    both = pair(market)

    def add(label: str, values: pd.Series, part: str = "") -> None:
        clean = values.dropna()
        if len(clean) < 3:
            made.append(Specification(label=label, value=None, unit="percentage points", part=part))
            return
        ends = mean_interval(clean)
        made.append(
            Specification(
                label=label,
                value=float(clean.mean()),
                low=ends.low,
                high=ends.high,
                unit="percentage points",
                part=part,
            )
        )

    for horizon in HORIZONS:
        text = "Reaction session" if horizon == 1 else f"{horizon} sessions"
        add(
            text, relative_windows(market, horizon).reindex(escalation), one if horizon == 1 else ""
        )
    day = relative_windows(market, 1)
    add("2018–19 only", day.reindex(escalation[escalation < "2020-01-01"]), one)
    add("2025 on only", day.reindex(escalation[escalation >= "2020-01-01"]), one)
    add(
        "Without duties announced before",
        day.reindex(sessions_of(market, "escalation", surprises=True)),
        one,
    )
    add("Easing, reversed sign", -day.reindex(sessions_of(market, "easing")))
    index = market.price_returns["^RUT"] - market.price_returns["^GSPC"]
    add("Index prices: ^RUT − ^GSPC", index.reindex(escalation), one)
    add(
        "IJR − SPY",
        (market.total_returns["IJR"] - market.total_returns["SPY"]).reindex(escalation),
        one,
    )
    try:
        study = eventstudy.event_study(both["small"], both["large"], escalation)
        add("Market model, estimated before each", study.car, one)
    except DataError:
        made.append(
            Specification(
                label="Market model, estimated before each", value=None, unit="percentage points"
            )
        )
    return made
