"""What messages about live data advise, done as they say: afterwards the fault is gone.

Damage of the store itself is in test_live_mended, of yfinance's files in test_live_cache.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from live_faults import status
from live_world import KEY, NOW, clients, pull_of, recent, walk
from standin import Standin, serving
from test_live_faults import fill, outcomes

from rotation_lib.catalog import Catalog, load_catalog
from rotation_lib.errors import StoreError
from rotation_lib.sources.closed import closed_sessions
from rotation_lib.store.fetch import Pull
from rotation_lib.store.files import Store
from rotation_lib.store.live import LiveSource
from rotation_lib.store.status import aside_lines, status_rows


@pytest.fixture
def server() -> Iterator[Standin]:
    with serving(NOW) as served:
        fill(served, 130)
        yield served


def of(*names: str) -> Catalog:
    """The catalog of a report that has and needs these series alone."""
    catalog = load_catalog()
    series = {name: catalog[name].model_copy(update={"required": True}) for name in names}
    return catalog.model_copy(update={"series": series})


def test_a_history_that_begins_too_late_is_fetched_whole(server: Standin, tmp_path: Path) -> None:
    """The report says "must reach back: run 'rotation data fetch'"; one fetch does it, that day."""
    store, catalog, made = Store(tmp_path / "store"), of("IWM", "DGS10"), clients(server, tmp_path)
    Pull(store, catalog, made).run()
    live = LiveSource(store, catalog)
    with pytest.raises(StoreError, match="must reach back to 2009-12-31: run 'rotation data"):
        live.load()
    late = server.bars["IWM"]
    early = walk(4, closed_sessions(NOW)[: -len(late)])
    early["close"] *= late["close"].iloc[0] / early["close"].iloc[-1]
    server.bars["IWM"] = pd.concat([early, late], ignore_index=True)
    Pull(store, catalog, made).run()
    assert live.load().provenance["data_through"] == "2026-08-25"


def test_an_old_hole_is_gone_once_the_vendor_has_filled_it(server: Standin, tmp_path: Path) -> None:
    """A snapshot says "fetch again when the vendor has filled it": the next fetch looks."""
    store, catalog, made = Store(tmp_path / "store"), of("IWM"), clients(server, tmp_path)
    bars = walk(3, recent(90))
    server.bars["IWM"] = bars.drop(index=20)
    Pull(store, catalog, made).run()
    assert store.manifest()["IWM"].notes[0].startswith("No bar for ")
    server.bars["IWM"] = bars
    assert [attempt.added for attempt in Pull(store, catalog, made).run()] == [1]
    entry = store.manifest()["IWM"]
    assert entry.notes == () and entry.changes[0].endswith("; a bar that was missing.")


def test_a_key_that_fred_does_not_accept_is_unset(
    server: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = status(400, b'<error code="400" message="The api_key is not registered."/>')
    server.fault = lambda handler, kind, *rest: kind == "api" and refusal(handler, kind, *rest)
    [attempt] = pull_of(server, tmp_path, key=KEY).run(["DGS10"])
    assert attempt.message == "FRED does not accept the key: check FRED_API_KEY, or unset it"
    assert outcomes(pull_of(server, tmp_path).run(["DGS10"])) == {"DGS10": "ok"}


def test_a_series_that_moved_is_found_under_its_new_name(server: Standin, tmp_path: Path) -> None:
    """The status says "see its source_id in data/catalog.toml"."""
    store, catalog = Store(tmp_path / "store"), load_catalog()
    made = clients(server, tmp_path)
    assert outcomes(Pull(store, catalog, made).run(["QQQ"])) == {"QQQ": "missing"}
    assert "see its source_id" in status_rows(store, catalog, NOW, only=["QQQ"])[0].next
    moved = catalog["QQQ"].model_copy(update={"source_id": "QQQM"})
    catalog = catalog.model_copy(update={"series": catalog.series | {"QQQ": moved}})
    server.bars["QQQM"] = walk(5, recent(130))
    assert outcomes(Pull(store, catalog, made).run(["QQQ"])) == {"QQQ": "ok"}
    assert status_rows(store, catalog, NOW, only=["QQQ"])[0].good


def test_a_folder_of_somebodys_and_another_that_is_empty(server: Standin, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "thesis.tex").touch()
    with pytest.raises(StoreError, match="to a folder that is empty or not there yet"):
        pull_of(server, tmp_path).run(["IWM"])
    (tmp_path / "other" / "store").mkdir(parents=True)
    assert outcomes(pull_of(server, tmp_path / "other").run(["IWM"])) == {"IWM": "ok"}


def test_what_was_set_aside_may_be_deleted(server: Standin, tmp_path: Path) -> None:
    pull = pull_of(server, tmp_path)
    pull.run(["IWM"])
    (pull.store.folder / "manifest.json").write_text("", encoding="utf-8")
    pull_of(server, tmp_path).run(["IWM"])
    assert len(aside_lines(pull.store)) == 1
    for folder in pull.store.folder.glob("damaged-*"):
        shutil.rmtree(folder)
    assert aside_lines(pull.store) == []
    assert outcomes(pull_of(server, tmp_path).run(["IWM"])) == {"IWM": "unchanged"}
