"""Quality gates: what a pulled series must be before it may be stored.

Each gate lets pass, lets pass with a note, or refuses. None changes a value. Shapes are
checked by pandera, days by the exchange's calendar, sizes by ``data/quality.toml``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from ..catalog import Series
from ..sources.outcome import malformed
from ..sources.quality import VALUE_TOLERANCE, QualityRules
from .prices import PROVISIONAL, returns
from .vintages import LATER

#: Holes inside a listing that a daily series may have, in all and in a row.
MOST_GAPS, LONGEST_GAP = 5, 3
#: Sessions by which a series may trail the newest one before it is called stale.
PATIENCE = 1
#: Share of stored observations that a pull may lack inside its own span.
MOST_WITHDRAWN = 0.02
#: Days between two observations, by frequency; over how many it is asked, and from how many on.
SPACING = {"daily": (1, 4), "weekly": (6, 8), "monthly": (28, 31), "quarterly": (89, 93)}
RHYTHM, SHORTEST_RHYTHM = 60, 6
#: A witness confirms a jump if it moved the same way by at least this share of it.
WITNESS_SHARE = 0.5

UNEXPLAINED = "with no action or witness to explain it"

Witness = Callable[[str], pd.Series | None]


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
        witness: price returns of another symbol, or ``None`` where there are none.

    Returns:
        What was found and let pass, one sentence each.

    Raises:
        FetchError: ``malformed``, for what may not be stored.
    """
    _shape(bars, item.id)
    _not_shorter(bars, stored, item.id)
    notes = _gaps(bars, item.id, sessions)
    _jumps(bars, item, rules, witness)
    _stopped(bars, item, rules)
    return notes


def wants_witness(message: str) -> bool:
    """Whether a refusal says that nobody confirmed a jump."""
    return UNEXPLAINED in message


def trailing(bars: pd.DataFrame, sessions: pd.DatetimeIndex) -> str:
    """A sentence if the series ends before the newest session, else nothing."""
    last = bars["date"].iloc[-1]
    behind = int((sessions > last).sum())
    return f"the newest bar is of {last:%Y-%m-%d}" if behind > PATIENCE else ""


def _shape(bars: pd.DataFrame, series_id: str) -> None:
    import pandera.pandas as pa
    from pandera.errors import SchemaError

    schema = pa.DataFrameSchema(
        {
            "date": pa.Column("datetime64[us]", unique=True),
            "close": pa.Column(float, [pa.Check.gt(0), pa.Check.lt(1e9)]),
            "dividend": pa.Column(float, pa.Check.ge(0)),
            "split": pa.Column(float, pa.Check.in_range(1e-3, 1e3)),
        },
        strict=True,
        checks=pa.Check(lambda f: f["date"].is_monotonic_increasing, error="days must ascend"),
    )
    try:
        schema.validate(bars)
    except SchemaError as error:
        column = getattr(error.schema, "name", None) or "bars"
        failure = malformed(f"{series_id}: {column} breaks {error.check}")
    else:
        if len(bars) < 2:
            raise malformed(f"{series_id}: fewer than two bars")
        return
    raise failure


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
    return f"No bar for {named}: the return of the session after spans the hole." if named else ""


def _jumps(bars: pd.DataFrame, item: Series, rules: QualityRules, witness: Witness) -> None:
    if rules.is_exempt("jump", item.id):
        return
    total, price = returns(bars, has_total=item.has_total_return)
    moves = total if item.has_total_return else price
    known = [
        (k.when, k.value)
        for k in rules.known
        if k.symbol == item.id and k.check in ("jump", "price jump")
    ]
    for day, move in moves[moves.abs() > rules.limits.jump].items():
        judged = [value for when, value in known if when == f"{day:%Y-%m-%d}"]
        if any(abs(value - move) <= VALUE_TOLERANCE for value in judged):
            continue
        if not confirmed(item.id, day, float(move), rules, witness):
            raise malformed(
                f"{item.id}: {move:+.0%} on {day:%Y-%m-%d} {UNEXPLAINED} "
                "(a true one belongs into data/quality.toml)"
            )


