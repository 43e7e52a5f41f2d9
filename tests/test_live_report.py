"""The report on live data: the site, its findings, its age, what is missing, and the key."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import computed_once
from live_commands import environment, rotation, until
from live_faults import cut_short, dropped, server_fault, status, too_many, web_page
from live_world import (
    KEY,
    assert_alike,
    days,
    forget,
    pull_of,
    same_numbers,
    serve,
    spoil,
)
from standin import Fault, serving

from rotation_lib.catalog import load_catalog
from rotation_lib.errors import DataError, StoreError
from rotation_lib.fingerprint import data_key
from rotation_lib.market import Market
from rotation_lib.narrative.methods import basis_sentence
from rotation_lib.narrative.provenance import source_list
from rotation_lib.params import report_params
from rotation_lib.project import SNAPSHOT, STORE_VARIABLE
from rotation_lib.publish.provenance import build_record
from rotation_lib.results import report_record
from rotation_lib.sources import Dataset
from rotation_lib.sources.snapshot import SnapshotSource
from rotation_lib.sources.snapshot_diff import compare_snapshots
from rotation_lib.store import open_source, source_state
from rotation_lib.store.files import Entry, Store
from rotation_lib.store.live import LiveSource
from rotation_lib.store.one_state import STATE_VARIABLE, keep_for_report
from rotation_lib.store.renew import write_from_store
from rotation_lib.studies.holdings import publication_lags

#: A Saturday, so that the last session of the snapshot is the newest that is over.
SATURDAY = dt.datetime(2026, 8, 1, 12, 0, tzinfo=dt.UTC)
AS_OF = dt.date(2024, 9, 18)


@pytest.fixture(scope="session")
def served(dataset: Dataset) -> Dataset:
    """The numbers that the stand-in serves, none of them from after that Saturday."""
    made = same_numbers(dataset)
    rows = made.observations
    return replace(made, observations=rows[rows["date"] <= SATURDAY.replace(tzinfo=None)])


@pytest.fixture(scope="session")
def whole(served: Dataset, shared: Path) -> Store:
    """A store fetched whole from the stand-in, once for all workers; only to be read."""

    def fetch() -> Path:
        with serving(SATURDAY) as server:
            serve(server, served)
            server.vintages["CPIAUCSL", AS_OF.isoformat()] = days({"2024-08-01": 314.121})
            server.vintages["USREC", AS_OF.isoformat()] = days({"2024-08-01": 0.0})
            pull = pull_of(server, shared / "live", now=SATURDAY)
            pull.run(as_of=AS_OF)
        return pull.store.folder

    return Store(computed_once(shared, "live store", fetch))


@pytest.fixture
def copied(whole: Store, tmp_path: Path) -> Store:
    """The same store, to be changed."""
    shutil.copytree(whole.folder, tmp_path / "store")
    return Store(tmp_path / "store")


# -- the site ---------------------------------------------------------------------------------

#: What goes wrong on the day of the build, one series each: on their pages it must be told.
FAULTS: dict[str, Fault] = {
    "KRE": server_fault,
    "XLI": web_page,
    "PAVE": dropped,
    "NFCI": too_many,
    "MANEMP": cut_short,
    "IPMAN": status(400, b'<error code="400" message="The api_key is not registered."/>'),
}


@dataclass(frozen=True)
class Site:
    """A site that a process of its own built from live data, with faults and a key."""

    folder: Path
    told: str
    asked: set[str]

    def page(self, name: str) -> str:
        """Text of a chapter's page; the first chapter of a site is its front page."""
        html = self.folder / "out" / "html"
        path = html / "chapters" / f"{name}.html"
        return (path if path.is_file() else html / "index.html").read_text("utf-8")


@pytest.fixture(scope="session")
def site(whole: Store, served: Dataset, shared: Path) -> Site:
    """Built once for all workers; one chapter, and the one that needs the findings of all."""

    def build() -> Site:
        folder = shared / "live site"
        shutil.copytree(whole.folder, folder / "store")
        with serving(SATURDAY + dt.timedelta(days=1)) as server:
            serve(server, served)
            server.fault = lambda h, kind, name, query: (
                name in FAULTS and FAULTS[name](h, kind, name, query)
            )
            # A relative store: the chapters run in another folder, and must find the same one.
            env = environment(server, folder, FRED_API_KEY=KEY, ROTATION_STORE="store")
            (folder / "tmp").mkdir()
            env["TMPDIR"] = str(folder / "tmp")
            chosen = ["--chapter", "reshoring_sectors", "--chapter", "methods"]
            arguments = ["build", "--source", "live", *chosen, "--debug", "--jobs", "1"]
            process = rotation([*arguments, "--out", str(folder / "out")], env, cwd=folder)
            # As soon as it has what it rests on, another fetch begins, and finds other prices.
            until(
                lambda: (
                    any((folder / "tmp").glob("rotation-store-*/attempts.json"))
                    or process.poll() is not None
                ),
                300,
            )
            spoil(Store(folder / "store"))
            out, err = process.communicate(timeout=600)
            assert process.returncode == 0, err
            assert not list((folder / "tmp").glob("rotation-store-*"))
            return Site(folder, out + err, set(server.connected))

    return computed_once(shared, "live site", build)


