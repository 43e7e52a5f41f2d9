"""Settled history against the vendor's: which series is compared whole, and what had changed.

A pull repeats the last sessions only, so what a vendor mends long after the fact arrives here.
It must never decide what is stored.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping

import pandas as pd

from ..sources.closed import BASE_CLOSE
from .files import Entry
from .gates import HOLE
from .prices import PROVISIONAL, different

#: Changes of one series that are remembered.
REMEMBERED = 5


def due(entries: Mapping[str, Entry], now: dt.datetime, days: int) -> set[str]:
    """Series whose whole history is to be asked for in this pull.

    Each that was last compared ``days`` ago, or never; and of the others so many that a daily
    pull gets through all of them in that time, longest ago first, then the cheapest.

    Args:
        entries: what is stored of the daily series that are pulled.
        now: the time of the pull.
        days: after which a comparison is due.
    """
    ages = {key: _age(entry, now) for key, entry in entries.items()}
    late = {key for key, age in ages.items() if age is None or not 0 <= age < days}
    rest = [key for key in entries if key not in late]
    done_today = sum(ages[key] == 0 for key in rest)
    share = math.ceil(len(entries) / days) - done_today
    order = sorted(rest, key=lambda key: (-(ages[key] or 0), entries[key].rows, key))
    return late | {key for key in order[: max(share, 0)] if ages[key]}


def incomplete(entries: Mapping[str, Entry], required: Collection[str]) -> set[str]:
    """Series of which something is missing that the vendor may have by now.

    Args:
        entries: what is stored of the daily series that are pulled.
        required: series that the report needs from :data:`BASE_CLOSE` on.
    """
    short = {key for key in required if key in entries and entries[key].first > f"{BASE_CLOSE:%F}"}
    return short | {k for k, e in entries.items() if any(n.startswith(HOLE) for n in e.notes)}


def _age(entry: Entry, now: dt.datetime) -> int | None:
    """Whole days since the last comparison, by the calendar."""
    return None if entry.compared_at is None else (now.date() - entry.compared_at.date()).days


def changes(stored: pd.DataFrame, bars: pd.DataFrame, seen: dt.date) -> tuple[str, ...]:
    """What a vendor changed of settled bars, in one sentence; nothing where all agree.

    Args:
        stored, bars: frames of :data:`rotation_lib.store.prices.COLUMNS`, before and after.
        seen: day of the pull.
    """
    old = stored.iloc[:-PROVISIONAL].set_index("date")
    new = bars.set_index("date")
    if old.empty:
        return ()
    new = new.loc[old.index[0] : old.index[-1]]
    both = old.index.intersection(new.index)
    apart = both[different(old.loc[both], new.loc[both])]
    came, went = new.index.difference(old.index), old.index.difference(new.index)
    days = apart.union(came).union(went)
    if not len(days):
        return ()
    first = days[0]
    span = f"{first:%Y-%m-%d}" + (f" to {days[-1]:%Y-%m-%d}" if len(days) > 1 else "")
    if first in came:
        what = "a bar that was missing"
    elif first in went:
        what = "its bar is gone"
    else:
        what = _difference(old.loc[first], new.loc[first])
    begins = "" if len(days) == 1 else "the first: "
    bars_said = "1 settled bar" if len(days) == 1 else f"{len(days)} settled bars"
    return (f"Seen {seen}: the vendor changed {bars_said}, {span}; {begins}{what}.",)


def _difference(old: pd.Series, new: pd.Series) -> str:
    names = [n for n in ("close", "dividend", "split") if abs(old[n] - new[n]) > 2e-5 * abs(old[n])]
    return ", ".join(f"{name} {old[name]:.6g} to {new[name]:.6g}" for name in names)
