"""The quality gates asked again of what a report uses, whatever its source.

A live series passed them before it was stored, a snapshot when it was written; here they
are asked of the returns and observations handed out. It reads only: it never changes a
value, and never asks the network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..catalog import Catalog, Series
from ..sources.base import Dataset
from ..sources.exchange import xnys_sessions
from ..sources.quality import QualityRules, load_quality
from . import gates, judged

#: The gates in the order in which they are told.
GATES = ("shape", "days", "twice", "positive", "jump", "repeats", "rows")
COLUMNS = ("series_id", "gate", "result", "found")
Row = tuple[str, str, str, str]


def examine(dataset: Dataset, catalog: Catalog, rules: QualityRules | None = None) -> pd.DataFrame:
    """Ask every gate that applies of every series that a dataset holds.

    Args:
        dataset: from any source, whole.
        catalog: what the series are.
        rules: limits and known faults; those of the project by default.

    Returns:
        Frame of :data:`COLUMNS`, one row a series and gate. ``result`` is ``"passed"``,
        ``"noted"`` (let pass, with the reason in ``found``) or ``"open"`` (nobody has judged
        it). A gate that says nothing of a kind of series has no row.
    """
    rules = load_quality() if rules is None else rules
    blocks: Mapping[str, Any] = dataset.provenance["series"]
    levels = {str(k): g for k, g in dataset.observations.groupby("series_id")}
    days = pd.DatetimeIndex(dataset.total_returns.index)
    closed = pd.DatetimeIndex(dataset.provenance.get("closed", []))
    sessions = xnys_sessions(days[0], days[-1]).difference(closed)
    rows: list[Row] = []
    for series_id, block in sorted(blocks.items()):
        item = catalog[series_id]
        if item.kind == "macro":
            rows += _macro(item, levels[series_id])
            count = len(levels[series_id])
        else:
            column = _returns(dataset, item)
            rows += [_row(series_id, "days", *_sessions(column, sessions))]
            rows += _prices(item, column, dataset, rules)
            count = int(column.notna().sum())
        rows.append(_row(series_id, "rows", "", _counted(count, int(block["count"]))))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(series_id: str, gate: str, noted: str = "", wrong: str = "") -> Row:
    result = "open" if wrong else "noted" if noted else "passed"
    return (series_id, gate, result, wrong or noted)


def _returns(dataset: Dataset, item: Series) -> pd.Series:
    frame = dataset.total_returns if item.has_total_return else dataset.price_returns
    return frame[item.id]


def _prices(
    item: Series, column: pd.Series, dataset: Dataset, rules: QualityRules
) -> Iterator[Row]:
    days = pd.DatetimeIndex(column.index)
    held = column.dropna()
    finite = bool(np.isfinite(held.to_numpy()).all()) and days.is_monotonic_increasing
    yield _row(item.id, "shape", "", "" if finite else "A return is no number.")
    yield _row(item.id, "twice", "", "" if days.is_unique else "A session stands twice.")
    yield _row(item.id, "positive", "", "" if (held > -1).all() else "A close is not positive.")
    if not rules.is_exempt("jump", item.id):
        yield _row(item.id, "jump", *_jumps(item, held, dataset, rules))
    if not rules.is_exempt("stale run", item.id):
        tail = held.tail(rules.limits.stale_tail)
        same = len(tail) == rules.limits.stale_tail and bool((tail == 0).all())
        yield _row(
            item.id, "repeats", "", f"The last {len(tail)} closes are the same." if same else ""
        )


def _sessions(column: pd.Series, sessions: pd.DatetimeIndex) -> tuple[str, str]:
    """What is noted, and what is wrong, about the days of a series of returns."""
    if not sessions.equals(pd.DatetimeIndex(column.index)):
        return "", "Its days are not the sessions of the exchange."
    inside = column.loc[column.first_valid_index() : column.last_valid_index()]
    return gates.hole_note(pd.DatetimeIndex(inside.index[inside.isna()])), ""


def _jumps(item: Series, held: pd.Series, dataset: Dataset, rules: QualityRules) -> tuple[str, str]:
    listed = {
        fault["when"]
        for fault in dataset.provenance["anomalies"]
        if fault["symbol"] == item.id and fault["check"] in ("jump", "price jump")
    }
    settled, open_still = [], []
    for day, move in held[held.abs() > rules.limits.jump].items():
        told = f"{move:+.0%} on {day:%Y-%m-%d}".replace("-", "−", 1 if move < 0 else 0)
        seen = judged.confirmed(item.id, day, float(move), rules, dataset.price_returns.get)
        if f"{day:%Y-%m-%d}" in listed:
            settled.append(f"{told} (judged, listed)")
        elif seen:
            settled.append(f"{told} (a witness moved alike)")
        else:
            open_still.append(told)
    return _moves(settled), _moves(open_still)


def _moves(told: list[str]) -> str:
    return f"Moved {', '.join(told)}." if told else ""


def _macro(item: Series, rows: pd.DataFrame) -> Iterator[Row]:
    finite = bool(np.isfinite(rows["value"].to_numpy()).all())
    yield _row(item.id, "shape", "", "" if finite else "A value is no number.")
    periods = item.frequency in ("monthly", "quarterly")
    dated = not periods or bool((rows["date"].dt.day == 1).all())
    yield _row(item.id, "days", "", "" if dated else "A period is not dated by its first day.")
    once = rows["date"].is_unique
    yield _row(item.id, "twice", "", "" if once else "A period stands twice.")


def _counted(held: int, recorded: int) -> str:
    return "" if held == recorded else f"It has {held} rows, and its record says {recorded}."
