"""Macro observations with the time in which each value was the publisher's latest.

A pull is merged, never written over what was known: a revised value closes the old
row and opens a new one. It must never drop a row.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

COLUMNS = ("date", "value", "realtime_start", "realtime_end")
#: End of a row that is still the latest, as FRED writes it.
OPEN = pd.Timestamp("9999-12-31").as_unit("us")


#: Ends the note on observations from after the day of a pull, or of a vintage.
LATER = "dated after the pull were left out."


@dataclass(frozen=True)
class MergedRows:
    """A series after a pull: all rows ever seen, and what the pull changed."""

    rows: pd.DataFrame
    added: int
    revised: int
    withdrawn: int


def disproved(notes: tuple[str, ...]) -> bool:
    """Whether what was noted of a vintage shows that it is none: it held days that came later."""
    return any(note.endswith(LATER) for note in notes)


def latest(rows: pd.DataFrame) -> pd.Series:
    """The values that are the publisher's latest, by day, ascending."""
    current = rows[rows["realtime_end"] == OPEN]
    return current.set_index("date")["value"].sort_index()


def merge(stored: pd.DataFrame | None, pulled: pd.Series, seen: dt.date) -> MergedRows:
    """Add a pull to the rows known.

    ``realtime_start`` is the day on which a value was first seen here, or the vintage asked
    for. Observations older than the pull's first stay open: a publisher that
    serves a shorter window now did not withdraw the rest.

    Args:
        stored: frame of :data:`COLUMNS`, or ``None``.
        pulled: values by day, ascending, without NaN.
        seen: the day of the pull.
    """
    today = pd.Timestamp(seen).as_unit("us")
    fresh = pd.DataFrame(
        {
            "date": pulled.index,
            "value": pulled.to_numpy(),
            "realtime_start": today,
            "realtime_end": OPEN,
        }
    )
    fresh["realtime_start"] = fresh["realtime_start"].astype("datetime64[us]")
    fresh["realtime_end"] = fresh["realtime_end"].astype("datetime64[us]")
    if stored is None or stored.empty:
        return MergedRows(fresh, len(fresh), 0, 0)
    open_rows = stored["realtime_end"] == OPEN
    new_value = stored["date"].map(pulled)
    gone = open_rows & new_value.isna() & (stored["date"] >= pulled.index[0])
    changed = open_rows & new_value.notna() & (new_value != stored["value"])
    kept = stored.copy()
    closing = gone | changed
    # A value first seen today, or later by a clock that was wrong, was the latest of no day.
    kept.loc[closing, "realtime_end"] = today - pd.Timedelta(days=1)
    kept = kept[~(closing & (stored["realtime_start"] >= today))]
    held = set(stored.loc[open_rows & ~closing, "date"])
    opened = fresh[~fresh["date"].isin(held)]
    rows = pd.concat([kept, opened], ignore_index=True)
    rows = rows.sort_values(["date", "realtime_start"], kind="stable").reset_index(drop=True)
    revised = int(changed.sum())
    return MergedRows(rows, len(opened) - revised, revised, int(gone.sum()))
