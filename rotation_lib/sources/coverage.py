"""How far each series reaches: what is required, what ended early, one table for readers.

It compares dates only; it must never look at a value.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..catalog import Catalog
from ..errors import DataError

#: Days after which a series without a new observation counts as ended, by frequency.
_ENDED_AFTER = {"daily": 45, "weekly": 45, "monthly": 150, "quarterly": 300}


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
