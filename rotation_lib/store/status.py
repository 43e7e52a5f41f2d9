"""The store at a glance: how old each series is, how its last pull ended, what to do.

It reads manifests and the log of pulls; it must never ask the network.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from ..catalog import Catalog, load_catalog
from ..errors import StoreError
from ..sources.outcome import Outcome
from .files import Attempt, Entry, Store

_NEXT = {
    Outcome.OK: "",
    Outcome.UNCHANGED: "",
    Outcome.STALE: "fetch again later; what is stored stays in use",
    Outcome.MISSING: "fetch again; if it stays so, look at its source_id in data/catalog.toml",
    Outcome.RATE_LIMITED: "wait an hour, then fetch again",
    Outcome.MALFORMED: "fetch again later; what was sent did not pass the gates",
    Outcome.TIMED_OUT: "look at the network, then fetch again",
}
_NEVER = "never fetched"
#: Names shown in full in one row.
_NAMED = 6


@dataclass(frozen=True)
class StatusRow:
    """One line of the table; texts as shown."""

    series: str
    outcome: str
    last: str
    age: str
    rows: str
    next: str

    @property
    def good(self) -> bool:
        """Whether nothing is to be done."""
        return not self.next


@dataclass(frozen=True)
class _State:
    key: str
    outcome: Outcome
    message: str
    entry: Entry | None


def status_rows(
    store: Store, catalog: Catalog, now: dt.datetime, *, grouped: bool = True
) -> list[StatusRow]:
    """What the store holds of every series that a live source serves, worst first.

    Args:
        store: the store.
        catalog: which series there are.
        now: for the ages.
        grouped: one row for all series of one outcome and kind, instead of one each.

    Raises:
        StoreError: the manifest is damaged.
    """
    states = sorted(_states(store, catalog), key=_order)
    if not grouped:
        return [_row([state], now) for state in states]
    return [_row(list(group), now) for _, group in groupby(states, key=_order)]


def tally(attempts: Sequence[Attempt]) -> str:
    """How a pull ended, in one line."""
    counts = Counter(attempt.outcome for attempt in attempts)
    parts = [f"{counts[o]} {o.replace('_', ' ')}" for o in Outcome if counts[o]]
    added = sum(a.added for a in attempts)
    revised = sum(a.revised for a in attempts)
    return f"fetched: {', '.join(parts)}; {added:,} new rows, {revised:,} revised"


def required_failures(attempts: Sequence[Attempt]) -> list[str]:
    """Series that the report needs and that were not refreshed."""
    catalog = load_catalog()
    return [
        a.series_id
        for a in attempts
        if not Outcome(a.outcome).answered
        and a.series_id in catalog.series
        and catalog[a.series_id].required
    ]


def verify_store(store: Store) -> list[str]:
    """What is wrong with the store's files, one sentence each; empty when nothing is.

    Raises:
        StoreError: the manifest itself is damaged.
    """
    complaints = []
    for key, entry in store.manifest().items():
        try:
            frame = store.read(entry)
        except StoreError as error:
            complaints.append(f"{key}: {error}")
            continue
        if len(frame) != entry.rows:
            complaints.append(f"{key}: {len(frame)} rows, and the manifest says {entry.rows}.")
    return complaints


def _states(store: Store, catalog: Catalog) -> list[_State]:
    entries, attempts = store.manifest(), store.attempts()
    states = []
    for item in catalog.series.values():
        if item.source == "none":
            continue
        entry, attempt = entries.get(item.id), attempts.get(item.id)
        if entry is not None and not _intact(store, entry):
            states.append(_State(item.id, Outcome.MALFORMED, "its file is damaged", None))
        elif attempt is not None:
            states.append(_State(item.id, Outcome(attempt.outcome), attempt.message, entry))
        else:
            outcome = Outcome.MISSING if entry is None else Outcome.OK
            states.append(_State(item.id, outcome, _NEVER if entry is None else "", entry))
    return states


def _intact(store: Store, entry: Entry) -> bool:
    try:
        store.read(entry)
    except StoreError:
        return False
    return True


def _order(state: _State) -> tuple[int, str, bool, str]:
    worst_first = list(reversed(Outcome)).index(state.outcome)
    kind = "" if state.entry is None else state.entry.kind
    return (worst_first, state.message, state.entry is None, kind)


def _row(states: Sequence[_State], now: dt.datetime) -> StatusRow:
    first = states[0]
    entries = [s.entry for s in states if s.entry is not None]
    names = ", ".join(s.key for s in states[:_NAMED])
    rest = len(states) - _NAMED
    said = _NEXT[first.outcome]
    if first.message == _NEVER:
        said = "run 'rotation data fetch'"
    if first.message:
        said = f"{first.message}; {said}" if said else first.message
    lasts = sorted({e.last for e in entries})
    return StatusRow(
        series=f"{names} and {rest} more" if rest > 0 else names,
        outcome=first.outcome.replace("_", " "),
        last="–" if not lasts else lasts[0] if len(lasts) == 1 else f"{lasts[0]} … {lasts[-1]}",
        age=_age(min((e.checked_at for e in entries), default=None), now),
        rows=f"{sum(e.rows for e in entries):,}",
        next=said,
    )


def _age(then: dt.datetime | None, now: dt.datetime) -> str:
    if then is None:
        return "–"
    hours = max(0.0, (now - then).total_seconds() / 3600)
    if hours < 1:
        return "under 1 h"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} d"
