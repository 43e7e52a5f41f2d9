"""What the rate chapter's charts share: ids, empty frames said in words, labels of findings.

Nothing here measures; a frame without rows becomes a sentence, never an empty chart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import update_wrapper
from typing import TYPE_CHECKING, Concatenate, ParamSpec

import pandas as pd

from ...prose.markdown import Prose
from ..figure import Figure
from ..table import Table

if TYPE_CHECKING:
    from ...findings import Finding

THEME = "rate_sensitivity"
P = ParamSpec("P")
Shown = Figure | Table | Prose


def or_sentence(
    what: str,
) -> Callable[
    [Callable[Concatenate[pd.DataFrame, P], Shown]],
    Callable[Concatenate[pd.DataFrame, P], Shown],
]:
    """Decorate a chart of a frame so that an empty frame gives a sentence about ``what``."""

    def decorate(
        draw: Callable[Concatenate[pd.DataFrame, P], Shown],
    ) -> Callable[Concatenate[pd.DataFrame, P], Shown]:
        def drawn(frame: pd.DataFrame, /, *args: P.args, **kwargs: P.kwargs) -> Shown:
            if frame.empty or not len(frame.columns):
                return Prose(f"*No chart here: the data held do not suffice for {what}.*")
            return draw(frame, *args, **kwargs)

        update_wrapper(drawn, draw)
        return drawn

    return decorate


def estimates(findings: Mapping[str, Finding], rows: Mapping[str, str]) -> pd.DataFrame:
    """Findings as rows of a forest chart: ``label, value, low, high, note``; missing ones left out.

    Args:
        findings: of the chapter. rows: short id → label.
    """
    made = []
    for name, label in rows.items():
        found = findings[f"{THEME}.{name}"]
        if found.value is not None:
            note = f"{found.n:,} observations, {found.start} to {found.end}"
            made.append((label, found.value, found.low, found.high, note))
    frame = pd.DataFrame(made, columns=["label", "value", "low", "high", "note"])
    return frame.astype({"value": float, "low": float, "high": float})


def last_date(findings: Mapping[str, Finding], names: Iterable[str]) -> str:
    """The latest end among findings that have one."""
    ends = [findings[f"{THEME}.{n}"].end for n in names]
    return max(e for e in ends if e is not None)


def series_of(findings: Mapping[str, Finding], names: Iterable[str]) -> tuple[str, ...]:
    """Catalog ids behind findings, in order, once each."""
    found = (s for n in names for s in findings[f"{THEME}.{n}"].series)
    return tuple(dict.fromkeys(found))


def table_of(
    name: str,
    title: str,
    columns: Mapping[str, tuple[Iterable[object], str]],
    *,
    series: tuple[str, ...],
    as_of: pd.Timestamp,
    signed: tuple[str, ...],
    note: str = "",
) -> Table:
    """A table from columns that carry their format.

    Args:
        name: short id. title: the caption.
        columns: heading → values and the name of a format, or "text".
        series, signed, note: as :class:`rotation_lib.charts.table.Table`. as_of: end of the window.
    """
    return Table(
        f"{THEME}.{name}",
        title,
        pd.DataFrame({heading: list(values) for heading, (values, _) in columns.items()}),
        formats={heading: style for heading, (_, style) in columns.items() if style != "text"},
        note=note,
        series=series,
        as_of=as_of.date().isoformat(),
        signed=signed,
    )
