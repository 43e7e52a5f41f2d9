"""Fixtures shared by all tests: the embedded data, made-up markets, and one built site."""

from __future__ import annotations

import own_network  # first: a process with threads may not be let go

# isort: split
import gc
import os
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd
import pytest

from rotation_lib.market import Market
from rotation_lib.params import ReportParams, report_params
from rotation_lib.sources import Dataset
from rotation_lib.store import open_source

if TYPE_CHECKING:
    from rotation_lib.claims import Judged
    from rotation_lib.findings import FindingSet
    from rotation_lib.publish.site import SiteReport

gc.disable()  # nearly all that is imported stays: to look for garbage is a fifth of the time

T = TypeVar("T")
#: Modules that measure whole histories, fetch through the real clients, or run programs. With
#: whatever builds a site or drives a browser they are left out of ``make quick``.
LONG = frozenset(
    [
        "test_incremental",
        "test_ledger_evidence",
        "test_live_changes",
        "test_live_clock",
        "test_live_faults",
        "test_live_process",
        "test_live_report",
        "test_live_status",
        "test_live_store",
        "test_methods",
        "test_narrative_reshoring_sectors",
        "test_narrative_tech_valuations",
        "test_properties",
        "test_reference_performance",
        "test_risk_sliders",
        "test_snapshot",
        "test_snapshot_writing",
        "test_study_rate_sensitivity",
        "test_study_rate_sensitivity_worlds",
        "test_study_reshoring_sectors",
        "test_study_risks",
        "test_study_risks_models",
        "test_study_tech_valuations",
        "test_workflow_steps",
    ]
)
BUILT = frozenset({"built_site", "small_report", "browser", "results"})


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import what ``make quick`` leaves out as a whole."""
    left_out = config.option.markexpr == "not slow" and collection_path.stem in LONG
    return True if left_out else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what takes more than a moment."""
    for item in items:
        if item.path.stem in LONG or BUILT & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """From here on garbage is looked for, but not in what was imported."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def _no_kept_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test computes for itself: nothing kept by an earlier build may answer for it."""
    for name in ("ROTATION_FINDINGS", "ROTATION_FIGURES"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """No test reaches another computer; what holds it back tells :mod:`own_network`."""
    own_network.refuse_other_computers()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
            patch.setenv(name, "http://127.0.0.1:9")
            patch.delenv(name.lower(), raising=False)
        patch.setenv("NO_PROXY", "127.0.0.1,localhost")
        patch.delenv("no_proxy", raising=False)
        patch.delenv("FRED_API_KEY", raising=False)
        yield


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """The embedded snapshot."""
    return open_source("snapshot").load()


@pytest.fixture(scope="session")
def market() -> Market:
    """The default report's market."""
    return Market.load(ReportParams())


@pytest.fixture(scope="session")
def market_of() -> Callable[..., Market]:
    """Markets for other parameters: ``market_of(start="2015-01-02", end="2023-12-29")``."""

    def make(**values: object) -> Market:
        return Market.load(report_params(**values))

    return make


@pytest.fixture
def made_up(dataset: Dataset) -> Callable[[pd.DataFrame], Market]:
    """A market whose total returns are given columns instead of the real ones.

    The frame is indexed by session; columns it lacks stay as they are in the snapshot.
    """

    def make(returns: pd.DataFrame, **values: object) -> Market:
        from dataclasses import replace

        mixed = dataset.total_returns.copy()
        for name in returns.columns:
            mixed[name] = returns[name].reindex(mixed.index).to_numpy(dtype=np.float64)
        return Market.from_dataset(replace(dataset, total_returns=mixed), report_params(**values))

    return make


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


def computed_once(shared: Path, name: str, compute: Callable[[], T]) -> T:
    """A result of this run: the first worker that asks computes it, the others read it."""
    from filelock import FileLock

    kept = shared / f"{name}.pickle"
    with FileLock(shared / f"{name}.lock"):
        if not kept.is_file():
            kept.write_bytes(pickle.dumps(compute()))
    result: T = pickle.loads(kept.read_bytes())
    return result


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the Pythons that a build starts begin imported; see :mod:`preloaded`."""
    from preloaded import python

    monkeypatch.setattr(sys, "executable", python())


@pytest.fixture(scope="session")
def build_folder(shared: Path) -> Callable[[Path], Path]:
    """Makes build folders that keep together what is drawn once per content."""
    from rotation_lib.publish.owned import mark

    def make(folder: Path) -> Path:
        (shared / "drawn").mkdir(exist_ok=True)
        mark(folder)
        (folder / ".runtime").symlink_to(shared / "drawn", target_is_directory=True)
        return folder

    return make


@pytest.fixture(scope="session")
def built_site(shared: Path) -> Path:
    """The whole report, built once a session and shared between parallel workers."""
    from filelock import FileLock

    from rotation_lib.publish.build import build

    out = shared / "report build"
    with FileLock(shared / "report.lock"):
        done = out / "html" / "build.json"
        if not done.is_file():
            result = build(ReportParams(), out=out, jobs=2)
            assert not result.failures, [str(f) for f in result.failures]
    return out / "html"


@pytest.fixture(scope="session")
def small_report(shared: Path, build_folder: Callable[[Path], Path]) -> SiteReport:
    """The sample book as a site, in a folder with a space in its name; built once a session."""
    from sample_book import site_of_book

    def compute() -> SiteReport:
        folder = shared / "small site"
        return site_of_book(folder / "in", build_folder(folder / "out"))

    return computed_once(shared, "small site", compute)


@pytest.fixture(scope="session")
def small_site(small_report: SiteReport) -> Path:
    """Folder of the sample book's site."""
    return small_report.html


@pytest.fixture(scope="session")
def kept_findings(shared: Path) -> Path:
    """Where this run keeps what themes measured, by the product's own keys: data, window, code.

    The whole report looks there too. A process is given it as ``ROTATION_FINDINGS``.
    """
    from rotation_lib.publish.owned import mark

    out = shared / "report build"
    mark(out)
    return out / "runs" / "findings"


@pytest.fixture(scope="session")
def studied(kept_findings: Path) -> Callable[[str, Market], FindingSet]:
    """Findings of a theme in a market, measured once a run: ``studied("risks", market)``.

    Where a test is about measuring itself, it calls the study instead.
    """
    from rotation_lib.findings import FindingSet
    from rotation_lib.results import kept_in, theme_result

    def look_up(theme: str, market: Market) -> FindingSet:
        with kept_in(kept_findings):
            return FindingSet(theme_result(theme, market).findings)

    return look_up


@pytest.fixture(scope="session")
def results(
    shared: Path, market: Market, kept_findings: Path
) -> tuple[FindingSet, tuple[Judged, ...]]:
    """All findings and verdicts of the default report, computed once a session."""
    from rotation_lib.results import all_results, kept_in

    def compute() -> tuple[FindingSet, tuple[Judged, ...]]:
        with kept_in(kept_findings):
            findings, judged = all_results(market)
        return findings, tuple(judged)

    return computed_once(shared, "results", compute)


@pytest.fixture(scope="session")
def report_url(built_site: Path) -> Iterator[str]:
    """Address of the whole report on a server of this worker's own."""
    from rotation_lib.publish.serve import running_server

    with running_server(built_site) as base:
        yield base


@pytest.fixture(scope="session")
def small_url(small_site: Path) -> Iterator[str]:
    """Address of the sample book on a server of this worker's own."""
    from rotation_lib.publish.serve import running_server

    with running_server(small_site) as base:
        yield base


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium; a module's own, because its event loop would disturb other tests'."""
    from browser import running_chromium

    with running_chromium() as running:
        yield running


@pytest.fixture
def reader(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens pages as different readers: ``reader(width=390, color_scheme="dark")``."""
    contexts = []

    def open_page(width: int = 1280, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
