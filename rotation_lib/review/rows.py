"""Rows of the embedded data that are new, revised or gone between two checkouts.

It compares values only, and only reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ..sources import Dataset
from ..sources.snapshot import SnapshotSource
from .model import SeriesChange

SNAPSHOT = Path("data") / "snapshot"
#: Columns that name a row in the small tables.
_KEYS = {
    "events": ["date", "label"],
    "decisions": ["decision_date"],
    "cpi_releases": ["reference_month"],
    "fundamentals": ["ticker", "period", "item", "end"],
    "splits": ["ticker", "date"],
}
_EXAMPLES = 3


def row_changes(base: Path, head: Path) -> list[SeriesChange]:
    """Series and tables that differ between two checkouts, most rows first.

    Args:
        base: project folder before.
        head: project folder after.

    Raises:
        SnapshotError: if one of the snapshots cannot be trusted.
    """
    if (base / SNAPSHOT / "manifest.json").read_bytes() == (
        head / SNAPSHOT / "manifest.json"
    ).read_bytes():
        return []
    old, new = (SnapshotSource(tree / SNAPSHOT).load() for tree in (base, head))
    return dataset_changes(old, new)


def dataset_changes(old: Dataset, new: Dataset) -> list[SeriesChange]:
    """The same for two data sets."""
    changes = [_series(name, a, b) for name, a, b in _columns(old, new)]
    changes += [_table(name, getattr(old, name), getattr(new, name)) for name in _KEYS]
    kept = [c for c in changes if c.added or c.revised or c.lost]
    return sorted(kept, key=lambda c: -(c.added + c.revised + c.lost))


def checksum_changes(
    base: Mapping[str, Any] | None, head: Mapping[str, Any] | None
) -> list[SeriesChange]:
    """Series whose checksum differs, from what two builds recorded of them.

    Args:
        base: ``series`` of ``build.json`` before; ``None`` if it recorded none.
        head: the same after.
    """
    if base is None or head is None:
        return []
    names = [n for n in [*base, *(k for k in head if k not in base)] if base.get(n) != head.get(n)]
    return [SeriesChange(id=name, unlisted=True) for name in names]


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


def _series(name: str, before: pd.Series, after: pd.Series) -> SeriesChange:
    added, lost = after.index.difference(before.index), before.index.difference(after.index)
    both = before.index.intersection(after.index)
    change = (after[both] - before[both]).abs()
    revised = change[change > 0].sort_values(ascending=False, kind="stable")
    examples = [f"{d:%Y-%m-%d}: {before[d]:.6g} → {after[d]:.6g}" for d in revised.index]
    if len(added):
        examples.append(f"new: {added[0]:%Y-%m-%d} to {added[-1]:%Y-%m-%d}")
    if len(lost):
        examples.append(f"gone: {lost[0]:%Y-%m-%d} to {lost[-1]:%Y-%m-%d}")
    return SeriesChange(
        id=name,
        added=len(added),
        revised=len(revised),
        lost=len(lost),
        examples=(*examples[:_EXAMPLES], *examples[max(_EXAMPLES, len(revised)) :]),
    )


def _table(name: str, before: pd.DataFrame, after: pd.DataFrame) -> SeriesChange:
    old, new = _rows(name, before), _rows(name, after)
    added = [k for k in new if k not in old]
    lost = [k for k in old if k not in new]
    revised = [k for k in new if k in old and old[k] != new[k]]
    said = [*(f"{k}: {_cells(old[k], new[k])}" for k in revised), *(f"new: {k}" for k in added)]
    return SeriesChange(
        id=name.replace("_", " "),
        added=len(added),
        revised=len(revised),
        lost=len(lost),
        examples=tuple([*said, *(f"gone: {k}" for k in lost)][:_EXAMPLES]),
    )


def _rows(name: str, frame: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Rows as text by what names them; a repeated name is numbered."""
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
