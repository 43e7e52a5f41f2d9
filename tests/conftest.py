"""Fixtures shared by all tests: the embedded data, made-up markets, and one built site."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rotation_lib.market import Market
from rotation_lib.params import ReportParams, report_params
from rotation_lib.sources import Dataset
from rotation_lib.store import open_source


@pytest.fixture(autouse=True)
def _no_kept_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test computes for itself: nothing kept by an earlier build may answer for it."""
    for name in ("ROTATION_FINDINGS", "ROTATION_FIGURES"):
        monkeypatch.delenv(name, raising=False)


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
