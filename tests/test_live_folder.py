"""``ROTATION_STORE`` however it is written: one folder for whoever fetches, looks, builds, locks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rotation_lib import cli
from rotation_lib.errors import ProjectError, StoreError
from rotation_lib.project import STORE_VARIABLE
from rotation_lib.store import source_state
from rotation_lib.store.files import Store


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a folder ``real`` in it, and links to it; the working folder is another one."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "dangling").symlink_to("real/store")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    return tmp_path


WAYS = ["../real/store", "./../link/store", "~/real/store", "~/link/store", "../dangling"]


@pytest.mark.parametrize("named", WAYS)
def test_however_it_is_written_it_is_one_store(
    named: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = home / "real" / "store"
    monkeypatch.setenv(STORE_VARIABLE, str(place))
    plain = source_state("live")
    monkeypatch.setenv(STORE_VARIABLE, named)
    assert Store().folder == place
    assert source_state("live") == plain  # what was kept for one is right for the other
    with Store().locked():
        for other in WAYS:
            monkeypatch.setenv(STORE_VARIABLE, other)
            with pytest.raises(StoreError, match="Another fetch is at work"), Store().locked(0.01):
                pass
    assert sorted(path.name for path in place.iterdir()) == ["series", "store.lock"]
    assert not list((home / "elsewhere").iterdir())


@pytest.mark.parametrize("named", WAYS)
def test_a_command_hands_on_the_whole_path(
    named: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Kernels and other processes run in folders of their own."""
    monkeypatch.setenv(STORE_VARIABLE, named)
    monkeypatch.setattr("sys.argv", ["rotation", "data", "status"])
    with pytest.raises(SystemExit):
        cli.main()
    assert os.environ[STORE_VARIABLE] == str(home / "real" / "store")
    assert capsys.readouterr().out.startswith(f"live data in {home / 'real' / 'store'}\n")
    monkeypatch.chdir(home)
    assert Store().folder == home / "real" / "store"


@pytest.mark.parametrize("named", ["~nobody-of-that-name/store", "../loop", "../loop/store"])
def test_a_path_that_leads_nowhere_is_refused(
    named: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(STORE_VARIABLE, named)
    with pytest.raises(ProjectError, match="leads to no folder"):
        Store()
    monkeypatch.setattr("sys.argv", ["rotation", "data", "status"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 2
    assert capsys.readouterr().err == (
        f"error: ROTATION_STORE is '{named}', which leads to no folder; set it to one that is empty "
        "or not there yet.\n"
    )


@pytest.mark.parametrize("named", ["", "  "])
def test_an_empty_name_means_the_cache(
    named: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv(STORE_VARIABLE, named)
    assert Store().folder.name == "store" and "small-cap-rotation" in Store().folder.parts
