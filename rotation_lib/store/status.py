"""The store at a glance: how old each series is, how its last pull ended, what to do.

It reads manifests and the log of pulls; it must never ask the network.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

import pandas as pd

from ..catalog import Catalog, load_catalog
from ..errors import StoreError
from ..sources.closed import BASE_CLOSE
from ..sources.exchange import closure_note, unknown_closures, xnys_sessions
from ..sources.outcome import Outcome
from .files import ASIDE, Attempt, Entry, Store
from .gates import ENDED

_NEXT = {
    Outcome.OK: "",
    Outcome.UNCHANGED: "",
    Outcome.STALE: "fetch again later",
    Outcome.MISSING: "see its source_id in data/catalog.toml",
    Outcome.RATE_LIMITED: "fetch again in an hour",
    Outcome.MALFORMED: "fetch again later",
    Outcome.TIMED_OUT: "look at the network, then fetch again",
}
_NEVER = "never fetched"
#: Names shown in full in one row.
_NAMED = 6


@dataclass(frozen=True)
class StatusRow:
    """One line of the table; texts as shown.

    Attributes:
        series: how many there are if several, their names, and which of them ends first.
        outcome: of the last pull.
        last: day of the newest value.
        age: since a source last confirmed the one that was confirmed longest ago.
        rows: how many are stored.
        next: what happened and what to do; empty where nothing is to be done.
        required: whether the report cannot do without one of them.
    """

    series: str
    outcome: str
    last: str
    age: str
    rows: str
    next: str
    required: bool

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
    required: bool


def status_rows(
    store: Store,
    catalog: Catalog,
    now: dt.datetime,
    *,
    grouped: bool = True,
    only: Collection[str] = (),
) -> list[StatusRow]:
    """What the store holds of every series that a live source serves, worst first.

    Args:
        store: the store.
        catalog: which series there are.
        now: for the ages.
        grouped: one row for all series of one outcome and kind, instead of one each.
        only: these series; all by default.

    Raises:
        StoreError: the manifest is damaged.
    """
    states = sorted((s for s in _states(store, catalog) if not only or s.key in only), key=_order)
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


def vintage_lines(attempts: Sequence[Attempt]) -> list[str]:
    """How the pull of true vintages ended, one line a day; the table holds no vintages."""
    days: dict[str, list[Outcome]] = {}
    for attempt in attempts:
        _, at, day = attempt.series_id.partition("@")
        if at:
            days.setdefault(day, []).append(Outcome(attempt.outcome))
    return [
        f"as known on {day}: {found} of {len(outcomes)} series had; publication lags stand in for "
        f"the other {len(outcomes) - found}"
        if (found := sum(o.answered for o in outcomes)) < len(outcomes)
        else f"as known on {day}: all {found} series had"
        for day, outcomes in sorted(days.items())
    ]


def change_lines(store: Store, days: int, only: Collection[str] = ()) -> list[str]:
    """What vendors changed of settled bars, one line a series, and how often that is looked for.

    Args:
        store: the store.
        days: after which all that is stored of a price is compared again.
        only: these series; all by default.
    """
    held = {k: e for k, e in store.manifest().items() if not only or k in only}
    told = [f"{key}: {entry.changes[-1]}" for key, entry in held.items() if entry.changes]
    waiting = [e for e in held.values() if e.kind == "prices"]
    if waiting:
        dates = [e.compared_at for e in waiting if e.compared_at is not None]
        oldest = f"{min(dates):%Y-%m-%d}" if len(dates) == len(waiting) else "not yet"
        told.append(
            f"settled prices are compared whole every {days} days; the one compared longest ago: "
            f"{oldest}"
        )
    return told


def closure_lines(store: Store) -> list[str]:
    """Closures of the exchange that its calendar does not know, one line each."""
    frames = [
        store.read(entry)
        for entry in store.manifest().values()
        if entry.kind == "prices" and _intact(store, entry)
    ]
    traded = [pd.DatetimeIndex(frame["date"]) for frame in frames]
    if not traded:
        return []
    sessions = xnys_sessions(BASE_CLOSE, max(days[-1] for days in traded))
    return [closure_note(day) for day in unknown_closures(traded, sessions)]


def aside_lines(store: Store) -> list[str]:
    """What was set aside because it could not be trusted, one line a folder."""
    told = []
    for folder in sorted(store.folder.glob(f"{ASIDE}*")):
        count = sum(path.is_file() for path in folder.rglob("*"))
        files = "1 file" if count == 1 else f"{count} files"
        told.append(
            f"set aside, since it could not be trusted: {files} in {folder}, yours to look at or "
            "delete"
        )
    return told


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
        found: tuple[Outcome, str, Entry | None]
        if entry is not None and not _intact(store, entry):
            found = (Outcome.MALFORMED, "its file is damaged", None)
        elif attempt is not None:
            # What names the series is the same for all that are named in the row.
            told = attempt.message.replace(f" for {item.id}", "")
            found = (Outcome(attempt.outcome), told, entry)
        elif entry is not None:
            found = (Outcome.OK, "", entry)
        else:
            found = (Outcome.MISSING, _NEVER, None)
        states.append(_State(item.id, *found, item.required))
    return states


def _intact(store: Store, entry: Entry) -> bool:
    try:
        store.read(entry)
    except StoreError:
        return False
    return True


def _order(state: _State) -> tuple[bool, int, str, bool, str]:
    """What the report needs and lacks comes first, then the worst."""
    worst_first = list(reversed(Outcome)).index(state.outcome)
    lacking = state.required and not state.outcome.answered
    kind = "" if state.entry is None else state.entry.kind
    return (not lacking, worst_first, state.message, state.entry is None, kind)


def _row(states: Sequence[_State], now: dt.datetime) -> StatusRow:
    first = states[0]
    entries = [s.entry for s in states if s.entry is not None]
    again = first.message in (_NEVER, "its file is damaged")
    said = "run 'rotation data fetch'" if again else _NEXT[first.outcome]
    if first.message.startswith(ENDED):
        said = "fetch again if its publisher goes on"
    lacking = any(s.required for s in states) and bool(said)
    told = [first.message, said, "the report needs it" if lacking else ""]
    return StatusRow(
        series=_names([s.key for s in states]) + _oldest(states),
        outcome=first.outcome.replace("_", " "),
        last=max((e.last for e in entries), default="–"),
        age=_age(min((e.checked_at for e in entries), default=None), now),
        rows=f"{sum(e.rows for e in entries):,}",
        next="; ".join(part for part in told if part) if said else first.message,
        required=lacking,
    )


def _names(keys: Sequence[str]) -> str:
    """One name alone, several with their number; only the first ones of many."""
    if len(keys) == 1:
        return keys[0]
    rest = len(keys) - _NAMED
    more = f" and {rest} more" if rest > 0 else ""
    return f"{len(keys)}: {', '.join(keys[:_NAMED])}{more}"


def _oldest(states: Sequence[_State]) -> str:
    """Which of several ends first, where they do not all end on one day."""
    ends = [(s.entry.last, s.key) for s in states if s.entry is not None]
    if len({last for last, _ in ends}) < 2:
        return ""
    last, key = min(ends)
    return f"; the oldest: {key}, {last}"


def _age(then: dt.datetime | None, now: dt.datetime) -> str:
    if then is None:
        return "–"
    hours = max(0.0, (now - then).total_seconds() / 3600)
    if hours < 1:
        return "under 1 h"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} d"
