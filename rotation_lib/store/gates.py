"""Quality gates: what the bars of a series must be before they may be stored.

Each gate lets pass, lets pass with a note, or refuses. None changes a value. Shapes are
checked by pandera, days by the exchange's calendar, sizes by ``data/quality.toml``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..catalog import Series
from ..sources.outcome import malformed
from ..sources.quality import QualityRules
from .judged import Witness, check_moves, check_restated
from .prices import PROVISIONAL, returns

if TYPE_CHECKING:
    import pandera.pandas as pa

#: Holes inside a listing that a daily series may have, in all and in a row.
MOST_GAPS, LONGEST_GAP = 5, 3
#: Sessions by which a series may trail the newest one before it is called stale.
PATIENCE = 1
#: Sessions from which on it has ended; begins what is told of any series that has.
LONG_BEHIND, ENDED = 20, "ended, last "
#: Begins what is told of sessions without a bar.
HOLE = "No bar for "


def check_bars(
    bars: pd.DataFrame,
    stored: pd.DataFrame | None,
    item: Series,
    sessions: pd.DatetimeIndex,
    rules: QualityRules,
    witness: Witness,
) -> tuple[str, ...]:
    """Examine a whole daily series as it would be stored.

    Args:
        bars: frame of :data:`rotation_lib.store.prices.COLUMNS`.
        stored: what is stored now, or ``None``.
        item: its catalog entry.
        sessions: every session that is over.
        rules: limits and known faults.
        witness: returns of another symbol, or ``None`` where there are none.

    Returns:
        What was found and let pass, one sentence each.

    Raises:
        FetchError: ``malformed``, for what may not be stored.
    """
    _shape(bars, item.id)
    _not_shorter(bars, stored, item.id)
    notes = _gaps(bars, item.id, sessions)
    _stopped(bars, item, rules)
    if stored is not None and len(stored) > PROVISIONAL + 1:
        check_restated(bars, stored, item, rules, witness)
    return (*notes, *check_moves(bars, item, rules, witness))


def trailing(bars: pd.DataFrame, sessions: pd.DatetimeIndex) -> str:
    """A sentence if the series ends before the newest session, else nothing."""
    last = bars["date"].iloc[-1]
    behind = int((sessions > last).sum())
    if behind > LONG_BEHIND:
        return f"{ENDED}{last:%Y-%m-%d}, {behind} sessions ago"
    return f"Yahoo: the newest bar is of {last:%Y-%m-%d}" if behind > PATIENCE else ""


def _shape(bars: pd.DataFrame, series_id: str) -> None:
    from pandera.errors import SchemaError

    try:
        _schema().validate(bars)
    except SchemaError as error:
        column = getattr(error.schema, "name", None) or "bars"
        failure = malformed(f"{series_id}: {column} breaks {error.check}")
    else:
        if len(bars) < 2:
            raise malformed(f"{series_id}: fewer than two bars")
        return
    raise failure


@lru_cache(maxsize=1)
def _schema() -> pa.DataFrameSchema:
    import pandera.pandas as pa

    return pa.DataFrameSchema(
        {
            "date": pa.Column("datetime64[us]", unique=True),
            "close": pa.Column(float, [pa.Check.gt(0), pa.Check.lt(1e9)]),
            "dividend": pa.Column(float, pa.Check.ge(0)),
            "split": pa.Column(float, pa.Check.in_range(1e-3, 1e3)),
        },
        strict=True,
        checks=pa.Check(lambda f: f["date"].is_monotonic_increasing, error="days must ascend"),
    )


def _not_shorter(bars: pd.DataFrame, stored: pd.DataFrame | None, series_id: str) -> None:
    if stored is None or stored.empty:
        return
    if bars["date"].iloc[0] > stored["date"].iloc[0]:
        raise malformed(f"{series_id}: the history now starts {bars['date'].iloc[0]:%Y-%m-%d}")
    settled = stored["date"].iloc[:-PROVISIONAL]
    lost = settled[~settled.isin(bars["date"])]
    if len(lost) > MOST_GAPS:
        raise malformed(f"{series_id}: {len(lost)} bars that are stored are no longer served")


def _gaps(bars: pd.DataFrame, series_id: str, sessions: pd.DatetimeIndex) -> tuple[str, ...]:
    days = pd.DatetimeIndex(bars["date"])
    inside = sessions[(sessions >= days[0]) & (sessions <= days[-1])]
    missing = inside.difference(days)
    if not len(missing):
        return ()
    positions = inside.get_indexer(missing)
    runs = np.split(positions, np.flatnonzero(np.diff(positions) != 1) + 1)
    if len(missing) > MOST_GAPS or max(map(len, runs)) > LONGEST_GAP:
        raise malformed(
            f"{series_id}: {len(missing)} sessions without a bar, first {missing[0]:%Y-%m-%d}"
        )
    return (hole_note(missing),)


def hole_note(days: pd.DatetimeIndex) -> str:
    """What is said of sessions without a bar; nothing where there are none."""
    named = ", ".join(f"{day:%Y-%m-%d}" for day in days)
    return f"{HOLE}{named}: the return of the session after spans the hole." if named else ""


def _stopped(bars: pd.DataFrame, item: Series, rules: QualityRules) -> None:
    if rules.is_exempt("stale run", item.id):
        return
    _, price = returns(bars)
    tail = price.tail(rules.limits.stale_tail)
    if len(tail) == rules.limits.stale_tail and (tail == 0).all():
        raise malformed(f"{item.id}: the last {len(tail)} closes are all the same")
