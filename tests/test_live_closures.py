"""A closure that the locked calendar does not know: found, told, and settled in ``data/``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from live_world import NOW, bars_of, pull_of, recent, same_numbers, walk
from standin import Standin, serving
from test_live_faults import outcomes

from rotation_lib.catalog import load_catalog
from rotation_lib.sources import Dataset, closed, exchange
from rotation_lib.sources.exchange import agree, closure_note, unknown_closures
from rotation_lib.sources.quality import QUALITY_FILE
from rotation_lib.sources.snapshot import SnapshotSource
from rotation_lib.sources.verify import verify_snapshot
from rotation_lib.store import vintages
from rotation_lib.store.age import age_notes
from rotation_lib.store.closures import Closures
from rotation_lib.store.examined import examine
from rotation_lib.store.fetch import Pull
from rotation_lib.store.files import Entry, Kind, Store
from rotation_lib.store.live import LiveSource
from rotation_lib.store.renew import write_from_store
from rotation_lib.store.status import closure_lines

pytestmark = pytest.mark.slow

#: A session of the calendar, two before the last, on which nobody will have traded.
DAY = pd.Timestamp("2026-08-21")
NAMES = ["IWM", "SPY", "QQQ", "KRE", "XLE"]
TOLD = (
    "No series has a bar of 2026-08-21: taken for a day on which the exchange was closed, which "
    "its calendar does not know; a [[day]] of data/quality.toml settles it either way."
)


@pytest.fixture
def server() -> Iterator[Standin]:
    with serving(NOW) as served:
        for seed, name in enumerate(NAMES):
            bars = walk(seed, recent(60))
            served.bars[name] = bars[bars["date"] != DAY].reset_index(drop=True)
        yield served


def last(pull: Pull) -> dict[str, str]:
    return {key: entry.last for key, entry in pull.store.manifest().items()}


def test_a_day_on_which_nobody_traded_is_a_closure(server: Standin, tmp_path: Path) -> None:
    """Every series goes on after it, without a hole, and it is told; until the vendor fills it."""
    pull = pull_of(server, tmp_path)
    assert outcomes(pull.run(NAMES)) == dict.fromkeys(NAMES, "ok")
    assert list(pull.closures.days) == [DAY]
    assert last(pull) == dict.fromkeys(NAMES, "2026-08-25")
    assert all(entry.notes == () for entry in pull.store.manifest().values())
    assert closure_lines(pull.store) == [closure_note(DAY)] == [TOLD]
    # Nothing is asked for over it that is not asked for anyway: the zone, and the bars.
    assert sorted(server.asked) == sorted(("yahoo", name) for name in NAMES for _ in range(2))
    for seed, name in enumerate(NAMES):
        server.bars[name] = walk(seed, recent(60))
    pull = pull_of(server, tmp_path)
    assert [attempt.added for attempt in pull.run(NAMES)] == [1] * len(NAMES)
    assert not len(pull.closures.days) and closure_lines(pull.store) == []


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The rules of the project, with what is written down of the day; nothing of it is kept."""
    path = tmp_path / "quality.toml"
    monkeypatch.setattr(exchange, "QUALITY_FILE", path)
    _write(path, "")
    yield path
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    for kept in (exchange._written, exchange.xnys_sessions, closed._calendar):
        kept.cache_clear()


def _write(path: Path, day: str) -> None:
    path.write_text(QUALITY_FILE.read_text(encoding="utf-8") + day, encoding="utf-8")
    _forget()


def _day(is_open: str) -> str:
    return f'\n[[day]]\ndate = 2026-08-21\nopen = {is_open}\nwhy = "said by the exchange"\n'


def test_who_knows_better_says_that_it_was_open(written: Path) -> None:
    sessions = recent(9)
    some = sessions[sessions != DAY]
    assert list(unknown_closures([some] * 6, sessions)) == [DAY]
    _write(written, _day("true"))
    assert list(unknown_closures([some] * 6, sessions)) == []
    asked = Closures(NAMES, dict.fromkeys(NAMES, some).get)
    asked.look("IWM", some, sessions)
    assert list(asked.days) == []


