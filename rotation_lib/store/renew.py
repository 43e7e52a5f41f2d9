"""A new embedded snapshot from the live store.

It hands the store's returns to the writer of snapshots, which leaves out what may not be
embedded and refuses what is not as it should be. It must never pass on a price level.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ..catalog import Catalog
from ..errors import DataError
from ..sources.base import Dataset
from ..sources.closed import BASE_CLOSE
from ..sources.exchange import closure_note
from ..sources.quality import QualityRules, load_quality
from ..sources.raw import RawData
from ..sources.snapshot_writer import SnapshotReport, refuse_foreign, write_raw
from .files import Store
from .live import LiveSource

#: A day's price and total return that differ by no more than a dividend.
SAME_MOVE = 0.02


def write_from_store(
    out: Path, catalog: Catalog, store: Store | None = None, rules: QualityRules | None = None
) -> SnapshotReport:
    """Write the snapshot of what the store holds into ``out``, all or nothing.

    Raises:
        StoreError: the store lacks something that the report needs.
        DataError: what is stored is incomplete, or has a fault nobody has judged.
    """
    refuse_foreign(out)
    live = LiveSource(store, catalog).load()
    absent = [s for s in live.provenance["absent"] if catalog[s].embed != "no"]
    if absent:
        raise DataError(
            f"The store lacks {', '.join(absent)}, which the snapshot holds: run "
            "'rotation data fetch' until it is complete."
        )
    judged = _judged(load_quality() if rules is None else rules, live.price_returns)
    return write_raw(_raw(live, catalog), out, catalog, judged)


def _judged(rules: QualityRules, price: pd.DataFrame) -> QualityRules:
    """Rules in which a jump judged on the total return is judged on the price as well."""
    twins = []
    for known in rules.known:
        if known.check != "jump" or known.symbol not in price or known.date is None:
            continue
        move = price[known.symbol].get(pd.Timestamp(known.date))
        if move is not None and abs(move - known.value) <= SAME_MOVE:
            twins.append(known.model_copy(update={"check": "price jump", "value": float(move)}))
    judged = {(k.symbol, k.check, k.when): k for k in (*rules.known, *twins)}
    return rules.model_copy(update={"known": tuple(judged.values())})


def _raw(live: Dataset, catalog: Catalog) -> RawData:
    total = _indexed(live.total_returns)
    price = _indexed(live.price_returns)
    indices = [name for name in price if not catalog[str(name)].has_total_return]
    return RawData(
        adjusted=pd.concat([total, price[indices]], axis=1),
        closes=price.drop(columns=indices),
        macro=live.observations,
        decisions=live.decisions,
        cpi_releases=live.cpi_releases,
        events=live.events[["date", "reaction_session", "category", "label", "evidence", "note"]],
        fundamentals=live.fundamentals,
        splits=live.splits,
        base_close=BASE_CLOSE,
        notes=(
            *(closure_note(pd.Timestamp(day)) for day in live.provenance["closed"]),
            *(f"{row['series']}: {row['found']}" for row in live.provenance["gates"]),
        ),
    )


def _indexed(returns: pd.DataFrame) -> pd.DataFrame:
    """Growth of 1 from just before each column's first return: the writer derives returns anew.

    Raises:
        DataError: a hole inside a listing, which the snapshot may not have.
    """
    growth = (1 + returns).cumprod()
    base = pd.DataFrame(float("nan"), index=pd.DatetimeIndex([BASE_CLOSE]), columns=returns.columns)
    frame = pd.concat([base, growth]).rename_axis(index="date")
    frame.index = pd.DatetimeIndex(frame.index).as_unit("us")
    for name in frame:
        column = returns[name]
        first, last = column.first_valid_index(), column.last_valid_index()
        if first is None:
            continue
        if column.loc[first:last].isna().any():
            hole = column.loc[first:last].isna().idxmax()
            raise DataError(
                f"{name} has no bar on {hole:%Y-%m-%d}, inside its listing: fetch again when the "
                "vendor has filled it."
            )
        frame.iloc[frame.index.get_loc(first) - 1, frame.columns.get_loc(name)] = 1.0
    return frame
