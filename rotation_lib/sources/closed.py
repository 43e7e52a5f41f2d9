"""Which sessions of the New York Stock Exchange are over at a given moment.

It asks the exchange's calendar alone, and never the clock of this machine.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import pandas as pd

from .exchange import xnys_closes, xnys_sessions

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
    sessions = xnys_sessions(BASE_CLOSE, today)
    return sessions, tuple(xnys_closes(BASE_CLOSE, today)[sessions[-_RECENT:]])