def test_who_knows_better_says_that_it_was_closed(
    server: Standin, tmp_path: Path, written: Path
) -> None:
    """One series alone closes nothing, and waits before the hole; the day written down, it goes on.

    Nothing is left to be told then.
    """
    pull = pull_of(server, tmp_path)
    assert outcomes(pull.run(["IWM"])) == {"IWM": "stale"}
    assert last(pull) == {"IWM": "2026-08-20"}
    _write(written, _day("false"))
    pull = pull_of(server, tmp_path)
    assert outcomes(pull.run(["IWM"])) == {"IWM": "ok"}
    assert last(pull) == {"IWM": "2026-08-25"}
    assert not len(pull.closures.days) and closure_lines(pull.store) == []
    assert age_notes({"closed": ["2026-08-21"]}) == ()


def test_the_pages_tell_of_a_closure_that_the_calendar_does_not_know() -> None:
    assert age_notes({"closed": ["2026-08-21"]}) == (TOLD,)
    assert age_notes({"closed": ["2026-08-22"]}) == ()  # a Saturday: it does by now
    assert age_notes({"closed": []}) == ()


@pytest.mark.parametrize(
    ("without", "having", "closed_"),
    [(5, 0, True), (4, 0, False), (10, 1, True), (9, 1, False), (50, 2, False), (0, 0, False)],
)
def test_how_many_it_takes(without: int, having: int, closed_: bool) -> None:
    """The rule, in a pull and in what is stored: one stray bar is outvoted by ten."""
    sessions = recent(9)
    day = sessions[4]
    some, all_of_them = sessions.delete(4), sessions
    traded = {f"w{i}": some for i in range(without)} | {f"h{i}": all_of_them for i in range(having)}
    short = {"new": sessions[5:], "ended": sessions[:4], "none": sessions[:0]}
    assert agree(without, having) is closed_
    found = unknown_closures([*traded.values(), *short.values()], sessions)
    assert list(found) == ([day] if closed_ else [])
    names = [*short, *traded]
    asked = Closures(names, (traded | short).get)
    for name in names:
        asked.look(name, (traded | short)[name], sessions)
    assert list(asked.days) == ([day] if closed_ else [])


def test_it_is_no_hole_in_a_report_nor_in_a_snapshot(dataset: Dataset, tmp_path: Path) -> None:
    """The day is no session: neither of the live source, nor of a snapshot made of the store."""
    day, names = pd.Timestamp("2026-07-28"), [*NAMES, "XLI"]
    catalog = load_catalog()
    items = {name: catalog[name] for name in (*names, "DGS10")}
    catalog = catalog.model_copy(update={"series": items})
    store, made = Store(tmp_path / "store"), same_numbers(dataset)
    rows = dataset.observations[dataset.observations["series_id"] == "DGS10"]
    with store.locked():
        for name in names:
            bars = bars_of(made.price_returns[name], made.total_returns.get(name), name)
            write(store, name, bars[bars["date"] != day], "prices")
        values = rows.set_index("date")["value"]
        write(store, "DGS10", vintages.merge(None, values, NOW.date()).rows, "macro")
    live = LiveSource(store, catalog).load()
    assert live.provenance["closed"] == ["2026-07-28"]
    assert day not in live.total_returns.index and live.total_returns["IWM"].notna().all()
    assert not [a for a in live.provenance["anomalies"] if a["when"] == "2026-07-28"]
    assert age_notes(live.provenance)[0] == closure_note(day)
    folder = tmp_path / "snapshot"
    assert closure_note(day) in write_from_store(folder, catalog, store).notes
    assert verify_snapshot(catalog, folder) == ()
    again = SnapshotSource(folder).load()
    assert again.provenance["closed"] == ["2026-07-28"]
    pd.testing.assert_frame_equal(again.total_returns, live.total_returns, check_freq=False)
    gates = examine(again, catalog)
    assert not len(gates[(gates["gate"] == "days") & (gates["result"] != "passed")])


def write(store: Store, key: str, frame: pd.DataFrame, kind: Kind) -> None:
    """Store a frame as a fetch would."""
    days = pd.DatetimeIndex(frame["date"])
    facts = {"kind": kind, "file": "", "sha256": "", "rows": len(frame), "source": "", "via": ""}
    facts |= {"first": f"{days[0]:%F}", "last": f"{days[-1]:%F}", "source_id": key, "versions": {}}
    store.write(key, frame, Entry(**facts, fetched_at=NOW, checked_at=NOW))
