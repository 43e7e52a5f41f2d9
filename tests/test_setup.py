"""The set-up: what each command installs, and what becomes of it on machines that are less than kind.

The recipe and the Makefile are the real ones; a recorder stands in for Python, so nothing is fetched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from rotation_lib.project import PROJECT_ROOT

FILES = (
    "Makefile",
    "pyproject.toml",
    "requirements.txt",
    "requirements-test.txt",
    "requirements-next.txt",
    "tools/setup.sh",
)
#: Writes its arguments down; makes an environment whose Python is itself; fails as ``uv`` where told.
PYTHON = """#!/bin/sh
printf '%s\\n' "$*" >> "$LOG"
case "$*" in
  "--version") echo "Python 3.11.2" ;;
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && touch "$3/pyvenv.cfg" ;;
  "-m uv cache dir") echo "$HOME/.cache/uv" ;;
  "-m uv pip install "*)
    echo "cache ${UV_CACHE_DIR:-of the home}" >> "$LOG"
    [ -z "${UV_CACHE_DIR:-}" ] || mkdir "$UV_CACHE_DIR"
    [ -z "${UV_FAILS:-}" ] || { echo "error: $UV_FAILS" >&2; exit 2; } ;;
  *"--requirement tools/uv.txt") [ -z "${NO_WHEEL:-}" ] ;;
esac
"""
REPORT, TESTS = "requirements.txt", "requirements-test.txt"
NEXT = "requirements-next.txt"


class Checkout:
    """A checkout in a folder with an awkward name, and the Python that its set-up finds."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "My Repörts ☂"
        (self.folder / "tools").mkdir(parents=True)
        for name in (*FILES, "tools/uv.txt"):
            shutil.copy(PROJECT_ROOT / name, self.folder / name)
        self.log = tmp_path / "log"
        self.home = tmp_path / "home"
        self.home.mkdir()
        self.python = tmp_path / "a python"
        self.python.write_text(PYTHON, encoding="utf-8")
        self.python.chmod(0o755)

    def make(self, *targets: str, **env: str) -> list[str]:
        """What Python was asked for by one call of make, without the questions after its version."""
        self.log.write_text("", encoding="utf-8")
        keep = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(self.home)}
        done = subprocess.run(
            ["make", *targets],
            cwd=self.folder,
            env={**keep, "LOG": str(self.log), "PYTHON": str(self.python), **env},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        self.said = done.stdout
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [line for line in lines if not line.startswith("-c ")]

    def later(self, name: str) -> None:
        """A file of the checkout is changed, a minute from now."""
        path = self.folder / name
        moment = path.stat().st_mtime + 60
        os.utime(path, (moment, moment))


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def installed(calls: list[str]) -> list[str]:
    """The locks installed, in order, each with the program that did it."""
    found = []
    for call in calls:
        program, _, rest = call.removeprefix("-m ").partition(" ")
        lock = rest.rpartition("--requirement ")[2]
        if lock in (REPORT, TESTS, NEXT):
            assert "--require-hashes" in rest
            assert ("--no-deps" in rest) == (lock == NEXT)
            found.append(f"{program} {lock}")
    return found


def test_the_report_gets_what_it_needs_and_the_tests_add_theirs(checkout: Checkout) -> None:
    first = checkout.make("setup")
    assert installed(first) == [f"uv {REPORT}"]
    assert first[1] == "-m venv .venv"
    assert [call for call in first if "tools/uv.txt" in call] == [
        (
            "-m pip install --quiet --disable-pip-version-check --require-hashes"
            " --only-binary :all: --requirement tools/uv.txt"
        )
    ]
    assert first[-1].endswith("--no-deps --no-build-isolation --editable .")
    assert checkout.make("setup") == []
    second = checkout.make(".venv/.ready-test")
    assert installed(second) == [f"uv {TESTS}"]
    assert not any("venv .venv" in call or "--editable" in call for call in second)
    assert checkout.make("setup") == checkout.make(".venv/.ready-test") == []


def test_the_tests_alone_need_nothing_beforehand(checkout: Checkout) -> None:
    calls = checkout.make(".venv/.ready-test")
    assert installed(calls) == [f"uv {REPORT}", f"uv {TESTS}"]


@pytest.mark.parametrize(("spoilt", "program"), [({}, "uv"), ({"UV_FAILS": "no route"}, "pip")])
def test_the_next_stack_lies_over_the_locks_in_an_environment_of_its_own(
    checkout: Checkout, spoilt: dict[str, str], program: str
) -> None:
    checkout.make("setup")
    calls = checkout.make("setup", "STACK=next", **spoilt)
    assert "-m venv .venv-next" in calls
    assert [line for line in installed(calls) if line.startswith(program)] == [
        f"{program} {REPORT}",
        f"{program} {NEXT}",
    ]
    assert checkout.make("setup", "STACK=next") == checkout.make("setup") == []
    # What the tests need includes the packages that were replaced, so they are replaced again.
    later = checkout.make(".venv-next/.ready-test", "STACK=next")
    assert installed(later) == [f"uv {TESTS}", f"uv {NEXT}"]
    checkout.later(NEXT)
    assert installed(checkout.make("setup", "STACK=next")) == [f"uv {TESTS}", f"uv {NEXT}"]
    assert checkout.make("setup") == []


@pytest.mark.parametrize("changed", [REPORT, "pyproject.toml", "tools/setup.sh", "tools/uv.txt"])
def test_a_changed_lock_renews_all_that_was_there(checkout: Checkout, changed: str) -> None:
    checkout.make(".venv/.ready-test")
    stray = checkout.folder / ".venv" / "stray"
    stray.touch()
    checkout.later(changed)
    assert installed(checkout.make("setup")) == [f"uv {TESTS}"]
    assert not stray.exists()


def test_a_changed_lock_of_the_tests_leaves_the_report_alone(checkout: Checkout) -> None:
    checkout.make(".venv/.ready-test")
    checkout.later(TESTS)
    assert checkout.make("setup") == []
    assert installed(checkout.make(".venv/.ready-test")) == [f"uv {TESTS}"]


@pytest.mark.parametrize("spoilt", [{"UV_FAILS": "no route"}, {"NO_WHEEL": "1"}])
def test_without_uv_pip_does_the_same(checkout: Checkout, spoilt: dict[str, str]) -> None:
    calls = checkout.make(".venv/.ready-test", **spoilt)
    assert [line for line in installed(calls) if line.startswith("pip")] == [
        f"pip {REPORT}",
        f"pip {TESTS}",
    ]
    assert "pip does the same more slowly" in checkout.said
    if reason := spoilt.get("UV_FAILS"):
        log = (checkout.folder / ".venv" / "uv.log").read_text(encoding="utf-8")
        assert log == f"error: {reason}\n"


def test_a_set_up_that_was_interrupted_starts_over(checkout: Checkout) -> None:
    checkout.make("setup")
    (checkout.folder / ".venv" / ".ready").unlink()
    assert "-m venv .venv" in checkout.make("setup")


def test_a_home_that_can_be_written_to_keeps_the_cache(checkout: Checkout) -> None:
    assert "cache of the home" in checkout.make("setup")


def test_a_home_that_cannot_be_written_to_is_done_without(checkout: Checkout) -> None:
    """A file where the folder should be stands in for rights, which root would not need."""
    (checkout.home / ".cache").touch()
    calls = checkout.make("setup")
    assert "cache .venv/.uv-cache" in calls
    assert installed(calls) == [f"uv {REPORT}"]
    assert not (checkout.folder / ".venv" / ".uv-cache").exists()
