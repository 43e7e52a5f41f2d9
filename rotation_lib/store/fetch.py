"""One pull of everything: ask, examine, merge, store, series by series.

A series is stored as soon as it is good, so an interrupted pull loses nothing. What is
not good leaves the stored series as it was, and says why. It must never store a thing
that a gate refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.metadata import version

import pandas as pd

from ..catalog import Catalog, Series
from ..errors import FetchError, StoreError
from ..sources.closed import BASE_CLOSE, closed_sessions
from ..sources.coverage import overdue
from ..sources.fred import Fred
from ..sources.outcome import Outcome, malformed
from ..sources.quality import QualityRules, load_quality
from ..sources.secret import fred_key
from ..sources.snapshot import SnapshotSource
from ..sources.transport import Clock
from ..sources.yahoo import Yahoo
from . import gates, prices, reconcile, vintages
from .closures import Closures, traded_days
from .files import Attempt, Entry, Kind, Store
from .judged import check_adjusted, moves
from .mended import mend
from .observed import check_observations
from .once import Once

#: Begins what is told where a new history was refused, and the last sessions were taken.
KEPT = "What is stored of its past was kept: "
Progress = Callable[[Attempt], None]


@lru_cache(maxsize=1)
def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("yfinance", "fredapi", "pandas", "pyarrow")}


@lru_cache(maxsize=1)
def _embedded() -> dict[str, pd.Series]:
    """Observations of the snapshot by series: history of what was never fetched."""
    rows = SnapshotSource().load().observations.set_index("date")
    return {str(name): part for name, part in rows.groupby("series_id")["value"]}


@dataclass
class Clients:
    """The two live sources and the time they share."""

    yahoo: Yahoo
    fred: Fred
    clock: Clock

    @classmethod
    def real(cls, store: Store) -> Clients:
        """The publishers themselves.

        Raises:
            DataError: ``FRED_API_KEY`` holds something that is no key.
        """
        clock = Clock()
        return cls(Yahoo(clock, store.folder / "yfinance"), Fred(fred_key(), clock), clock)


@dataclass
class Pull:
    """What a pull works with.

    Attributes:
        store: where good series go; :meth:`run` locks it.
        catalog: which series there are.
        clients: whom to ask.
        rules: limits and known faults of prices.
        progress: told how each series ended.
        mended: what was made good of the store before, one sentence each.
        closures: of the exchange, as the series agree, that its calendar does not know.
    """

    store: Store
    catalog: Catalog
    clients: Clients
    rules: QualityRules = field(default_factory=load_quality)
    progress: Progress = lambda attempt: None
    mended: tuple[str, ...] = field(default=(), init=False)
    _asked: set[str] = field(default_factory=set, init=False)
    _held: dict[str, pd.DataFrame] = field(default_factory=dict, init=False)
    _due: set[str] = field(default_factory=set, init=False)
    closures: Closures = field(default_factory=lambda: Closures((), lambda name: None), init=False)
    _answer: Once[pd.DataFrame] = field(init=False)
    _pulled: Once[prices.Merged] = field(init=False)

    def wanted(self, names: Iterable[str] = ()) -> list[Series]:
        """Catalog entries that a live source serves, prices first; all, or those named.

        Raises:
            DataError: for a name that is not in the catalog.
        """
        chosen = [self.catalog[n] for n in names] or list(self.catalog.series.values())
        served = [item for item in chosen if item.source != "none"]
        # Required series first: if a source gives out half-way, it has given what matters.
        return sorted(served, key=lambda i: (i.source != "yahoo", not i.required))

    def run(self, names: Iterable[str] = (), as_of: dt.date | None = None) -> list[Attempt]:
        """Pull every series wanted, and with ``as_of`` the vintages of that day.

        Raises:
            StoreError: the store is in use or cannot be written; what was stored before
                that moment stays, and counts.
        """
        with self.store.locked():
            self.mended = mend(self.store, self.catalog, self._now())
            wanted = self.wanted(names)
            self._begin(wanted, everything=not names)
            attempts = [self._one(item) for item in wanted]
            if as_of is not None:
                attempts += [self._vintage(item, as_of) for item in self._undated(names, as_of)]
        return attempts

    def _begin(self, wanted: list[Series], *, everything: bool) -> None:
        self._asked, self._held = {item.id for item in wanted}, {}
        self._answer, self._pulled = Once(self._shown), Once(self._merged)
        held = self.store.manifest()
        daily = {i.id: held[i.id] for i in wanted if i.source == "yahoo" and i.id in held}
        self._due = reconcile.due(daily, self._now(), self.rules.limits.reconciled_days)
        if everything:  # as messages about what is missing advise
            self._due |= reconcile.incomplete(daily, {i.id for i in wanted if i.required})
        asked = [item.id for item in wanted if item.source == "yahoo"]
        others = [key for key, entry in held.items() if entry.kind == "prices"]
        self.closures = Closures(tuple(dict.fromkeys((*asked, *others))), self._days_of)

    def _undated(self, names: Iterable[str], as_of: dt.date) -> list[Series]:
        held = self.store.manifest()
        fred = [item for item in self.wanted(names) if item.source == "fred"]
        return [item for item in fred if not _is_vintage(held.get(vintage_key(item.id, as_of)))]

    # -- one series -------------------------------------------------------------------

    def _one(self, item: Series) -> Attempt:
        work = self._bars if item.source == "yahoo" else self._observations
        entry = self.store.manifest().get(item.id)
        try:
            return self._ended(work(item, entry))
        except StoreError:
            raise
        except FetchError as error:
            return self._ended(self._failed(item.id, error, stored=entry is not None))

    def _failed(self, key: str, error: FetchError, *, stored: bool) -> Attempt:
        outcome = error.outcome
        if outcome == Outcome.STALE and not stored:
            outcome = Outcome.MISSING
        return Attempt(series_id=key, outcome=outcome, message=str(error), at=self._now())

    def _ended(self, attempt: Attempt) -> Attempt:
        # At once: whoever reads meanwhile, or after a kill, finds data and log of one age.
        self.store.log([attempt])
        self.progress(attempt)
        return attempt

    def _now(self) -> dt.datetime:
        return self.clients.clock.now()

    def _bars(self, item: Series, entry: Entry | None) -> Attempt:
        stored = self._stored(entry)
        merged, found, kept = self._examined(item, stored, self._pulled(item))
        behind = gates.trailing(merged.bars, self._sessions())
        changed = bool(merged.added or merged.revised) or stored is None
        attempt = Attempt(
            series_id=item.id,
            outcome=Outcome.STALE if behind else Outcome.OK if changed else Outcome.UNCHANGED,
            message=behind or kept,
            at=self._now(),
            added=merged.added,
            revised=merged.revised,
            ends=f"{merged.bars['date'].iloc[-1]:%Y-%m-%d}" if behind else "",
        )
        told = (*merged.notes, *found, *((kept,) if kept else ()))
        made = self._entry(item, merged.bars, "prices", told)
        made = self._reconciled(made, merged, stored, entry)
        known = (made.moved, made.notes) if entry is None else (entry.moved, entry.notes)
        # To the last digit: what counts as the same may still not be what the vendor tells now.
        same = stored is not None and merged.bars.equals(stored)
        self._keep(item.id, merged.bars, made, not same or (made.moved, made.notes) != known)
        return attempt

    def _examined(
        self, item: Series, stored: pd.DataFrame | None, merged: prices.Merged
    ) -> tuple[prices.Merged, tuple[str, ...], str]:
        """A pull that passed the gates, what they noted, and why a new history was not taken.

        Where the history is refused and the last sessions agree with what is stored, these are
        taken alone.
        """
        sessions = self._sessions()

        def gate(bars: pd.DataFrame) -> tuple[str, ...]:
            return gates.check_bars(bars, stored, item, sessions, self.rules, self._moves)

        try:
            return merged, gate(merged.bars), ""
        except FetchError as error:
            if stored is None or not merged.whole:
                raise
            tail = merged.bars[merged.bars["date"] >= prices.overlap_start(stored)]
            tail = tail.reset_index(drop=True)
            if not prices.agrees(stored, tail):
                raise
            alone = replace(prices.merge(stored, tail), notes=merged.notes, moved=merged.moved)
            found = gate(alone.bars)
            return alone, found, f"{KEPT}{error}"

    def _reconciled(
        self, made: Entry, merged: prices.Merged, stored: pd.DataFrame | None, entry: Entry | None
    ) -> Entry:
        """The entry with what is remembered of the series' past."""
        past = () if entry is None else entry.changes
        if stored is not None and merged.whole:
            past = (*past, *reconcile.changes(stored, merged.bars, self._now().date()))
        before = None if entry is None else entry.compared_at
        return made.model_copy(
            update={
                "moved": merged.moved,
                "changes": past[-reconcile.REMEMBERED :],
                "compared_at": self._now() if merged.whole else before,
            }
        )

    def _merged(self, item: Series) -> prices.Merged:
        """What a series holds after this pull; it may be asked for as a witness before."""
        entry = self.store.manifest().get(item.id)
        stored = self._stored(entry)
        moved = () if entry is None else entry.moved
        start = self._start(item, stored)
        if stored is not None and start > BASE_CLOSE:
            pulled = self._traded(item, start)
            if prices.agrees(stored, pulled.bars):
                merged = prices.merge(stored, pulled.bars)
                told = tuple(dict.fromkeys((*moved, *pulled.moved)))
                return replace(merged, notes=pulled.notes, moved=told)
        # New, or the past changed, or its turn has come: all of it is asked for.
        pulled = self._traded(item, BASE_CLOSE)
        merged = prices.compared(stored, pulled.bars)
        return replace(merged, notes=pulled.notes, moved=pulled.moved, whole=True)

    def _start(self, item: Series, stored: pd.DataFrame | None) -> pd.Timestamp:
        """First day to ask for: all of what is new or due."""
        if stored is None or item.id in self._due:
            return BASE_CLOSE
        return prices.overlap_start(stored)

    def _shown(self, item: Series, start: pd.Timestamp) -> pd.DataFrame:
        return self.clients.yahoo.bars(item.source_id, start.date(), item.kind)

    def _days_of(self, name: str) -> pd.DatetimeIndex | None:
        """Days of a series' bars: as the vendor shows them now if it is asked for, or as stored."""
        item = self.catalog.series.get(name)
        stored = self._stored(self.store.manifest().get(name))
        if item is not None and name in self._asked:
            with suppress(FetchError):
                return traded_days(self._answer(item, self._start(item, stored)))
            return None
        return None if stored is None else pd.DatetimeIndex(stored["date"])

    def _sessions(self) -> pd.DatetimeIndex:
        """Every session that is over."""
        return closed_sessions(self._now()).difference(self.closures.days)

    def _traded(self, item: Series, start: pd.Timestamp) -> prices.Pulled:
        shown = self._answer(item, start)
        self.closures.look(item.id, traded_days(shown), closed_sessions(self._now()))
        pulled = prices.only_sessions(prices.as_traded(shown), self._sessions())
        if pulled.bars.empty:
            raise malformed(f"{item.id}: no bar of a session that is over")
        check_adjusted(pulled.bars, item, self.rules)
        return replace(pulled, bars=pulled.bars[list(prices.COLUMNS)])

    def _observations(self, item: Series, entry: Entry | None) -> Attempt:
        stored = self._stored(entry)
        known = None if stored is None else vintages.latest(stored)
        pulled = self.clients.fred.latest(item.source_id)
        today = self._now().date()
        values, notes = check_observations(
            pulled, known, item, pd.Timestamp(today), self.rules, self._history(item)
        )
        merged = vintages.merge(stored, values, today)
        changed = bool(merged.added or merged.revised or merged.withdrawn) or stored is None
        if merged.withdrawn:
            notes = (*notes, f"{merged.withdrawn} observation(s) were withdrawn by the publisher.")
        self._keep(item.id, merged.rows, self._entry(item, merged.rows, "macro", notes), changed)
        last = values.index[-1].date()
        due = overdue(item, last, today, self.catalog)
        answered = Outcome.OK if changed else Outcome.UNCHANGED
        return Attempt(
            series_id=item.id,
            outcome=answered if due is None else Outcome.STALE,
            message="" if due is None else f"{gates.ENDED}{last}; the next value was due {due}",
            at=self._now(),
            added=merged.added,
            revised=merged.revised,
            ends="" if due is None else f"{last}",
        )

    def _vintage(self, item: Series, day: dt.date) -> Attempt:
        key = vintage_key(item.id, day)
        try:
            pulled = self.clients.fred.vintage(item.source_id, day)
            values, notes = check_observations(
                pulled, None, item, pd.Timestamp(day), self.rules, self._history(item)
            )
        except FetchError as error:
            return self._ended(self._failed(key, error, stored=False))
        rows = vintages.merge(None, values, day).rows
        # FRED answers for one day, and nothing is known of the days around it.
        rows["realtime_end"] = rows["realtime_start"]
        self._keep(key, rows, self._entry(item, rows, "vintage", notes), changed=True)
        done = Attempt(series_id=key, outcome=Outcome.OK, at=self._now(), added=len(rows))
        return self._ended(done)

    # -- the store --------------------------------------------------------------------

    def _stored(self, entry: Entry | None) -> pd.DataFrame | None:
        """What is stored; a damaged file counts as absent, and so is fetched whole."""
        if entry is None:
            return None
        if entry.sha256 not in self._held:
            try:
                self._held[entry.sha256] = self.store.read(entry)
            except StoreError:
                return None
        return self._held[entry.sha256]

    def _moves(self, symbol: str) -> pd.Series | None:
        """Returns of a witness: as pulled now if it is asked for too, else as stored."""
        item = self.catalog.series.get(symbol)
        if item is None:
            return None
        bars = self._stored(self.store.manifest().get(symbol))
        if symbol in self._asked:
            with suppress(FetchError):
                bars = self._pulled(item).bars
        return None if bars is None or len(bars) < 2 else moves(bars, item)

    def _history(self, item: Series) -> pd.Series | None:
        """What is known of a macro series: what is stored, else what the snapshot holds."""
        stored = self._stored(self.store.manifest().get(item.id))
        return _embedded().get(item.id) if stored is None else vintages.latest(stored)

    def _keep(self, key: str, frame: pd.DataFrame, entry: Entry, changed: bool) -> None:
        if changed:
            self.store.write(key, frame, entry)
        else:
            self.store.confirm(key, self._now(), entry.compared_at)

    def _entry(
        self, item: Series, frame: pd.DataFrame, kind: Kind, notes: tuple[str, ...]
    ) -> Entry:
        fred = self.clients.fred
        via = "yfinance" if kind == "prices" else fred.via
        if kind == "vintage" and fred.key is None:
            via = "alfredgraph.csv"
        return Entry(
            kind=kind,
            file="",
            sha256="",
            rows=len(frame),
            first=f"{frame['date'].min():%Y-%m-%d}",
            last=f"{frame['date'].max():%Y-%m-%d}",
            source=item.source,
            source_id=item.source_id,
            via=via,
            fetched_at=self._now(),
            checked_at=self._now(),
            versions=_versions(),
            notes=notes,
        )


def _is_vintage(entry: Entry | None) -> bool:
    """Whether there is a vintage that nothing contradicts."""
    return entry is not None and not vintages.disproved(entry.notes)


def vintage_key(series_id: str, day: dt.date) -> str:
    """Key of one vintage in the store."""
    return f"{series_id}@{day.isoformat()}"
