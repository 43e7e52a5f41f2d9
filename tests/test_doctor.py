"""``rotation doctor``: what it says of a sound installation, and of each part that is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rotation_lib import claims, doctor, store
from rotation_lib.cli import app
from rotation_lib.errors import LedgerError, SnapshotError


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
    assert [c.what for c in checks.values() if c.state == "failed"] == []
    assert checks["packages"].found == "7 core packages as locked"
    assert checks["snapshot"].found.startswith("prices through 20")
    assert checks["ledger"].found == f"{len(claims.load_ledger())} claims"
    assert checks["live data"].state == "absent" and "fetch" in checks["live data"].next


def test_another_version_than_the_locked_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "version", lambda name: "0.0.1" if name == "arch" else "9")
    check = said("packages")
    assert check.state == "failed" and check.next == "run 'make setup'"
    assert "arch 0.0.1, locked " in check.found


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "version", refusing(doctor.PackageNotFoundError("pandas")))
    assert "pandas missing, locked " in said("packages").found


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
    sound = CliRunner().invoke(app, ["doctor"])
    assert sound.exit_code == 0
    for check in doctor.examine():
        assert check.what in sound.output
    monkeypatch.setattr(store, "open_source", refusing(SnapshotError("a file differs.")))
    ill = CliRunner().invoke(app, ["doctor"])
    assert ill.exit_code == 1 and "a file differs" in ill.output
