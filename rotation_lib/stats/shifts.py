"""Placebo dates that cluster as the real ones do: the whole pattern of events, moved elsewhere.

Random single dates spread evenly; events come in bunches, often in storms. It never looks at what
the events were.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rotation_lib.errors import DataError
from rotation_lib.stats.bootstrap import Array


def shifted_means(windows: pd.Series, sessions: pd.DatetimeIndex) -> Array:
    """Mean of `windows` over the same pattern of dates, moved to every other place.

    The pattern is shifted (circularly) by every number of sessions: a randomisation test whose
    reference set are the rotations of the calendar (Lehmann & Romano 2005, ch. 15.2).

    Args:
        windows: n values by first session, NaN at the end.
        sessions: k >= 1 of these dates.

    Returns:
        One mean for each shift of 1 to n - 1 sessions.

    NaN: windows that are missing leave each mean; shifts that leave fewer than half of the dates
    are dropped.

    Raises:
        DataError: no dates, or one that is not a date of `windows`.
    """
    at = windows.index.get_indexer(sessions)
    if len(at) == 0 or (at < 0).any():
        raise DataError("shifted_means needs dates of its windows; pass sessions that they hold.")
    values = windows.to_numpy(dtype=float)
    n = len(values)
    moved = values[(at[None, :] + np.arange(1, n)[:, None]) % n]
    seen = np.isfinite(moved).sum(axis=1)
    sums = np.where(np.isfinite(moved), moved, 0.0).sum(axis=1)
    enough = seen * 2 >= len(at)
    return np.asarray(sums[enough] / seen[enough])