def confirmed(
    symbol: str, day: pd.Timestamp, move: float, rules: QualityRules, witness: Witness
) -> bool:
    """Whether a second series moved the same way on that day, by at least half as much.

    Args:
        symbol: whose move it is.
        day: its session.
        move: its return.
        rules: which series vouch for which.
        witness: price returns of another symbol, or ``None`` where there are none.
    """
    pairs = [(w.symbol, w.against) for w in rules.witness]
    others = {b for a, b in pairs if a == symbol} | {a for a, b in pairs if b == symbol}
    for other in sorted(others):
        seen = witness(other)
        if seen is None or day not in seen.index:
            continue  # a return that is missing there (NaN) confirms nothing either
        if seen[day] * move > 0 and abs(seen[day]) >= WITNESS_SHARE * abs(move):
            return True
    return False


def _stopped(bars: pd.DataFrame, item: Series, rules: QualityRules) -> None:
    if rules.is_exempt("stale run", item.id):
        return
    _, price = returns(bars)
    tail = price.tail(rules.limits.stale_tail)
    if len(tail) == rules.limits.stale_tail and (tail == 0).all():
        raise malformed(f"{item.id}: the last {len(tail)} closes are all the same")


def check_observations(
    pulled: pd.Series, stored: pd.Series | None, item: Series, today: pd.Timestamp
) -> tuple[pd.Series, tuple[str, ...]]:
    """Examine the observations of one macro series.

    Args:
        pulled: values by day, ascending; NaN where the publisher has none.
        stored: the latest values stored, or ``None``.
        item: its catalog entry.
        today: no observation may lie after it.

    Returns:
        The values to keep, without NaN or later days, and notes.

    Raises:
        FetchError: ``malformed``, for what may not be stored.
    """
    values = pulled.dropna()
    late = values.index > today
    notes = (f"{late.sum()} observation(s) {LATER}",) if any(late) else ()
    values = values[~late]
    if values.empty:
        raise malformed(f"{item.id}: no observation has a value")
    _observation_shape(values, item)
    _spacing(values, item)
    _not_fewer(values, stored, item.id)
    return values, notes


def _observation_shape(values: pd.Series, item: Series) -> None:
    import pandera.pandas as pa
    from pandera.errors import SchemaError

    aligned = pa.Check(lambda days: days.dt.day == 1, error="a period that starts on its day 1")
    monthly = item.frequency in ("monthly", "quarterly")
    schema = pa.DataFrameSchema(
        {
            "date": pa.Column("datetime64[us]", aligned if monthly else None, unique=True),
            "value": pa.Column(float, pa.Check.in_range(-1e12, 1e12)),
        }
    )
    try:
        schema.validate(pd.DataFrame({"date": values.index, "value": values.to_numpy()}))
    except SchemaError as error:
        failure = malformed(f"{item.id}: observations break the rule {error.check}")
    else:
        return
    raise failure


def _spacing(values: pd.Series, item: Series) -> None:
    """Refuse observations of another frequency, by the usual distance between their days."""
    days = pd.Series(values.index[-RHYTHM:]).diff().dt.days.dropna()
    if len(days) < SHORTEST_RHYTHM:
        return
    low, high = SPACING[item.frequency]
    if not low <= days.median() <= high:
        raise malformed(
            f"{item.id}: observations {days.median():g} days apart, and it is {item.frequency}"
        )


def _not_fewer(values: pd.Series, stored: pd.Series | None, series_id: str) -> None:
    if stored is None or stored.empty:
        return
    if values.index[-1] < stored.index[-1]:
        raise malformed(
            f"{series_id}: ends {values.index[-1]:%Y-%m-%d}, before what is stored "
            f"({stored.index[-1]:%Y-%m-%d})"
        )
    inside = stored.index[stored.index >= values.index[0]]
    lost = inside.difference(values.index)
    if len(lost) > max(1, MOST_WITHDRAWN * len(inside)):
        raise malformed(f"{series_id}: {len(lost)} observations that are stored are gone")
