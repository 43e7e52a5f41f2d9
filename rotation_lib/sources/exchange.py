"""Sessions of the New York Stock Exchange, from exchange_calendars and what was learned since.

The calendar is locked with the other packages: a closure that was announced later it does not
know. Such a day shows in the data, since no series has a bar, or is written down in
``data/quality.toml``. This module knows days only: no prices, no network.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import lru_cache

import pandas as pd

from .quality import QUALITY_FILE, load_quality

#: Series without a bar that it takes to close the exchange, and as many again if one has one.
QUORUM, MOST_AGAINST = 5, 1


@lru_cache(maxsize=8)
def xnys_sessions(first: pd.Timestamp, last: pd.Timestamp) -> pd.DatetimeIndex:
    """Every session from ``first`` to ``last`` (both counted), tz-naive, datetime64[us]."""
    known = _calendar(first.year, last.year).index
    return known[(known >= first) & (known <= last)].difference(_written(is_open=False))


def xnys_closes(first: pd.Timestamp, last: pd.Timestamp) -> pd.Series:
    """When each session from ``first`` to ``last`` closes, in UTC, by session."""
    return _calendar(first.year, last.year).loc[first:last]


@lru_cache(maxsize=8)
def _calendar(first: int, last: int) -> pd.Series:
    """Closing times of all sessions of some years, by session: one calendar for many spans."""
    import exchange_calendars

    with warnings.catch_warnings():
        # exchange_calendars reads Series.values, which pandas 3.1 announces it will change.
        warnings.filterwarnings("ignore", message="Series.values returning", category=Warning)
        calendar = exchange_calendars.get_calendar(
            "XNYS", start=f"{first}-01-01", end=f"{last}-12-31"
        )
        return calendar.closes.set_axis(calendar.sessions.as_unit("us"))


def agree(without: int, having: int) -> bool:
    """Whether so many series without a bar of a day, and so many with one, close the exchange."""
    return having <= MOST_AGAINST and without >= QUORUM * (1 + having)


def unknown_closures(
    traded: Sequence[pd.DatetimeIndex], sessions: pd.DatetimeIndex
) -> pd.DatetimeIndex:
    """Sessions of the calendar on which the exchange was closed, as the series agree.

    Args:
        traded: for each series, the days of its bars, ascending; those around a day have a say.
        sessions: of the calendar.
    """
    held = [days for days in traded if len(days)]
    if len(held) < QUORUM:
        return sessions[:0]
    count = pd.concat([pd.Series(1, index=days) for days in held]).groupby(level=0).sum()
    few = sessions[count.reindex(sessions, fill_value=0) <= MOST_AGAINST]
    closed = []
    for day in few:
        having = int(count.get(day, 0))
        around = sum(days[0] < day < days[-1] for days in held)
        if agree(around - having, having):
            closed.append(day)
    return not_open(pd.DatetimeIndex(closed, dtype="datetime64[us]"))


def not_open(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Those of some days that nobody has written down to have been sessions."""
    return days.difference(_written(is_open=True))


def closure_note(day: pd.Timestamp) -> str:
    """What is told of a closure that the calendar does not know."""
    return (
        f"No series has a bar of {day:%Y-%m-%d}: taken for a day on which the exchange was closed, "
        "which its calendar does not know; a [[day]] of data/quality.toml settles it either way."
    )


@lru_cache(maxsize=2)
def _written(*, is_open: bool) -> pd.DatetimeIndex:
    """Days that ``data/quality.toml`` speaks of."""
    days = sorted(day.date for day in load_quality(QUALITY_FILE).day if day.open is is_open)
    return pd.DatetimeIndex(days, dtype="datetime64[us]")
