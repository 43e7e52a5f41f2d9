"""The live source: a dataset made of what the store holds, without asking the network.

Prices and macro series come from the store; events, decisions, release dates, company
facts and their splits from the embedded snapshot, which nobody serves. What is missing
or old is told in the provenance and never filled.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..catalog import Catalog, load_catalog
from ..errors import StoreError
from ..sources.base import Dataset, no_vintages
from ..sources.closed import BASE_CLOSE
from ..sources.exchange import unknown_closures, xnys_sessions
from ..sources.outcome import Outcome
from ..sources.snapshot import SnapshotSource
from ..sources.transport import NOT_ASKED
from . import prices, vintages
from .files import FETCH, SNAPSHOT_INSTEAD, Attempt, Entry, Store
from .vintages import disproved


@dataclass(frozen=True)
class _Held:
    """All frames of one state of the store that could be trusted, entries also of the others."""

    entries: Mapping[str, Entry]
    frames: Mapping[str, pd.DataFrame]
    damaged: tuple[str, ...]
    attempts: Mapping[str, Attempt]


class LiveSource:
    """What was fetched (see :class:`rotation_lib.sources.base.Source`).

    Args:
        store: the user's store by default.
        catalog: what the series are.
    """

    name = "live"

    def __init__(self, store: Store | None = None, catalog: Catalog | None = None) -> None:
        self.store = store or Store()
        self.catalog = catalog or load_catalog()

    def load(self) -> Dataset:
        """Build the dataset.

        Raises:
            StoreError: there is no store, or a required series is missing, damaged or late.
        """
        held = self._read()
        self._require(held)
        through = pd.Timestamp(min(held.entries[i].last for i in self._required("prices")))
        sessions = xnys_sessions(BASE_CLOSE, through)
        closed = unknown_closures(_traded(held), sessions)
        sessions = sessions.difference(closed)[1:]
        total, price = self._returns(held, sessions, closed)
        observations = self._observations(held)
        embedded = SnapshotSource().load()
        return Dataset(
            total_returns=total,
            price_returns=price,
            observations=observations,
            events=embedded.events,
            decisions=embedded.decisions,
            cpi_releases=embedded.cpi_releases,
            fundamentals=embedded.fundamentals,
            splits=embedded.splits,
            provenance=self._provenance(held, total, price, observations, embedded)
            | {"closed": [_day(day) for day in closed]},
            vintages=self._vintages(held),
        )

    # -- reading ----------------------------------------------------------------------

    def _read(self) -> _Held:
        """All that is stored, of one state, though a fetch may be replacing files."""
        read: dict[str, pd.DataFrame] = {}
        while True:
            state = self.store.state()
            entries, attempts = self.store.manifest(), self.store.attempts()
            damaged = []
            for key, entry in entries.items():
                try:
                    if entry.sha256 not in read:
                        read[entry.sha256] = self.store.read(entry)
                except StoreError:
                    damaged.append(key)
            if not damaged or self.store.state() == state:
                break
        frames = {k: read[e.sha256] for k, e in entries.items() if k not in damaged}
        known = {k: e for k, e in entries.items() if k.split("@")[0] in self.catalog.series}
        return _Held(known, frames, tuple(damaged), attempts)

    def _required(self, kind: str) -> list[str]:
        items = [i for i in self.catalog.series.values() if i.required and i.source != "none"]
        return [i.id for i in items if (i.kind == "macro") == (kind == "macro")]

    def _require(self, held: _Held) -> None:
        if not held.entries:
            raise StoreError(
                f"There are no live data in {self.store.folder} yet: {FETCH} where there is a "
                f"network, or {SNAPSHOT_INSTEAD}."
            )
        required = [*self._required("prices"), *self._required("macro")]
        broken = [i for i in required if i in held.damaged]
        if broken:
            raise StoreError(
                f"{', '.join(broken)} in the store {self.store.folder} is damaged and the report "
                f"needs it: {FETCH}, or {SNAPSHOT_INSTEAD}."
            )
        missing = [i for i in required if i not in held.entries]
        if missing:
            raise StoreError(
                f"The report needs {', '.join(missing)}, which the store {self.store.folder} does "
                f"not hold: {FETCH}, or {SNAPSHOT_INSTEAD}."
            )
        short = [i for i in self._required("prices") if held.entries[i].first > _day(BASE_CLOSE)]
        if short:
            raise StoreError(
                f"{short[0]} starts {held.entries[short[0]].first} and must reach back to "
                f"{_day(BASE_CLOSE)}: {FETCH}, or {SNAPSHOT_INSTEAD}."
            )

    # -- frames -----------------------------------------------------------------------

    def _returns(
        self, held: _Held, sessions: pd.DatetimeIndex, closed: pd.DatetimeIndex
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Both frames, with a column of NaN for a series that could not be had."""
        total: dict[str, pd.Series] = {}
        price: dict[str, pd.Series] = {}
        nothing = pd.Series(dtype="float64", index=pd.DatetimeIndex([], dtype="datetime64[us]"))
        items = [i for i in self.catalog.series.values() if i.source == "yahoo"]
        for item in sorted(items, key=lambda i: i.id):
            frame = held.frames.get(item.id)
            if frame is None:
                both = (nothing, nothing)
            else:
                frame = frame[~frame["date"].isin(closed)].reset_index(drop=True)
                both = prices.returns(frame, has_total=item.has_total_return)
            if item.has_total_return:
                total[item.id] = both[0].reindex(sessions)
            price[item.id] = both[1].reindex(sessions)
        index = pd.DatetimeIndex(sessions.to_numpy(), name="date")
        return pd.DataFrame(total, index=index), pd.DataFrame(price, index=index)

    def _observations(self, held: _Held) -> pd.DataFrame:
        return _long(
            {
                key: vintages.latest(held.frames[key])
                for key, entry in held.entries.items()
                if entry.kind == "macro" and key in held.frames
            }
        )

    def _vintages(self, held: _Held) -> pd.DataFrame:
        parts = []
        for key, entry in held.entries.items():
            if entry.kind == "vintage" and key in held.frames and not disproved(entry.notes):
                series_id, _, day = key.partition("@")
                frame = held.frames[key][["date", "value"]]
                known = pd.Timestamp(day).as_unit("us")
                parts.append(frame.assign(series_id=series_id, as_of=known))
        if not parts:
            return no_vintages()
        return pd.concat(parts, ignore_index=True)[["series_id", "date", "value", "as_of"]]

    # -- provenance -------------------------------------------------------------------

    def _provenance(
        self,
        held: _Held,
        total: pd.DataFrame,
        price: pd.DataFrame,
        observations: pd.DataFrame,
        embedded: Dataset,
    ) -> dict[str, Any]:
        series = self._blocks(held, total, price, observations)
        stale = self._stale(held)
        entries = [e for e in held.entries.values() if e.kind != "vintage"]
        facts = embedded.provenance
        seed = "\n".join(f"{key} {entry.sha256}" for key, entry in sorted(held.entries.items()))
        digest = hashlib.sha256(f"{seed}\n{facts['data_sha256']}".encode()).hexdigest()
        return {
            "source": self.name,
            "data_sha256": digest,
            "base_close": _day(BASE_CLOSE),
            "data_through": _day(total.index[-1]),
            "taken_on": f"{max(e.checked_at for e in entries):%Y-%m-%d}",
            "taken_on_basis": "day on which a source last answered",
            "tables_through": facts["data_through"],
            "series": series,
            "anomalies": self._anomalies(held, facts),
            "stale": stale,
            "absent": self._absent(held),
            "gates": _gates(held),
            "vintages": {
                k: e.via
                for k, e in held.entries.items()
                if e.kind == "vintage" and not disproved(e.notes)
            },
        }

    def _blocks(
        self,
        held: _Held,
        total: pd.DataFrame,
        price: pd.DataFrame,
        observations: pd.DataFrame,
    ) -> dict[str, dict[str, Any]]:
        levels = dict(tuple(observations.set_index("date").groupby("series_id")["value"]))
        blocks: dict[str, dict[str, Any]] = {}
        for key, entry in held.entries.items():
            if entry.kind == "vintage" or key not in held.frames:
                continue
            item = self.catalog[key]
            parts = [
                ("levels", levels.get(key)),
                ("total returns", total.get(key)),
                ("price returns", price.get(key)),
            ]
            found = [
                (name, extent)
                for name, values in parts
                if values is not None and (extent := _extent(values, entry.sha256))
            ]
            if not found:
                continue
            blocks[key] = found[0][1] | {
                "content": found[0][0],
                "publisher": item.publisher,
                "source": item.source,
                "licence": item.licence,
                "via": entry.via,
                "fetched_at": entry.fetched_at.isoformat(timespec="seconds"),
                "checked_at": entry.checked_at.isoformat(timespec="seconds"),
            }
            if len(found) > 1:
                blocks[key]["price_returns"] = found[1][1]
        return blocks

    def _stale(self, held: _Held) -> dict[str, dict[str, str]]:
        """Series whose last pull brought nothing: last day they were confirmed, and why.

        Of one that has ended, the day of its last value.
        """
        found = {}
        for key, attempt in held.attempts.items():
            entry = held.entries.get(key)
            if entry is None or entry.kind == "vintage" or Outcome(attempt.outcome).answered:
                continue
            found[key] = {
                "since": attempt.ends or _day(entry.checked_at),
                "outcome": attempt.outcome,
                "why": attempt.message.removesuffix(NOT_ASKED),
            }
        return found

    def _absent(self, held: _Held) -> dict[str, str]:
        """Series of the catalog that a source serves and the store cannot give, with the reason."""
        why = {}
        for item in self.catalog.series.values():
            if item.source == "none" or item.id in held.frames:
                continue
            if item.id in held.damaged:
                why[item.id] = "its file is damaged"
            else:
                last = held.attempts.get(item.id)
                why[item.id] = last.message if last and last.message else "it was never fetched"
        return why

    def _anomalies(self, held: _Held, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Known faults of what is held, and what the gates let pass, as the snapshot tells them."""
        known = [a for a in facts["anomalies"] if a["symbol"] in held.frames]
        bars = {k: e for k, e in held.entries.items() if e.kind == "prices" and k in held.frames}
        newest = max(pd.Timestamp(entry.last) for entry in bars.values())
        sessions = xnys_sessions(BASE_CLOSE, newest)
        sessions = sessions.difference(unknown_closures(_traded(held), sessions))
        return known + [
            gap
            for key in bars
            for gap in _holes(key, pd.DatetimeIndex(held.frames[key]["date"]), sessions)
        ]


def _traded(held: _Held) -> list[pd.DatetimeIndex]:
    """Days of the bars of each daily series."""
    return [
        pd.DatetimeIndex(frame["date"])
        for key, frame in held.frames.items()
        if key in held.entries and held.entries[key].kind == "prices"
    ]


def _holes(symbol: str, days: pd.DatetimeIndex, sessions: pd.DatetimeIndex) -> list[dict[str, Any]]:
    """Sessions without a bar inside a listing, in the form of known faults."""
    missing = sessions[(sessions > days[0]) & (sessions < days[-1])].difference(days)
    return [
        {
            "symbol": symbol,
            "check": "session gap",
            "when": _day(day),
            "value": 1.0,
            "witness": "",
            "witness_value": None,
            "what": "The vendor has no bar for this session.",
            "treatment": "left empty; the return of the session after spans the hole",
        }
        for day in missing
    ]


def _gates(held: _Held) -> list[dict[str, str]]:
    """One row a note of a quality gate: ``series`` and ``found``."""
    return [
        {"series": key, "found": note}
        for key, entry in held.entries.items()
        for note in (*entry.notes, *entry.moved, *entry.changes)
    ]


def _extent(values: pd.Series, sha256: str) -> dict[str, Any]:
    """Reach of a series, with the hash of the stored file it came from."""
    kept = values.dropna()
    if kept.empty:
        return {}
    return {
        "first": _day(kept.index[0]),
        "last": _day(kept.index[-1]),
        "count": len(kept),
        "sha256": sha256,
    }


def _long(series: Mapping[str, pd.Series]) -> pd.DataFrame:
    if not series:
        return pd.DataFrame(
            {
                "series_id": pd.Series(dtype="str"),
                "date": pd.Series(dtype="datetime64[us]"),
                "value": pd.Series(dtype="float64"),
            }
        )
    parts = [
        pd.DataFrame({"series_id": key, "date": values.index, "value": values.to_numpy()})
        for key, values in sorted(series.items())
    ]
    rows = pd.concat(parts, ignore_index=True)
    return rows.astype({"series_id": "str", "date": "datetime64[us]", "value": "float64"})


def _day(stamp: pd.Timestamp | dt.datetime) -> str:
    return str(stamp.date())
