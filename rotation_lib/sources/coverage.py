"""How far each series reaches: what is required, what ended early, one table for readers.

It compares dates only; it must never look at a value.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from ..catalog import Catalog, Series
from ..errors import DataError

#: Days after which a series without a new observation counts as ended, by frequency.
_ENDED_AFTER = {"daily": 45, "weekly": 45, "monthly": 150, "quarterly": 300}
#: Days that a release may be late before its series counts as ended, by frequency.
GRACE = {"daily": 7, "weekly": 14, "monthly": 35, "quarterly": 45}


def check_coverage(
    total: pd.DataFrame, price: pd.DataFrame, macro: pd.DataFrame, catalog: Catalog
) -> list[str]:
    """Refuse data that lack a required series; say which others are missing or ended.

    Args:
        total: daily total returns, sessions × symbols.
        price: daily price returns on the same sessions.
        macro: long ``series_id, date, value``.
        catalog: which series are required.

    Raises:
        DataError: a required series is missing, or ends before the last session.
    """
    last = {name: frame[name].last_valid_index() for frame in (price, total) for name in frame}
    last |= macro.groupby("series_id")["date"].max().to_dict()
    through = total.index[-1]
    expected = [item for item in catalog.series.values() if item.embed != "no"]
    missing = [item.id for item in expected if item.required and item.id not in last]
    if missing:
        raise DataError(f"Required series are missing: {', '.join(missing)}; fetch them first.")
    notes = []
    for item in expected:
        if item.id not in last:
            notes.append(f"{item.id} is in the catalog but not in the source.")
            continue
        ended = _ended(last[item.id], through, item.frequency, is_price=item.kind != "macro")
        if ended and item.required:
            raise DataError(
                f"{item.id} ends {last[item.id]:%Y-%m-%d}, before {through:%Y-%m-%d}: "
                "it is required up to the last session; fetch it again."
            )
        if ended:
            notes.append(f"{item.id} ends {last[item.id]:%Y-%m-%d}.")
    return notes


def overdue(item: Series, last: dt.date, today: dt.date, catalog: Catalog) -> dt.date | None:
    """The day on which a macro series' next value was due, if that is long enough ago.

    Args:
        item: its catalog entry.
        last: day of its newest value, as FRED dates it.
        today: the day on which it was asked for.
        catalog: knows lags, and releases that came late or never.

    Returns:
        ``None`` while a value may still come, and for a series that no lag describes.
    """
    if not item.point_in_time:
        return None
    following = _next(item, last)
    while following <= today:
        due = catalog.publication_date(item.id, following)
        if due is not None:
            return due if due + dt.timedelta(days=GRACE[item.frequency]) < today else None
        following = _next(item, following)
    return None


def _next(item: Series, day: dt.date) -> dt.date:
    """The day of the observation after one."""
    steps = {
        "daily": pd.offsets.BDay(),
        "weekly": pd.DateOffset(days=7),
        "monthly": pd.DateOffset(months=1),
        "quarterly": pd.DateOffset(months=3),
    }
    after = pd.Timestamp(day) + steps[item.frequency]
    return dt.date(after.year, after.month, after.day)


def _ended(last: pd.Timestamp, through: pd.Timestamp, frequency: str, *, is_price: bool) -> bool:
    patience = 0 if is_price else _ENDED_AFTER[frequency]
    return bool(last < through - pd.Timedelta(days=patience))


def coverage_table(series: dict[str, dict[str, Any]], catalog: Catalog) -> str:
    """All embedded series in one Markdown table, from the blocks of a manifest."""
    lines = [
        "# What the snapshot holds",
        "",
        "Written together with the snapshot; see `../README.md` for what it means.",
        "",
        "| id | title | content | first | last | count | price returns | publisher |",
        "| --- | --- | --- | --- | --- | ---: | --- | --- |",
    ]
    for item in catalog.series.values():
        block = series.get(item.id)
        if block is None:
            continue
        price = block.get("price_returns")
        reach = f"{price['first']} to {price['last']}" if price else "–"
        lines.append(
            f"| {item.id} | {item.title} | {block['content']} | {block['first']} | "
            f"{block['last']} | {block['count']:,} | {reach} | {item.publisher} |"
        )
    withheld = [item for item in catalog.series.values() if item.embed == "no"]
    lines += ["", "Not embedded: " + ", ".join(f"{i.id} ({i.licence})" for i in withheld) + "."]
    return "\n".join(lines) + "\n"
