"""The report on live data: the same findings as the snapshot of the same numbers, and its age."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from filelock import FileLock
from live_faults import dropped, server_fault
from live_world import KEY, days, pull_of, same_numbers, serve
from standin import serving

from rotation_lib.catalog import load_catalog
from rotation_lib.errors import DataError, StoreError
from rotation_lib.findings import Finding
from rotation_lib.fingerprint import data_key
from rotation_lib.market import Market
from rotation_lib.narrative.provenance import source_list
from rotation_lib.params import report_params
from rotation_lib.project import SNAPSHOT, THEMES
from rotation_lib.publish.provenance import build_record
from rotation_lib.sources import Dataset
from rotation_lib.sources.snapshot import SnapshotSource
from rotation_lib.sources.snapshot_diff import compare_snapshots
from rotation_lib.store.files import FOLDER_VARIABLE, STATE_VARIABLE, Store
from rotation_lib.store.live import LiveSource
from rotation_lib.store.renew import write_from_store

#: A Saturday, so that the last session of the snapshot is the newest that is over.
SATURDAY = dt.datetime(2026, 8, 1, 12, 0, tzinfo=dt.UTC)
AS_OF = dt.date(2024, 9, 18)


@pytest.fixture(scope="session")
def served(dataset: Dataset) -> Dataset:
    """The numbers that the stand-in serves, none of them from after that Saturday."""
    made = same_numbers(dataset)
    rows = made.observations
    from dataclasses import replace

    return replace(made, observations=rows[rows["date"] <= SATURDAY.replace(tzinfo=None)])


@pytest.fixture(scope="session")
def whole(served: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store fetched whole from the stand-in, once for all workers; only to be read."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "live store"
    with FileLock(f"{shared}.lock"):
        if not (shared / "done").exists():
            with serving(SATURDAY) as server:
                serve(server, served)
                server.vintages["CPIAUCSL", AS_OF.isoformat()] = days({"2024-08-01": 314.121})
                server.vintages["USREC", AS_OF.isoformat()] = days({"2024-08-01": 0.0})
                pull_of(server, shared, now=SATURDAY).run(as_of=AS_OF)
            (shared / "done").touch()
    return Store(shared / "store")


@pytest.fixture
def copied(whole: Store, tmp_path: Path) -> Store:
    """The same store, to be changed."""
    shutil.copytree(whole.folder, tmp_path / "store")
    return Store(tmp_path / "store")


def forget(store: Store, *keys: str) -> None:
    """Take series out of a store."""
    with store.locked():
        store._write_manifest({k: e for k, e in store.manifest().items() if k not in keys})


def findings(market: Market) -> dict[str, Finding]:
    studies = [import_module(f"rotation_lib.studies.{theme}") for theme in THEMES]
    return {f.id: f for study in studies for f in study.findings(market)}


def test_live_findings_are_those_of_the_same_numbers(
    whole: Store, served: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(whole.folder))
    live = findings(Market.load(report_params(source="live")))
    embedded = findings(Market.from_dataset(served, report_params()))
    assert live.keys() == embedded.keys()
    assert len(live) > 250
    for key, expected in embedded.items():
        got = live[key]
        for name in ("value", "low", "high", "percentile"):
            a, b = getattr(got, name), getattr(expected, name)
            assert (a is None) == (b is None), (key, name)
            assert a is None or a == pytest.approx(b, rel=1e-9, abs=1e-9), (key, name)
        assert (got.start, got.end, got.n) == (expected.start, expected.end, expected.n), key


def test_frames_have_the_promised_form(whole: Store, served: Dataset) -> None:
    live = LiveSource(whole).load()
    for kind in ("total_returns", "price_returns"):
        ours, theirs = getattr(live, kind), getattr(served, kind)
        pd.testing.assert_frame_equal(ours[theirs.columns], theirs, atol=1e-12, rtol=0)
    assert live.price_returns["^VIX"].isna().all()
    theirs = served.observations.reset_index(drop=True)
    pd.testing.assert_frame_equal(live.observations, theirs)
    assert not {"^RUT", "^NDX", "^GSPC"} & set(live.total_returns)


def test_a_new_snapshot_of_the_store_holds_the_same(
    whole: Store, served: Dataset, tmp_path: Path
) -> None:
    report = write_from_store(tmp_path / "snapshot", load_catalog(), whole)
    written = SnapshotSource(tmp_path / "snapshot").load()
    assert written.total_returns.equals(served.total_returns)
    assert written.price_returns.equals(served.price_returns)
    assert {"^VIX", "VIXCLS", "UMCSENT", "BAA10Y"} <= set(report.withheld)
    assert "^VIX" not in written.price_returns
    lines = compare_snapshots(SnapshotSource(SNAPSHOT).load(), written)
    # Price returns of funds now run to the end; total returns are what they were.
    assert any(line.startswith("IWM price returns: ") and " new (" in line for line in lines)
    assert not any("total returns" in line for line in lines)
    assert any(line.startswith("DGS10: ") and " lost (" in line for line in lines)
    assert compare_snapshots(written, written) == ["no row is new, revised or lost"]


def test_a_snapshot_is_refused_while_the_store_is_incomplete(copied: Store, tmp_path: Path) -> None:
    forget(copied, "KRE")
    with pytest.raises(DataError, match=r"lacks KRE.*rotation data fetch"):
        write_from_store(tmp_path / "out", load_catalog(), copied)
    assert not (tmp_path / "out").exists()


def test_a_diff_names_new_and_revised_rows(served: Dataset) -> None:
    from dataclasses import replace

    total = served.total_returns.copy()
    total.loc["2026-07-30", "IWM"] += 0.001
    shorter = replace(served, total_returns=served.total_returns.iloc[:-2])
    lines = compare_snapshots(shorter, replace(served, total_returns=total))
    assert "SPY total returns: 2 new (2026-07-30 to 2026-07-31)" in lines
    [line] = compare_snapshots(served, replace(served, total_returns=total))
    assert line.startswith("IWM total returns: 1 revised (largest: ")
    assert line.endswith(" on 2026-07-30)")


# -- what is missing, old or damaged --------------------------------------------------------


def test_without_a_store_one_line_offers_the_snapshot(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="build with --source snapshot") as told:
        LiveSource(Store(tmp_path)).load()
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("series_id", ["IWM", "DGS10"])
def test_a_required_series_stops_the_report(copied: Store, series_id: str) -> None:
    forget(copied, series_id)
    with pytest.raises(StoreError, match=rf"needs {series_id}.*--source snapshot"):
        LiveSource(copied).load()


def test_a_store_that_changes_during_a_report_is_noticed(
    copied: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STATE_VARIABLE, copied.state())
    LiveSource(copied).load()
    forget(copied, "KRE")
    with pytest.raises(StoreError, match="changed while the report was made"):
        LiveSource(copied).load()


def test_a_damaged_required_series_stops_the_report(copied: Store) -> None:
    (copied.folder / "series" / copied.manifest()["SPY"].file).write_bytes(b"x")
    with pytest.raises(StoreError, match=r"SPY in the store .* is damaged"):
        LiveSource(copied).load()


def test_an_optional_series_is_left_out_with_a_note(
    copied: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget(copied, "KRE", "NFCI")
    monkeypatch.setenv(FOLDER_VARIABLE, str(copied.folder))
    market = Market.load(report_params(source="live"))
    assert market.total_returns["KRE"].isna().all()
    assert not market.has_macro("NFCI")
    [note] = [n for n in market.notes if "left out" in n]
    assert "KRE" in note and "NFCI" in note
    sectors = import_module("rotation_lib.studies.reshoring_sectors").findings(market)
    empty = [f for f in sectors if "KRE" in f.series and f.value is None]
    assert empty and all(f.reason for f in empty)


def test_offline_the_pages_say_stale_since(copied: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monday = SATURDAY + dt.timedelta(days=2)
    monkeypatch.setenv(FOLDER_VARIABLE, str(copied.folder))
    fresh = data_key(Market.load(report_params(source="live")))
    with serving(monday) as server:
        server.fault = dropped
        pull = pull_of(server, copied.folder.parent, now=monday)
        assert {a.outcome for a in pull.run()} <= {"stale", "missing"}
    market = Market.load(report_params(source="live"))
    assert any(n.startswith("Stale since 2026-08-01: ") and "series" in n for n in market.notes)
    # A page kept from before, when nothing was stale, must not be used again.
    assert data_key(market) != fresh
    page = source_list(market, ["IWM", "DGS10", "SPY"])
    assert "**Stale:** DGS10 since 1 August 2026 (FRED cannot be reached)" in page
    assert "IWM and SPY since 1 August 2026 (Yahoo cannot be reached)" in page
    assert "MDY" not in page


def test_sources_tell_when_each_number_was_fetched(
    whole: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(whole.folder))
    market = Market.load(report_params(source="live"))
    page = source_list(market, ["IWM", "DGS10"])
    assert "last answered on 1 August 2026" in page
    assert "Stale" not in page


# -- vintages -------------------------------------------------------------------------------


def test_as_of_uses_true_vintages_and_says_which(
    whole: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(whole.folder))
    market = Market.load(report_params(source="live", as_of=AS_OF.isoformat()))
    assert market.basis("CPIAUCSL") == "vintage"
    assert market.macro("CPIAUCSL").to_dict() == {pd.Timestamp("2024-08-01"): 314.121}
    assert market.basis("UNRATE") == "publication lag"
    assert market.macro("UNRATE").index[-1] == pd.Timestamp("2024-08-01")
    # No lag can describe recessions; a vintage can.
    assert market.macro("USREC").tolist() == [0.0]
    page = source_list(market, ["CPIAUCSL", "UNRATE", "IWM"])
    assert "true vintages: CPIAUCSL" in page
    assert "publication lag: UNRATE" in page
    assert Market.load(report_params(source="live")).basis("CPIAUCSL") == "latest vintage"


# -- secrets --------------------------------------------------------------------------------


def test_the_record_of_a_build_holds_no_key(
    whole: Store, copied: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRED_API_KEY", KEY)
    with serving(SATURDAY) as server:
        server.fault = server_fault
        pull_of(server, copied.folder.parent, key=KEY, now=SATURDAY).run(["DGS10", "CPIAUCSL"])
    monkeypatch.setenv(FOLDER_VARIABLE, str(copied.folder))
    market = Market.load(report_params(source="live"))
    record = build_record(market, [], {})
    told = json.dumps([record, market.dataset.provenance, market.notes], default=str)
    page = source_list(market, list(market.dataset.provenance["series"]))
    assert KEY not in told and KEY not in page
    assert "api_key" not in told and "http" not in told
    for path in copied.folder.rglob("*"):
        assert path.is_dir() or KEY.encode() not in path.read_bytes()
    assert np.isfinite(market.macro("DGS10")).all()
