"""Machines unlike ours: no git, no screen, no home, nothing writable, other clocks and tongues."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_project import NAME, small_project

pytestmark = pytest.mark.slow

#: Everything a process knows of its machine; nothing is inherited.
BARE = {"LC_ALL": "C", "TZ": "Asia/Tokyo", "PATH": "/nowhere"}
HOME = {"LC_ALL": "C.UTF-8", "TZ": "America/Los_Angeles", "PATH": "/usr/bin:/bin"}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small project as an archive unpacks it: without git, and then without leave to write."""
    project = small_project(tmp_path_factory.mktemp("archive") / "a project")
    shutil.rmtree(project / ".git")
    paths = [project, *project.rglob("*")]
    for path in paths:
        path.chmod(path.stat().st_mode & ~0o222)
    yield project
    for path in paths:
        path.chmod(path.stat().st_mode | 0o200)


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file and folder; also tells what root wrote where it should not."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
    }


def built(project: Path, out: Path, machine: dict[str, str], *more: str) -> Path:
    """The site that a machine builds of a project, from a folder outside it."""
    done = subprocess.run(
        [
            sys.executable,
            "-B",
            "-m",
            "rotation_lib",
            "build",
            "--chapter",
            NAME,
            "--out",
            str(out),
            *more,
        ],
        cwd=out.parent,
        env={**machine, "PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out / "html"


def tree(site: Path) -> dict[str, str]:
    """Hash of every file; of the build record what does not tell of the clock."""
    hashes = {
        path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(site.rglob("*"))
        if path.is_file() and path.name != "build.json"
    }
    record = json.loads((site / "build.json").read_text(encoding="utf-8"))
    record["chapters"] = sorted(record["chapters"])
    return {**hashes, "build.json": json.dumps(record, sort_keys=True)}


def test_another_machine_builds_the_same_bytes_and_writes_nothing_else(
    checkout: Path, tmp_path: Path
) -> None:
    before = listing(checkout)
    (tmp_path / "one").mkdir()
    bare = built(checkout, tmp_path / "one" / "out", BARE)
    (tmp_path / "two places").mkdir()
    home = {**HOME, "HOME": str(tmp_path / "home"), "DISPLAY": ":77"}
    other = built(checkout, tmp_path / "two places" / "out", home, "--jobs", "1")
    assert tree(bare) == tree(other)
    assert listing(checkout) == before
    record = json.loads((bare / "build.json").read_text(encoding="utf-8"))
    assert (record["revision"], record["dirty"]) == ("unknown", None)
    page = (bare / "index.html").read_text(encoding="utf-8")
    assert re.search(r"Code revision</dt>\s*<dd><code>unknown</code>", page)


def test_where_nothing_may_be_written_the_refusal_is_one_line(
    checkout: Path, tmp_path: Path
) -> None:
    # Root may write in every folder but this one.
    place = Path("/proc/nowhere") if os.geteuid() == 0 else checkout / "_build"
    done = subprocess.run(
        [sys.executable, "-B", "-m", "rotation_lib", "build", "--out", str(place)],
        cwd=tmp_path,
        env={**HOME, "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode in (1, 2)
    assert done.stderr.startswith("error: ") and len(done.stderr.splitlines()) == 1, done.stderr
    assert str(place) in done.stderr
