"""``rotation doctor``: what it says of a sound installation, and of each part that is not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rotation_lib import claims, doctor, environment, store
from rotation_lib.cli import app
from rotation_lib.environment import Environment, Package
from rotation_lib.errors import LedgerError, SnapshotError
from rotation_lib.project import LOCKFILE, PROJECT_ROOT


@pytest.fixture(autouse=True)
def _no_live_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ROTATION_STORE", str(tmp_path / "store"))


def said(what: str) -> doctor.Check:
    """The check of this name."""
    (check,) = (c for c in doctor.examine() if c.what == what)
    return check


def refusing(error: Exception) -> Any:
    def refuse(*_: object, **__: object) -> None:
        raise error

    return refuse


def test_a_sound_installation_is_told_part_by_part() -> None:
    checks = {c.what: c for c in doctor.examine()}
    assert list(checks) == [
        "Python", "packages", "kernel", "snapshot", "live data", "ledger", "browser",
    ]  # fmt: skip
    here = environment.here()
    unlike = here.differences  # as under a Sphinx laid over the lock
    failed = [c.what for c in checks.values() if c.state == "failed"]
    assert failed == (["packages"] if unlike else [])
    count = len(here.packages)
    told = f"{len(unlike)} of {count} differ" if unlike else f"{count} as locked"
    assert checks["packages"].found.startswith(told)
    assert {"pandas", "sphinx", "jinja2", "certifi"} <= set(here.packages)
    assert checks["snapshot"].found.startswith("prices through 20")
    assert checks["ledger"].found == f"{len(claims.load_ledger())} claims"
    assert checks["live data"].state == "absent" and "fetch" in checks["live data"].next


def have(monkeypatch: pytest.MonkeyPatch, *packages: Package, compared: bool = True) -> None:
    found = Environment({p.name: p for p in packages}, compared)
    monkeypatch.setattr(environment, "here", lambda: found)


ARCH = Package("arch", "7.2.0", locked="8.0.0")
NUMPY = Package("numpy", "2.4.6", locked="2.4.6")
NUMERALS = Package("roman-numerals", "4.1.0")
DIFFERING = (
    "2 of 3 differ from the lock: arch 7.2.0, locked 8.0.0; roman-numerals 4.1.0, not locked"
)


def test_every_package_that_differs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    have(monkeypatch, ARCH, NUMPY, NUMERALS)
    check = said("packages")
    assert (check.state, check.found) == ("failed", DIFFERING)
    monkeypatch.setattr(doctor, "IN_CHECKOUT", False)
    check = said("packages")
    assert (check.state, check.found) == ("absent", DIFFERING)
    assert check.next == f"run 'pip install --require-hashes --requirement {LOCKFILE}'"


@pytest.mark.parametrize("compared", [True, False])
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, compared: bool) -> None:
    have(monkeypatch, NUMPY, Package("pandas", "", locked="3.1.1"), compared=compared)
    check = said("packages")
    assert (check.state, check.found) == ("failed", "missing: pandas")


def test_without_a_lock_there_is_nothing_to_compare(monkeypatch: pytest.MonkeyPatch) -> None:
    have(monkeypatch, NUMPY, compared=False)
    check = said("packages")
    assert (check.state, check.found) == ("ok", "1 installed; no lock to compare with")


def test_the_advice_makes_the_environment_anew(tmp_path: Path) -> None:
    project = tmp_path / "project"
    for name in (
        "Makefile",
        "requirements.txt",
        "pyproject.toml",
        "tools/setup.sh",
        "tools/uv.txt",
    ):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT_ROOT / name, project / name)
    (project / ".venv").mkdir()
    (project / ".venv" / ".ready").touch()

    def would_run() -> str:
        dry = ["make", "--dry-run", "setup"]
        done = subprocess.run(dry, cwd=project, capture_output=True, text=True, check=True)
        return done.stdout

    assert "tools/setup.sh" not in would_run()  # by itself it takes the environment for made
    assert doctor._renew() == "delete .venv, then run 'make setup'"
    shutil.rmtree(project / ".venv")
    assert "sh tools/setup.sh .venv" in would_run()


def test_a_python_that_is_too_old_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.sys, "version_info", (3, 10, 1))
    check = said("Python")
    assert check.state == "failed" and "3.11" in check.next


def test_a_kernel_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", refusing(NoSuchKernel("python3")))
    assert said("kernel").state == "failed"


def test_damaged_data_and_rules_are_told_in_their_own_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store, "open_source", refusing(SnapshotError("a file differs.")))
    monkeypatch.setattr(claims, "load_ledger", refusing(LedgerError("a rule is malformed.")))
    for what, found in (("snapshot", "a file differs."), ("ledger", "a rule is malformed.")):
        check = said(what)
        assert (check.state, check.found) == ("failed", found) and check.next


def test_without_a_browser_it_says_what_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    assert said("browser").state == "absent"


def test_a_damaged_store_of_live_data_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    check = said("live data")
    assert check.state == "failed" and check.next == "run 'rotation data fetch'"


def test_the_command_prints_every_check_and_fails_with_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    have(monkeypatch, NUMPY)
    sound = CliRunner().invoke(app, ["doctor"])
    assert sound.exit_code == 0
    for check in doctor.examine():
        assert check.what in sound.output
    monkeypatch.setattr(store, "open_source", refusing(SnapshotError("a file differs.")))
    ill = CliRunner().invoke(app, ["doctor"])
    assert ill.exit_code == 1 and "a file differs" in ill.output
