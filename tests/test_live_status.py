"""The tables of ``rotation data``: readable at a glance, on a terminal 80 columns wide."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from live_faults import only, server_fault
from live_world import NOW, pull_of
from rich.console import Console
from standin import serving
from test_live_faults import fill

from rotation_lib import terminal
from rotation_lib.catalog import load_catalog
from rotation_lib.store.files import Attempt, Store
from rotation_lib.store.status import status_rows, vintage_lines


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> Console:
    """A terminal 80 columns wide that remembers what it shows."""
    console = Console(width=80, record=True, force_terminal=True, quiet=False)
    monkeypatch.setattr(terminal, "_console", lambda: console)
    return console


def store_of(tmp_path: Path) -> Store:
    """Two series stored two days ago, one of which could not be refreshed since."""
    with serving(NOW) as server:
        fill(server, 130)
        pull_of(server, tmp_path).run(["IWM", "SPY", "DGS10"])
        server.fault = only("SPY", server_fault)
        later = NOW + dt.timedelta(hours=30)
        server.now = later
        pull = pull_of(server, tmp_path, now=later)
        pull.run(["IWM", "SPY", "DGS10", "QQQ", "KRE", "XLE"])
    return pull.store


def test_the_worst_comes_first_and_says_what_to_do(tmp_path: Path, narrow: Console) -> None:
    later = NOW + dt.timedelta(hours=33)
    names = ["IWM", "SPY", "DGS10", "QQQ", "KRE", "XLE"]
    rows = status_rows(store_of(tmp_path), load_catalog(), later, only=names)
    terminal.store_view(rows)
    text = narrow.export_text()
    assert max(map(len, text.splitlines())) <= 80
    assert " ".join(text.replace("\u2500", "").split()) == (
        "outcome series, and what to do newest age rows "
        "missing QQQ – – 0 "
        "Yahoo has nothing; see its source_id in data/catalog.toml; the report needs it "
        "stale SPY 2026-08-25 33 h 130 "
        "Yahoo has a fault of its own (500); fetch again later; the report needs it "
        "missing 2: XLE, KRE – – 0 "
        "Yahoo has nothing; see its source_id in data/catalog.toml "
        "unchanged DGS10 2026-08-25 3 h 130 "
        "unchanged IWM 2026-08-25 3 h 130"
    )
    assert [row.required for row in rows] == [True, True, False, False, False]


def test_the_whole_table_fits(tmp_path: Path, narrow: Console) -> None:
    """Every series on its line, none of it cut off."""
    catalog = load_catalog()
    rows = status_rows(Store(tmp_path), catalog, NOW, grouped=False)
    assert len(rows) == sum(s.source != "none" for s in catalog.series.values())
    terminal.store_view(rows)
    text = narrow.export_text()
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    assert all(f" {s.id} " in text for s in catalog.series.values() if s.source != "none")


def test_checked_places_fit(narrow: Console) -> None:
    terminal.verify_view([("snapshot", 107, "2026-08-21", 2), ("store", 117, "2026-08-25", 0)])
    lines = [" ".join(line.split()) for line in narrow.export_text().splitlines()]
    assert "snapshot 107 2026-08-21 2 wrong git checkout -- data/snapshot" in lines
    assert "store 117 2026-08-25 as recorded" in lines
    assert max(map(len, lines)) <= 80


def test_vintages_are_told_by_day() -> None:
    def attempt(key: str, outcome: str) -> Attempt:
        return Attempt(series_id=key, outcome=outcome, at=NOW)

    tried = [attempt("DGS10", "ok"), attempt("DGS10@2024-09-18", "ok")]
    assert vintage_lines(tried) == ["as known on 2024-09-18: all 1 series had"]
    tried += [attempt("CP@2024-09-18", "missing"), attempt("CFNAI@2024-09-18", "timed_out")]
    assert vintage_lines(tried) == [
        "as known on 2024-09-18: 1 of 3 series had; publication lags stand in for the other 2"
    ]
