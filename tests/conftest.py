"""Fixtures shared by all tests: the embedded data, made-up markets, and one built site."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rotation_lib.market import Market
from rotation_lib.params import ReportParams, report_params
from rotation_lib.sources import Dataset
from rotation_lib.store import open_source

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(autouse=True)
def _no_kept_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test computes for itself: nothing kept by an earlier build may answer for it."""
    for name in ("ROTATION_FINDINGS", "ROTATION_FIGURES"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """No test reaches another computer: Python's sockets are refused, curl finds no way out."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family in (socket.AF_INET, socket.AF_INET6) and host not in LOOPBACK:
            raise RuntimeError(f"a test tried to reach {host}, outside this computer")
        connect(self, address)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
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
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole report, built once a session and shared between parallel workers."""
    from filelock import FileLock

    from rotation_lib.publish.build import build

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    out = shared / "report build"
    with FileLock(shared / "report.lock"):
        done = out / "html" / "build.json"
        if not done.is_file():
            result = build(ReportParams(), out=out, jobs=2)
            assert not result.failures, [str(f) for f in result.failures]
    return out / "html"


@pytest.fixture(scope="module")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample book as a site, in a folder with a space in its name."""
    from sample_book import CREDITS, RECORD, book

    from rotation_lib.project import PROJECT_ROOT
    from rotation_lib.publish.site import build_site

    folder = tmp_path_factory.mktemp("small site")
    executed, payloads = book(folder / "in")
    return build_site(
        executed,
        payloads,
        {"schema": 1},
        RECORD,
        folder / "out",
        project=PROJECT_ROOT,
        credits=CREDITS,
    ).html


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
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
