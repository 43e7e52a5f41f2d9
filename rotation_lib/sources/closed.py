"""Which sessions of the New York Stock Exchange are over at a given moment.

It asks the exchange's calendar alone, and never the clock of this machine.
"""

from __future__ import annotations

import datetime as dt
import warnings
from functools import lru_cache

import pandas as pd

from .exchange import xnys_sessions

#: Time after the bell until a close can be relied on.
SETTLING = dt.timedelta(minutes=30)
#: The close before the first session of the report: base of its first return.
BASE_CLOSE = pd.Timestamp("2009-12-31")
#: Sessions at the end whose closing time is looked up.
_RECENT = 10


def closed_sessions(now: dt.datetime) -> pd.DatetimeIndex:
    """Every session from :data:`BASE_CLOSE` on whose close lies :data:`SETTLING` before ``now``.

    Args:
        now: a moment with a time zone.
    """
    sessions, closes = _calendar(pd.Timestamp(now.astimezone(dt.UTC).date()))
    running = sum(close + SETTLING > pd.Timestamp(now) for close in closes)
    return sessions[: len(sessions) - running]


@lru_cache(maxsize=8)
def _calendar(today: pd.Timestamp) -> tuple[pd.DatetimeIndex, tuple[pd.Timestamp, ...]]:
    import exchange_calendars

    sessions = xnys_sessions(BASE_CLOSE, today)
    recent = sessions[-_RECENT:]
    with warnings.catch_warnings():
        # exchange_calendars reads Series.values, which pandas 3.1 announces it will change.
        warnings.filterwarnings("ignore", message="Series.values returning", category=Warning)
        calendar = exchange_calendars.get_calendar("XNYS", start=recent[0], end=today)
        return sessions, tuple(calendar.session_close(day) for day in recent)
