"""A year of daily fetches from a vendor with faults, and what the store must be all the while.

The clock, the vendor and its faults are driven by one seed. After each fetch, killed or not, every
file is whole and nothing is stored that a rule refuses; at the end, when the vendor has told the
truth for some days, the store is the truth to the last bit.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from live_faults import (
    broken_off,
    cut_short,
    dropped,
    nothing,
    other_column,
    partial,
    server_fault,
    too_many,
    twice,
    web_page,
)
from live_world import KEY
from soak_world import ERRORS, PAST, PRICES, QUIET, SERIES, SILENT, World
from standin import Fault, Handler, Query, serving

from rotation_lib.store import vintages
from rotation_lib.store.files import Store
from rotation_lib.store.status import verify_store

#: On its way: what happens to answers, each for one series or for all of that day.
TRANSPORT: dict[str, Fault] = {
    "429": too_many,
    "500": server_fault,
    "page": web_page,
    "cut": cut_short,
    "broken off": broken_off,
    "reset": dropped,
    "nothing": nothing,
    "twice": twice,
    "other column": other_column,
    "part": partial,
}
#: What a server says of the time: years or days off.
DATES = (dt.timedelta(days=1800), dt.timedelta(days=-9000), dt.timedelta(days=3))


@dataclass
class Soak:
    """One run.

    Attributes:
        seed: of everything that is drawn. ``days``: of the year.
        folder: where the store is made.
        names: of the series. ``chance``: that a series' data go wrong on a day. ``rate``: of
            faults on the way, a fetch. ``deadly``: share of fetches that are killed.
        in_haste: without a fetch on the days between the last fault and the end.
        faults: how many of each kind there were.
        held_back: day, series, outcome and message of every series that was not refreshed.
        wrong: by error, on how many days the store held what it told.
        complaints: what must not have been; empty in the end.
    """

    seed: int
    days: int
    folder: Path
    names: tuple[str, ...] = SERIES
    chance: float = 0.14
    rate: float = 1.5
    deadly: float = 0.15
    in_haste: bool = False
    faults: Counter[str] = field(default_factory=Counter)
    held_back: list[tuple[str, str, str, str]] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)
    clocks: int = 0
    _told: dict[str, dict[pd.Timestamp, tuple[float, str]]] = field(default_factory=dict)
    _rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)

    def run(self) -> Soak:
        """Live through the year, and compare."""
        self.world = World.drawn(self.seed, self.days, self.names)
        self.rng = np.random.default_rng(self.seed + 1)
        self.store = Store(self.folder / "store")
        fetcher = Path(__file__).with_name("soak_fetcher.py")
        with (
            serving(self._now(PAST)) as self.server,
            subprocess.Popen(
                [sys.executable, str(fetcher), f"{self.world.sessions[-1]:%Y-%m-%d}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            ) as self.process,
        ):
            self.world.serve(self.server, PAST)
            self._ask(PAST, 0, self.folder / "before")
            last = PAST + self.days + QUIET - 1
            for number in range(PAST, PAST + self.days if self.in_haste else last):
                self._day(number)
            self._day(last)
            self._compared(last)
            assert self.process.stdin
            self.process.stdin.close()
        return self

    def _now(self, number: int) -> dt.datetime:
        day = self.world.sessions[number]
        return dt.datetime(day.year, day.month, day.day, 21, 45, tzinfo=dt.UTC)

    # -- one day ------------------------------------------------------------------------

    def _day(self, number: int) -> None:
        quiet = number >= PAST + self.days
        self.server.now = self._now(number)
        if not quiet:
            self.faults.update(e.kind for e in self.world.err(number, self.chance))
        self.faults["closure"] += self.world.sessions[number] in self.world.closed
        self.world.serve(self.server, number)
        again = True
        while again:
            kill = (
                0
                if quiet or self.rng.random() > self.deadly
                else int(self.rng.integers(1, 8 * len(self.names)))
            )
            self.server.fault = None if quiet else self._transport()
            told = self._asked(number, kill)
            self.faults["killed"] += told is None
            self._checked(number, told)
            again = told is None and self.rng.random() < 0.5

    def _transport(self) -> Fault:
        """Faults on the way for this fetch: each takes a series or all of them, once or always."""
        drawn: list[tuple[str, str, list[int]]] = []
        for _ in range(int(self.rng.poisson(self.rate))):
            what = str(self.rng.choice([*TRANSPORT, "date"]))
            whom = "all" if self.rng.random() < 0.1 else str(self.rng.choice(self.names))
            drawn.append((what, whom, [int(self.rng.choice([1, 2, 99]))]))
            self.faults[what] += 1
        off = self.rng.choice(DATES)

        def act(handler: Handler, kind: str, name: str, query: Query) -> bool:
            for what, whom, left in drawn:
                if whom in (name, "all") and left[0] > 0 and (what, kind) != ("part", "yahoo"):
                    left[0] -= 1
                    if what == "date":
                        handler.says = self.server.now + off
                        return False
                    return TRANSPORT[what](handler, kind, name, query)
            return False

        return act

    def _ask(self, number: int, kill: int, folder: Path) -> None:
        asked = {
            "address": self.server.address,
            "folder": str(folder),
            "key": KEY if self.seed % 2 else None,
            "seconds": 20.0,
            "now": self._now(number).isoformat(),
            "names": self.names,
            "kill": kill,
        }
        assert self.process.stdin
        print(json.dumps(asked), file=self.process.stdin, flush=True)

    def _asked(self, number: int, kill: int) -> dict[str, Any] | None:
        """What a fetch answers; ``None`` if it was killed."""
        self._ask(number, kill, self.folder)
        assert self.process.stdout
        told: dict[str, Any] | None = json.loads(self.process.stdout.readline())
        return told

    # -- what must be so every day ------------------------------------------------------

    def _checked(self, number: int, told: dict[str, Any] | None) -> None:
        day = f"{self.world.sessions[number]:%Y-%m-%d}"
        self.complaints += [f"{day}: {text}" for text in verify_store(self.store)]
        for name, outcome, message, _, _ in (told or {"attempts": ()})["attempts"]:
            if outcome not in ("ok", "unchanged"):
                self.held_back.append((day, name, outcome, message))
        self.clocks += len((told or {"notes": ()})["notes"])
        for name, entry in self.store.manifest().items():
            frame = self.store.read(entry)
            if name in PRICES:
                self.complaints += self._strange(day, name, frame)
            elif entry.checked_at == self._now(number):
                self._remember(name, day)

    def _strange(self, day: str, name: str, frame: pd.DataFrame) -> list[str]:
        """Bars that are neither the truth nor an error that no rule can see."""
        truth = self.world.bars[name].set_index("date")
        held = frame.set_index("date")
        strange = [
            f"{day}: {name} holds {d:%F}, no session" for d in held.index.difference(truth.index)
        ]
        both = held.index.intersection(truth.index)
        off = (held.loc[both] - truth.loc[both]).abs() > 1e-9
        for date in both[off.any(axis=1)]:
            known = [
                e.kind
                for e in self.world.errors
                if e.kind in SILENT
                and (e.name, e.day) == (name, date)
                and np.allclose(self._as_told(name, e).loc[date], held.loc[date], rtol=0, atol=1e-9)
            ]
            self.wrong.update(known)
            if not known:
                strange.append(f"{day}: {name} holds {held.loc[date].to_dict()} for {date:%F}")
        return strange

    def _as_told(self, name: str, error: Any) -> pd.DataFrame:
        return ERRORS[error.kind](self.world.bars[name], error).set_index("date")

    def _remember(self, name: str, day: str) -> None:
        """What a ledger of a statistic must hold after a pull: written out here once more."""
        now = {d: float(v) for d, v in self.server.macro[name].items()}
        open_, rows = self._told.setdefault(name, {}), self._rows.setdefault(name, [])
        before = f"{pd.Timestamp(day) - pd.Timedelta(days=1):%Y-%m-%d}"
        for date, (value, since) in list(open_.items()):
            if now.get(date) != value and date >= min(now):
                if since != day:
                    rows.append((date, value, since, before))
                del open_[date]
        for date, value in now.items():
            open_.setdefault(date, (value, day))

    # -- the end ------------------------------------------------------------------------

    def _compared(self, number: int) -> None:
        self.server.fault = None
        self._ask(number, 0, self.folder / "at once")
        assert self.process.stdout
        self.process.stdout.readline()
        fresh = Store(self.folder / "at once" / "store")
        for name in self.names:
            held = self.store.read(self.store.manifest()[name])
            once = fresh.read(fresh.manifest()[name])
            if name in PRICES:
                truth = self.world.bars[name]
                truth = truth[truth["date"] <= self.world.sessions[number]]
                if not held.equals(once) or not once.equals(truth.reset_index(drop=True)):
                    self.complaints.append(f"at the end {name} differs")
                continue
            if not vintages.latest(held).equals(vintages.latest(once)):
                self.complaints.append(f"at the end {name} differs")
            rows = [*self._rows.get(name, []), *self._open(name)]
            kept = [(d, v, f"{a:%F}", f"{b:%F}") for d, v, a, b in held.itertuples(index=False)]
            if sorted(rows) != sorted(kept):
                self.complaints.append(f"the ledger of {name} is not what was told")

    def _open(self, name: str) -> list[tuple[Any, ...]]:
        return [(d, v, since, "9999-12-31") for d, (v, since) in self._told[name].items()]
