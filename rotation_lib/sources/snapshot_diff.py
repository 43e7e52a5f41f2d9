"""Rows that are new, revised or gone between two data sets: the one place that compares them.

It compares values only; it must never decide whether a change is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..errors import SnapshotError
from .base import Dataset
from .snapshot import SnapshotSource

#: Columns that name a row in the small tables.
_KEYS = {
    "events": ["date", "label"],
    "decisions": ["decision_date"],
    "cpi_releases": ["reference_month"],
    "fundamentals": ["ticker", "period", "item", "end"],
    "splits": ["ticker", "date"],
}


@dataclass(frozen=True)
class RowChange:
    """One series or table whose rows differ.

    Attributes:
        id: the series or the table, in words.
        added: names of the new rows, in order; the row of a series is named by its date.
        revised: name of the row and what changed in it; the largest revision of a series first.
        lost: names of the rows that are gone.
        dated: whether it is a series, so that the first and the last name tell the whole span.
    """

    id: str
    added: tuple[str, ...]
    revised: tuple[tuple[str, str], ...]
    lost: tuple[str, ...]
    dated: bool

    @property
    def size(self) -> int:
        """Rows that differ."""
        return len(self.added) + len(self.revised) + len(self.lost)

    def line(self) -> str:
        """For people, on one line."""
        parts = []
        if self.added:
            parts.append(f"{len(self.added):,} new ({self.span(self.added)})")
        if self.revised:
            row, what = self.revised[0]
            which = f"largest: {what} on {row}" if self.dated else f"such as {row}: {what}"
            parts.append(f"{len(self.revised):,} revised ({which})")
        if self.lost:
            parts.append(f"{len(self.lost):,} lost ({self.span(self.lost)})")
        return f"{self.id}: {', '.join(parts)}"

    def span(self, rows: tuple[str, ...]) -> str:
        """First and last of some rows of a series; of a table, one of them.

        Args:
            rows: at least one name.
        """
        if not self.dated:
            return rows[0] if len(rows) == 1 else f"such as {rows[0]}"
        return f"{rows[0]} to {rows[-1]}"


def load_or_nothing(folder: Path) -> Dataset | None:
    """The snapshot in ``folder``, or ``None`` where there is none that can be read."""
    try:
        return SnapshotSource(folder).load()
    except SnapshotError:
        return None


def compare_snapshots(old: Dataset | None, new: Dataset | None) -> list[str]:
    """New, revised and lost rows of each series and table, one line each that changed.

    Args:
        old: the snapshot before; ``None`` if there was none.
        new: the snapshot now.
    """
    if old is None or new is None:
        return ["no earlier snapshot to compare with"]
    lines = [change.line() for change in row_changes(old, new)]
    return lines or ["no row is new, revised or lost"]


def row_changes(old: Dataset, new: Dataset) -> list[RowChange]:
    """Series and tables that differ between two data sets, most rows first.

    Args:
        old: the data before.
        new: the data after.
    """
    changes = [_series(name, a, b) for name, a, b in _columns(old, new)]
    changes += [_table(name, getattr(old, name), getattr(new, name)) for name in _KEYS]
    return sorted((c for c in changes if c.size), key=lambda c: -c.size)


def _columns(old: Dataset, new: Dataset) -> Iterator[tuple[str, pd.Series, pd.Series]]:
    nothing = pd.Series(dtype="float64", index=pd.DatetimeIndex([], dtype="datetime64[us]"))
    for kind in ("total_returns", "price_returns"):
        before, after = getattr(old, kind), getattr(new, kind)
        for name in before.columns.union(after.columns, sort=False):
            title = f"{name} {kind.replace('_', ' ')}"
            yield title, before.get(name, nothing).dropna(), after.get(name, nothing).dropna()
    macro = [
        {str(k): g.set_index("date")["value"] for k, g in d.observations.groupby("series_id")}
        for d in (old, new)
    ]
    for name in dict.fromkeys([*macro[0], *macro[1]]):
        yield name, macro[0].get(name, nothing), macro[1].get(name, nothing)


def _series(name: str, before: pd.Series, after: pd.Series) -> RowChange:
    both = before.index.intersection(after.index)
    change = (after[both] - before[both]).abs()
    revised = change[change > 0].sort_values(ascending=False, kind="stable").index
    return RowChange(
        name,
        added=_days(after.index.difference(before.index)),
        revised=tuple((f"{d:%Y-%m-%d}", f"{before[d]:.6g} → {after[d]:.6g}") for d in revised),
        lost=_days(before.index.difference(after.index)),
        dated=True,
    )


def _days(index: pd.Index) -> tuple[str, ...]:
    return tuple(pd.DatetimeIndex(index).strftime("%Y-%m-%d"))


def _table(name: str, before: pd.DataFrame, after: pd.DataFrame) -> RowChange:
    old, new = _rows(name, before), _rows(name, after)
    return RowChange(
        name.replace("_", " "),
        added=tuple(k for k in new if k not in old),
        revised=tuple((k, _cells(old[k], new[k])) for k in new if k in old and old[k] != new[k]),
        lost=tuple(k for k in old if k not in new),
        dated=False,
    )


def _rows(name: str, frame: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Rows as text by what names them; a repeated name is marked."""
    keys = _KEYS[name]
    rows: dict[str, dict[str, str]] = {}
    for row in frame.astype("string").fillna("").to_dict("records"):
        label = " ".join(str(row[k]) for k in keys)
        while label in rows:
            label += "+"
        rows[label] = {str(k): str(v) for k, v in row.items()}
    return rows


def _cells(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    names = [n for n in {**old, **new} if old.get(n) != new.get(n)]
    return ", ".join(f"{n} {old.get(n, '')} → {new.get(n, '')}" for n in names)