@pytest.mark.slow
def test_a_live_build_finds_what_the_snapshot_of_the_same_numbers_does(
    site: Site, served: Dataset
) -> None:
    """Findings and verdicts of all chapters, as the site publishes them, to 1e-9."""
    live = json.loads((site.folder / "out" / "html" / "findings.json").read_text("utf-8"))
    embedded = report_record(Market.from_dataset(served, report_params()), "")
    assert live["source"] == "live"
    assert len(live["findings"]) > 250 and len(live["claims"]) == 20
    # Earlier month ends were swept from embedded data, which live data are not.
    for claim in (*live["claims"], *embedded["claims"]):
        del claim["robust"]
        claim["parts"] = [part | {"end_dates": None} for part in claim["parts"]]
    for name in ("findings", "claims"):
        assert_alike(live[name], embedded[name], name)


@pytest.mark.slow
def test_no_file_of_a_live_site_holds_the_key(site: Site) -> None:
    """Pages, notebooks, data, build.json, store, caches, and what was printed on the way."""
    assert KEY not in site.told and "api_key" not in site.told
    seen = set()
    for path in site.folder.rglob("*"):
        if path.is_file():
            seen.add(path.name)
            assert KEY.encode() not in path.read_bytes(), path
    assert {"build.json", "findings.json", "executed.ipynb", "methods.html"} <= seen
    assert {"manifest.json", "attempts.json"} <= seen
    assert "api.stlouisfed.org" in site.asked


@pytest.mark.slow
def test_the_pages_of_a_live_site_tell_its_age(site: Site) -> None:
    page = site.page("reshoring_sectors")
    assert "Stale since 2026-08-01: the last attempt brought nothing newer for IPMAN, KRE" in page
    for told in (
        "KRE since 1 August 2026 (Yahoo has a fault of its own (500))",
        "PAVE since 1 August 2026 (Yahoo cannot be reached)",
        "MANEMP since 1 August 2026 (FRED sent something that is not whole XML)",
        "(stale since 2026-08-01)",  # in the source line of a figure
    ):
        assert told in page, told
    assert "NFCI since" not in page  # this chapter does not use it
    methods = site.page("methods")
    for said in (
        "could not be refreshed",
        "stale since 1 August 2026",
        "FRED does not accept the key",
        "on every pull, before anything is stored",
        "^VIX",
        "left out",
        "endorsed or certified by the Federal Reserve Bank of St. Louis",
    ):
        assert said in methods, said


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


def test_a_report_rests_on_the_store_as_it_was_when_it_began(
    copied: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STORE_VARIABLE, str(copied.folder))
    monkeypatch.setenv(STATE_VARIABLE, "")  # put back after the test
    keep_for_report(copied)
    before, state = open_source("live").load(), source_state("live")
    spoil(copied)
    forget(copied, "KRE")
    after = open_source("live").load()
    assert after.provenance == before.provenance
    assert after.total_returns.equals(before.total_returns)
    assert source_state("live") == state
    monkeypatch.delenv(STATE_VARIABLE)
    assert open_source("live").load().total_returns["KRE"].isna().all()


def test_whoever_reads_during_a_fetch_sees_one_state(copied: Store) -> None:
    """In mid-read every price is replaced, and its old file removed."""
    read, left = copied.read, [1]

    def meanwhile(entry: Entry) -> pd.DataFrame:
        if entry.file.startswith("SPY-") and left:
            left.clear()
            spoil(copied)
        return read(entry)

    copied.read = meanwhile  # type: ignore[method-assign]
    seen = LiveSource(copied).load()
    expected = LiveSource(Store(copied.folder)).load()
    assert not left
    assert seen.provenance == expected.provenance
    assert seen.total_returns.equals(expected.total_returns)


