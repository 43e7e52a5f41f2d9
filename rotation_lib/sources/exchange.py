"""Sessions of the New York Stock Exchange, from exchange_calendars.

It knows days only: no prices, no network.
"""

from __future__ import annotations

import warnings
from functools import lru_cache

import pandas as pd


@lru_cache(maxsize=8)
def xnys_sessions(first: pd.Timestamp, last: pd.Timestamp) -> pd.DatetimeIndex:
    """Every session from ``first`` to ``last`` (both counted), tz-naive, datetime64[us]."""
    import exchange_calendars

    with warnings.catch_warnings():
        # exchange_calendars reads Series.values, which pandas 3.1 announces it will change.
        warnings.filterwarnings("ignore", message="Series.values returning", category=Warning)
        calendar = exchange_calendars.get_calendar("XNYS", start=first, end=last)
        sessions = calendar.sessions_in_range(calendar.first_session, calendar.last_session)
    return pd.DatetimeIndex(sessions).as_unit("us")
