"""Rows of the embedded data that differ between two checkouts, as part of a review.

It chooses what to show of each series; the comparing is :mod:`rotation_lib.sources.snapshot_diff`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..sources.snapshot import MANIFEST, SnapshotSource
from ..sources.snapshot_diff import RowChange, row_changes
from .model import SeriesChange

SNAPSHOT = Path("data") / "snapshot"
_EXAMPLES = 3


def series_changes(base: Path, head: Path) -> list[SeriesChange]:
    """Series and tables that differ between two checkouts, most rows first.

    Args:
        base: project folder before.
        head: project folder after.

    Raises:
        SnapshotError: if one of the snapshots cannot be trusted.
    """
    folders = [tree / SNAPSHOT for tree in (base, head)]
    if len({(folder / MANIFEST).read_bytes() for folder in folders}) == 1:
        return []
    old, new = (SnapshotSource(folder).load() for folder in folders)
    return [shown(change) for change in row_changes(old, new)]


def shown(change: RowChange) -> SeriesChange:
    """What a review says of one series or table: counts, and a few rows as examples.

    Args:
        change: rows that differ.
    """
    examples = [f"{row}: {what}" for row, what in change.revised[:_EXAMPLES]]
    if change.added:
        examples.append(f"new: {change.span(change.added)}")
    if change.lost:
        examples.append(f"gone: {change.span(change.lost)}")
    return SeriesChange(
        id=change.id,
        added=len(change.added),
        revised=len(change.revised),
        lost=len(change.lost),
        examples=tuple(examples),
    )


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
