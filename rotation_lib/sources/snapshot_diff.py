"""What a new snapshot changes against the old one, in words for a pull request.

It compares values only; it must never decide whether a change is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from ..errors import SnapshotError
from .base import Dataset
from .snapshot import SnapshotSource


def load_or_nothing(folder: Path) -> Dataset | None:
    """The snapshot in ``folder``, or ``None`` where there is none that can be read."""
    try:
        return SnapshotSource(folder).load()
    except SnapshotError:
        return None


def compare_snapshots(old: Dataset | None, new: Dataset | None) -> list[str]:
    """New, revised and lost rows of each series, one line each that changed.

    Args:
        old: the snapshot before; ``None`` if there was none.
        new: the snapshot now.
    """
    if old is None or new is None:
        return ["no earlier snapshot to compare with"]
    lines = [
        line
        for name, before, after in _pairs(old, new)
        if (line := _difference(name, before, after))
    ]
    return lines or ["no row is new, revised or lost"]


def _pairs(old: Dataset, new: Dataset) -> Iterator[tuple[str, pd.Series, pd.Series]]:
    nothing = pd.Series(dtype="float64", index=pd.DatetimeIndex([], dtype="datetime64[us]"))
    for kind in ("total_returns", "price_returns"):
        before, after = getattr(old, kind), getattr(new, kind)
        for name in before.columns.union(after.columns):
            words = f"{name} {kind.replace('_', ' ')}"
            yield words, before.get(name, nothing).dropna(), after.get(name, nothing).dropna()
    macro = [dict(tuple(d.observations.set_index("date").groupby("series_id"))) for d in (old, new)]
    for name in sorted({*macro[0], *macro[1]}):
        both = [part[name]["value"] if name in part else nothing for part in macro]
        yield name, both[0], both[1]


def _difference(name: str, before: pd.Series, after: pd.Series) -> str:
    added, lost = after.index.difference(before.index), before.index.difference(after.index)
    both = before.index.intersection(after.index)
    change = (after[both] - before[both]).abs()
    revised = change[change > 0]
    parts = []
    if len(added):
        parts.append(f"{len(added):,} new ({added[0]:%Y-%m-%d} to {added[-1]:%Y-%m-%d})")
    if len(revised):
        day = revised.idxmax()
        largest = f"{before[day]:g} to {after[day]:g} on {day:%Y-%m-%d}"
        parts.append(f"{len(revised):,} revised (largest: {largest})")
    if len(lost):
        parts.append(f"{len(lost):,} lost ({lost[0]:%Y-%m-%d} to {lost[-1]:%Y-%m-%d})")
    return f"{name}: {', '.join(parts)}" if parts else ""
