"""What a report must say of the age of its data, at the head of every page.

It reads a dataset's provenance; it must never decide what may be used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ..sources.exchange import closure_note, xnys_sessions
from .gates import ENDED


def age_notes(held: Mapping[str, Any]) -> tuple[str, ...]:
    """What a live source could not refresh or give at all, one sentence each.

    Args:
        held: provenance of a dataset; embedded data have no age.
    """
    notes = []
    by_day: dict[str, list[str]] = {}
    ended = []
    for series_id, entry in sorted(held.get("stale", {}).items()):
        if entry["why"].startswith(ENDED):
            ended.append(f"{series_id} ({entry['since']})")
        else:
            by_day.setdefault(entry["since"], []).append(series_id)
    for day, names in sorted(by_day.items()):
        notes.append(
            f"Stale since {day}: the last attempt brought nothing newer for {_named(names)}."
        )
    if ended:
        notes.append(f"Ended at the publisher, with the day of the last value: {_named(ended)}.")
    notes += [closure_note(pd.Timestamp(day)) for day in _unknown(held)]
    absent = held.get("absent", {})
    if absent:
        which = _named(sorted(absent), most=20)
        notes.append(f"Not available live, and left out of every figure: {which}.")
    return tuple(notes)


def _unknown(held: Mapping[str, Any]) -> list[str]:
    """Closures that the calendar still does not know."""
    days = pd.DatetimeIndex(held.get("closed", []))
    if not len(days):
        return []
    known = xnys_sessions(days[0], days[-1] + pd.Timedelta(days=7))
    return [f"{day:%Y-%m-%d}" for day in days.intersection(known)]


def _named(names: list[str], most: int = 6) -> str:
    """All names, or the first ones and where the others stand."""
    rest = len(names) - most
    told = ", ".join(names[:most])
    return told if rest <= 0 else f"{told} and {rest} more, named in the chapter on methods"
