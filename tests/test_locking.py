"""Making the locks again: each by the command in its own head, in an order that holds together."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from rotation_lib.project import PROJECT_ROOT

TOOL = "tools/lock.py"
#: Writes down what it was asked for, and fails for a lock that is named.
UV = """
import os, sys
with open("asked", "a") as log:
    print(*sys.argv[1:], os.environ["UV_PYTHON_DOWNLOADS"], file=log)
sys.exit(2 if os.environ.get("FAILS") in sys.argv else 0)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with our heads, and a uv that only writes down what it was asked for."""
    folder = tmp_path / "a clone"
    (folder / "tools").mkdir(parents=True)
    names = [p.name for p in PROJECT_ROOT.glob("requirements*.txt")]
    names += [f"tools/{p.name}" for p in PROJECT_ROOT.glob("tools/*.txt")]
    for name in names:
        head = (PROJECT_ROOT / name).read_text(encoding="utf-8").splitlines()[:2]
        (folder / name).write_text("\n".join([*head, "a==1"]) + "\n", encoding="utf-8")
    (folder / TOOL).write_bytes((PROJECT_ROOT / TOOL).read_bytes())
    (folder / "tools" / "uv.py").write_text(UV, encoding="utf-8")
    return folder


def lock(project: Path, *more: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, TOOL, *more],
        cwd=project,
        env={"PATH": "/nowhere", "PYTHONPATH": str(project / "tools"), **env},
        capture_output=True,
        text=True,
        check=False,
    )


def asked(project: Path) -> list[str]:
    return (project / "asked").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("more", [[], ["--upgrade"]])
def test_each_lock_is_made_by_its_own_head_after_those_it_holds_to(
    project: Path, more: list[str]
) -> None:
    done = lock(project, *more)
    assert done.returncode == 0, done.stderr
    said = asked(project)
    assert [re.findall(r" -o (\S+)", line)[0] for line in said] == [
        "requirements.txt",
        "requirements-next.txt",
        "requirements-test.txt",
        "tools/uv.txt",
        "tools/workflows.txt",
    ]
    for line, name in zip(said, re.findall(r"lock: (\S+)", done.stdout), strict=True):
        head = (PROJECT_ROOT / name).read_text(encoding="utf-8").splitlines()[1]
        assert line == " ".join([head.removeprefix("#    uv "), "--quiet", *more, "never"])


def test_a_lock_that_cannot_be_made_stops_the_rest(project: Path) -> None:
    assert lock(project, FAILS="requirements-next.txt").returncode == 1
    assert len(asked(project)) == 2


def test_what_cannot_be_followed_is_said_in_one_line(project: Path) -> None:
    assert lock(project, "--upgarde").stderr == "lock: --upgarde is not known; only --upgrade is\n"
    (project / "tools" / "more.txt").write_text("a==1\n", encoding="utf-8")
    done = lock(project)
    assert done.returncode == 1
    assert done.stderr == (
        "lock: tools/more.txt does not say in its second line how it is made; "
        "write there: #    uv pip compile … -o tools/more.txt\n"
    )
    # The advice, followed.
    head = "#\n#    uv pip compile a.in -o tools/more.txt\na==1\n"
    (project / "tools" / "more.txt").write_text(head, encoding="utf-8")
    assert lock(project).returncode == 0