def test_a_damaged_required_series_stops_the_report(copied: Store) -> None:
    (copied.folder / "series" / copied.manifest()["SPY"].file).write_bytes(b"x")
    with pytest.raises(StoreError, match=r"SPY in the store .* is damaged"):
        LiveSource(copied).load()


def test_an_optional_series_is_left_out_with_a_note(
    copied: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget(copied, "KRE", "NFCI")
    monkeypatch.setenv(STORE_VARIABLE, str(copied.folder))
    market = Market.load(report_params(source="live"))
    assert market.total_returns["KRE"].isna().all()
    assert not market.has_macro("NFCI")
    [note] = [n for n in market.notes if "left out" in n]
    assert "KRE" in note and "NFCI" in note
    sectors = import_module("rotation_lib.themes.reshoring_sectors.measures").findings(market)
    empty = [f for f in sectors if "KRE" in f.series and f.value is None]
    assert empty and all(f.reason for f in empty)


def test_offline_the_pages_say_stale_since(copied: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monday = SATURDAY + dt.timedelta(days=2)
    monkeypatch.setenv(STORE_VARIABLE, str(copied.folder))
    fresh = data_key(Market.load(report_params(source="live")))
    with serving(monday) as server:
        server.fault = dropped
        pull = pull_of(server, copied.folder.parent, now=monday)
        assert {a.outcome for a in pull.run()} <= {"stale", "missing"}
    market = Market.load(report_params(source="live"))
    [note] = [n for n in market.notes if n.startswith("Stale since 2026-08-01: ")]
    assert note.endswith(" more, named in the chapter on methods.")
    # A page kept from before, when nothing was stale, must not be used again.
    assert data_key(market) != fresh
    page = source_list(market, ["IWM", "DGS10", "SPY"])
    assert "**Stale:** DGS10 since 1 August 2026 (FRED cannot be reached)" in page
    assert "IWM and SPY since 1 August 2026 (Yahoo cannot be reached)" in page
    assert "MDY" not in page


def test_sources_tell_when_each_number_was_fetched(
    whole: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STORE_VARIABLE, str(whole.folder))
    market = Market.load(report_params(source="live"))
    page = source_list(market, ["IWM", "DGS10"])
    assert "last answered on 1 August 2026" in page
    assert "Stale" not in page


# -- vintages -------------------------------------------------------------------------------


def test_as_of_uses_true_vintages_and_says_which(
    whole: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STORE_VARIABLE, str(whole.folder))
    market = Market.load(report_params(source="live", as_of=AS_OF.isoformat()))
    assert market.basis("CPIAUCSL") == "vintage"
    assert market.macro("CPIAUCSL").to_dict() == {pd.Timestamp("2024-08-01"): 314.121}
    assert market.basis("UNRATE") == "publication lag"
    assert market.macro("UNRATE").index[-1] == pd.Timestamp("2024-08-01")
    # No lag can describe recessions; a vintage can.
    assert market.macro("USREC").tolist() == [0.0]
    page = source_list(market, ["CPIAUCSL", "UNRATE", "IWM"])
    assert "from the CSV of FRED’s archive (ALFRED): CPIAUCSL." in page
    assert "publication lag: UNRATE;" in page
    lags = publication_lags(market, ["CPIAUCSL", "UNRATE", "USREC"]).set_index("series_id")
    assert lags["basis"].to_dict() == {
        "CPIAUCSL": "vintage by ALFRED",
        "UNRATE": "lag",
        "USREC": "vintage by ALFRED",
    }
    said = basis_sentence(market, lags.reset_index())
    assert "ALFRED): CPIAUCSL and USREC. By publication lag" in said
    assert Market.load(report_params(source="live")).basis("CPIAUCSL") == "latest vintage"


# -- secrets --------------------------------------------------------------------------------


def test_the_record_of_a_build_holds_no_key(
    whole: Store, copied: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRED_API_KEY", KEY)
    with serving(SATURDAY) as server:
        server.fault = server_fault
        pull_of(server, copied.folder.parent, key=KEY, now=SATURDAY).run(["DGS10", "CPIAUCSL"])
    monkeypatch.setenv(STORE_VARIABLE, str(copied.folder))
    market = Market.load(report_params(source="live"))
    record = build_record(market, [], {})
    told = json.dumps([record, market.dataset.provenance, market.notes], default=str)
    page = source_list(market, list(market.dataset.provenance["series"]))
    assert KEY not in told and KEY not in page
    assert "api_key" not in told and "://" not in told
    for path in copied.folder.rglob("*"):
        assert path.is_dir() or KEY.encode() not in path.read_bytes()
    assert np.isfinite(market.macro("DGS10")).all()
