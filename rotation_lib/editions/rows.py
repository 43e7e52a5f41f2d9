"""Fingerprints of the rows a report could see, so that the next edition can tell new from revised.

A market is put down as one digest a series and year. The data themselves are never kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..fingerprint import digest
from ..market import Market

#: Series → year → (rows, digest).
Rows = Mapping[str, Mapping[str, tuple[int, str]]]
#: Small tables, and the column whose year a row belongs to.
_TABLES = {
    "events": "date",
    "decisions": "decision_date",
    "cpi_releases": "release_date",
    "fundamentals": "end",
    "splits": "date",
}
_LETTERS = 12


@dataclass(frozen=True)
class SeriesRows:
    """What differs in one series between two editions.

    Attributes:
        id: series or table.
        new: rows that the later edition adds.
        revised: years in which rows that the earlier edition could see read differently now.
    """

    id: str
    new: int
    revised: tuple[str, ...]


def row_digests(market: Market) -> dict[str, dict[str, tuple[int, str]]]:
    """Digests of every value a market lets a study see."""
    return {name: _by_year(part) for name, part in _parts(market) if len(part)}


def changed_rows(before: Rows, then: Rows, after: Rows) -> list[SeriesRows]:
    """Series that have new or revised rows.

    Args:
        before: what the earlier edition saw.
        then: what the data of today show up to that edition's day.
        after: what the later edition sees.
    """
    changes = []
    for name in dict.fromkeys([*before, *after]):
        old, now, new = (rows.get(name, {}) for rows in (before, then, after))
        revised = tuple(sorted(y for y in {*old, *now} if old.get(y) != now.get(y)))
        added = sum(n for n, _ in new.values()) - sum(n for n, _ in now.values())
        if revised or added > 0:
            changes.append(SeriesRows(name, max(added, 0), revised))
    return sorted(changes, key=lambda c: (not c.revised, -c.new, c.id))


def _parts(market: Market) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each series or table, the column of its dates first; missing values left out."""
    wide = {"total returns": market.history, "price returns": market.price_history}
    for kind, frame in wide.items():
        for name in frame.columns:
            column = frame[name].dropna()
            yield f"{name} {kind}", pd.DataFrame({"date": column.index, "value": column.to_numpy()})
    for name, group in market.observations.groupby("series_id", sort=True):
        yield str(name), group[["date", "value"]].dropna()
    for name, key in _TABLES.items():
        frame = getattr(market, name)
        yield name.replace("_", " "), frame[[key, *(c for c in frame.columns if c != key)]]


def _by_year(part: pd.DataFrame) -> dict[str, tuple[int, str]]:
    years = part.iloc[:, 0].dt.year.to_numpy()
    order = np.argsort(years, kind="stable")
    columns = [_plain(part[name])[order] for name in part.columns]
    names, starts = np.unique(years[order], return_index=True)
    ends = [*starts[1:], len(part)]
    return {
        str(year): (int(end - start), _digest([column[start:end] for column in columns]))
        for year, start, end in zip(names, starts, ends, strict=True)
    }


def _plain(column: pd.Series) -> np.ndarray:
    """Numbers as they are, dates as days, all else as text."""
    plain: np.ndarray
    if column.dtype.kind == "f":
        plain = column.to_numpy(np.float64)
    elif column.dtype.kind == "M":
        plain = column.to_numpy("datetime64[D]").astype("int64")
    else:
        plain = column.astype("string").fillna("").to_numpy(dtype=object)
    return plain


def _digest(columns: list[np.ndarray]) -> str:
    parts = ["\n".join(c) if c.dtype == object else c.tobytes() for c in columns]
    return digest(*parts)[:_LETTERS]
