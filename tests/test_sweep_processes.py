"""Sweeps in other processes: killed in the middle, on a cluster, and the same in the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rotation_lib.errors import BuildError, ParameterError
from rotation_lib.params import ReportParams
from rotation_lib.sources import Dataset
from rotation_lib.sweep import cluster
from rotation_lib.sweep.edition import Edition
from rotation_lib.sweep.kept import Kept
from rotation_lib.sweep.local import Work
from rotation_lib.sweep.plan import Plan, make_plan
from rotation_lib.sweep.run import sweep

PROGRAM = """
import sys
from pathlib import Path
from rotation_lib.params import ReportParams
from rotation_lib.store import open_source
from rotation_lib.sweep.kept import Kept
from rotation_lib.sweep.plan import make_plan
from rotation_lib.sweep.run import sweep

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    dataset = open_source("snapshot").load()
    plan = make_plan(
        ReportParams(), dataset.total_returns.index, first="2014-01-01", last="2017-12-31",
        every="quarter", chapters=("reshoring_sectors",), draws=40,
    )
    sweep(plan, dataset, folder / "panel.parquet", kept=Kept(folder / "editions"), jobs=1)
"""


def plan_of(dataset: Dataset) -> Plan:
    return make_plan(
        ReportParams(),
        dataset.total_returns.index,
        first="2014-01-01",
        last="2017-12-31",
        every="quarter",
        chapters=("reshoring_sectors",),
        draws=40,
    )


def until(true: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def whole(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The panel, computed in this process."""
    path = tmp_path_factory.mktemp("whole") / "panel.parquet"
    sweep(plan_of(dataset), dataset, path, kept=Kept(None), jobs=0)
    return path.read_bytes()


def children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(p) for p in listed.read_text().split()] if listed.is_file() else []


def alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.is_file() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")
def test_a_killed_sweep_goes_on_where_it_stopped(
    dataset: Dataset, whole: bytes, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    editions = tmp_path / "editions"
    running = subprocess.Popen([sys.executable, "-W", "error", str(program), str(tmp_path)])
    until(lambda: len(list(editions.glob("*.edition"))) >= 2)
    workers = children(running.pid)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    assert not (tmp_path / "panel.parquet").exists()
    until(lambda: not any(alive(pid) for pid in workers))
    finished = {path: path.stat().st_mtime_ns for path in editions.glob("*.edition")}
    assert 2 <= len(finished) < len(plan_of(dataset).days)

    sweep(plan_of(dataset), dataset, tmp_path / "panel.parquet", kept=Kept(editions), jobs=0)
    assert (tmp_path / "panel.parquet").read_bytes() == whole
    assert {path: path.stat().st_mtime_ns for path in finished} == finished


@pytest.mark.slow
def test_two_processes_write_the_same_panel(dataset: Dataset, whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "panel.parquet"
    sweep(plan_of(dataset), dataset, path, kept=Kept(None), jobs=2)
    assert path.read_bytes() == whole


@contextmanager
def dask(*arguments: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        running = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]],
            stdout=out,
            stderr=out,
            env=os.environ | {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "10s"},
        )
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def worker(address: str, log: Path) -> Any:
    return dask(
        "dask_worker", address, "--no-nanny", "--nthreads", "1", "--host", "127.0.0.1",
        "--no-dashboard", "--local-directory", str(log.parent), log=log,
    )  # fmt: skip


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_gives_the_local_panel(
    dataset: Dataset, whole: bytes, tmp_path: Path
) -> None:
    pytest.importorskip("distributed")
    log = tmp_path / "scheduler.log"
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show")
    with dask("dask_scheduler", *options, log=log):
        until(lambda: "Scheduler at:" in log.read_text())
        line = next(text for text in log.read_text().splitlines() if "Scheduler at:" in text)
        address = line.split("Scheduler at:")[1].strip()
        with (
            worker(address, tmp_path / "one.log") as one,
            worker(address, tmp_path / "two.log"),
        ):
            done: list[Any] = []

            def finished(edition: Any) -> None:
                done.append(edition.day)
                if len(done) == 2:
                    os.kill(one.pid, signal.SIGKILL)

            path = tmp_path / "panel.parquet"
            sweep(
                plan_of(dataset),
                dataset,
                path,
                kept=Kept(None),
                scheduler=address,
                progress=finished,
            )
            assert one.wait(timeout=10) == -signal.SIGKILL
    assert path.read_bytes() == whole


@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_costs_one_line(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(ParameterError, match="no Dask scheduler answers") as caught:
            sweep(
                plan_of(dataset),
                dataset,
                tmp_path / "p.parquet",
                kept=Kept(None),
                scheduler=address,
            )
        assert "\n" not in str(caught.value)


def test_an_edition_judged_by_other_rules_is_refused(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A worker that was started elsewhere may have the same code and a ledger of its own.
    plan = plan_of(dataset)
    day = plan.days[0]
    made = Edition(day, "a" * 64, ())
    future = SimpleNamespace(result=lambda: made)
    client = SimpleNamespace(submit=lambda *_, **__: future, cancel=lambda futures: None)
    distributed = SimpleNamespace(as_completed=iter, KilledWorker=ChildProcessError)
    monkeypatch.setitem(sys.modules, "distributed", distributed)
    work = Work(dataset, plan, Kept(None))
    assert list(cluster._submitted(client, None, work, {day: made.key})) == [made]
    with pytest.raises(BuildError, match="another version of this project, its rules or"):
        list(cluster._submitted(client, None, work, {day: "b" * 64}))


def test_without_the_package_the_extra_is_named(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BuildError, match=r"\[cluster\]"):
        sweep(plan_of(dataset), dataset, tmp_path / "p.parquet", kept=Kept(None), scheduler="x")
