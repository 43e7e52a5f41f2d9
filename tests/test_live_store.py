"""The store under hostile conditions: killed writers, two writers, no space, no permission.

The third part of the table of faults. Real processes are killed and refused by the system.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from forked_command import Forked
from live_commands import environment, forked, rotation, until
from live_faults import only, silence
from live_world import KEY, NOW, pull_of
from standin import Standin, serving
from test_live_faults import content, fill, outcomes

from rotation_lib.errors import StoreError
from rotation_lib.store import files, one_state
from rotation_lib.store.files import Store
from rotation_lib.store.status import verify_store


@pytest.fixture
def server() -> Iterator[Standin]:
    with serving(NOW) as served:
        fill(served, 130)
        yield served


@pytest.mark.parametrize(
    ("door", "hangs", "key"),
    [("yahoo", "SPY", None), ("csv", "DGS10", None), ("api", "DGS10", KEY)],
    ids=["Yahoo", "FRED's CSV", "FRED's API"],
)
def test_killed_in_mid_fetch(
    door: str, hangs: str, key: str | None, server: Standin, tmp_path: Path
) -> None:
    """What was stored before the kill counts, the lock is free, and the next fetch goes on."""
    env = environment(server, tmp_path, **({"FRED_API_KEY": key} if key else {}))
    server.fault = only(hangs, silence)
    process = forked(["data", "fetch", "IWM", hangs], env)
    until(lambda: (door, hangs) in server.asked)
    process.kill()
    assert process.ended()[0] == -signal.SIGKILL
    store = Store(tmp_path / "store")
    assert set(store.manifest()) == set(store.attempts()) == {"IWM"}
    assert verify_store(store) == []
    server.fault = None
    attempts = pull_of(server, tmp_path, key=key).run(["IWM", hangs])
    assert outcomes(attempts) == {"IWM": "unchanged", hangs: "ok"}
    assert verify_store(store) == []
    assert len(store.read(store.manifest()[hangs])) == 130


WRITER = """
import os, signal, sys
from pathlib import Path
from rotation_lib.store import files, one_state
at = int(sys.argv[2])
real = os.fsync
def fsync(handle):
    global at
    at -= 1
    if at == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    real(handle)
os.fsync = fsync
store = files.Store(Path(sys.argv[1]))
[(key, entry)] = store.manifest().items()
frame = store.read(entry)
frame[frame.columns[1]] *= 2
with store.locked():
    store.write(key, frame, entry)
"""


@pytest.mark.parametrize("series_id", ["IWM", "DGS10"])
@pytest.mark.parametrize("at", [1, 2], ids=["data", "manifest"])
def test_killed_in_mid_write(server: Standin, tmp_path: Path, at: int, series_id: str) -> None:
    """The state before the write counts, and what is left over is swept away."""
    pull = pull_of(server, tmp_path)
    pull.run([series_id])
    before = content(tmp_path / "store")
    writer = Forked(WRITER, [str(pull.store.folder), str(at)], dict(os.environ))
    assert writer.ended()[0] == -signal.SIGKILL
    assert {k: v for k, v in content(tmp_path / "store").items() if k in before} == before
    assert verify_store(pull.store) == []
    assert pull.run([series_id])[0].outcome == "unchanged"
    assert len(list((pull.store.folder / "series").iterdir())) == 1
    assert not list(pull.store.folder.rglob(f"{files.PARTIAL}*"))


def test_two_fetches_at_once(server: Standin, tmp_path: Path) -> None:
    """The second says that another is at work, and the first ends as if it were alone."""
    answer = threading.Event()

    def slowly(*_: object) -> bool:
        answer.wait(60)
        return False

    server.fault = only("IWM", slowly)
    first = forked(["data", "fetch", "IWM", "DGS10"], environment(server, tmp_path))
    until(lambda: ("yahoo", "IWM") in server.asked)
    with pytest.raises(StoreError) as told:
        pull_of(server, tmp_path).run(["SPY", "DGS2"])
    where = tmp_path / "store"
    assert str(told.value) == f"Another fetch is at work in {where}: wait until it is done."
    assert not {name for _, name in server.asked} & {"SPY", "DGS2"}
    answer.set()
    code, out, err = first.ended()
    assert code == 0, err
    assert "fetched: 2 ok; 260 new rows, 0 revised" in out
    assert verify_store(Store(tmp_path / "store")) == []
    # As it says: once the first is done, the second has its turn.
    assert outcomes(pull_of(server, tmp_path).run(["DGS2"])) == {"DGS2": "ok"}


@pytest.mark.parametrize("series_id", ["IWM", "DGS10"])
def test_full_disk(
    series_id: str, server: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line says why and what to do; the data stay byte for byte."""
    fill(server, 125)
    pull = pull_of(server, tmp_path)
    pull.run([series_id])
    before = content(tmp_path / "store")
    fill(server, 130)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=r"cannot be written \(No space left on device\): free"):
        pull.run([series_id])
    monkeypatch.undo()
    assert content(tmp_path / "store") == before
    assert pull.run([series_id])[0].added == 5


def test_a_file_that_may_not_grow(server: Standin, tmp_path: Path) -> None:
    """The system itself stops the write in the middle."""
    fill(server, 125)
    pull_of(server, tmp_path).run(["DGS10"])
    before = content(tmp_path / "store")
    fill(server, 130)

    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))

    # A measured process would fail at the end, over the file in which it counts its lines.
    plain = {k: v for k, v in environment(server, tmp_path).items() if "COVERAGE" not in k}
    process = rotation(["data", "fetch", "DGS10"], plain, preexec_fn=limit)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.startswith("error: The store in ") and "cannot be written (File too large)" in err
    assert err.count("\n") == 1
    assert content(tmp_path / "store") == before


@pytest.mark.parametrize("series_id", ["IWM", "DGS10"])
def test_read_only_store(series_id: str, server: Standin) -> None:
    """A store that may only be read: a fetch says so in one line, and changes nothing."""
    # Below a folder of its own: pytest's are closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="rotation-"))
    administrator = os.geteuid() == 0
    try:
        pull = pull_of(server, folder)
        pull.run([series_id])
        before = content(folder / "store")
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        if administrator:  # who may write anywhere: be somebody else for a moment
            os.seteuid(65534)
        try:
            with pytest.raises(
                StoreError, match=r"cannot be written \(Permission denied\)"
            ) as told:
                pull.run([series_id])
        finally:
            if administrator:
                os.seteuid(0)
        assert "see that you may write there, or set ROTATION_STORE" in str(told.value)
        assert content(folder / "store") == before
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)
        assert pull.run([series_id])[0].outcome == "unchanged"
    finally:
        for path in (folder, *(p for p in folder.rglob("*") if p.is_dir())):
            path.chmod(0o755)
        shutil.rmtree(folder)


def test_a_client_needs_no_files_of_an_earlier_one(server: Standin, tmp_path: Path) -> None:
    pull_of(server, tmp_path / "first").run(["IWM"])
    shutil.rmtree(tmp_path / "first")
    assert pull_of(server, tmp_path / "second").run(["IWM"])[0].outcome == "ok"
    assert list((tmp_path / "second" / "yfinance").glob("*.db"))


# -- readers ------------------------------------------------------------------------------


@pytest.mark.parametrize("links", [True, False])
def test_a_reader_keeps_one_state_while_a_fetch_goes_on(
    links: bool, server: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In mid-copy, and again while it is read, another fetch replaces what it was to copy."""
    names, bring, left = ["IWM", "SPY", "DGS10"], one_state._bring, [1]
    store = Store(tmp_path / "store")

    def refetched(count: int) -> None:
        fill(server, count)
        pull_of(server, tmp_path).run(names)

    def meanwhile(source: Path, target: Path) -> None:
        if source.name.startswith("IWM-") and left:
            left.clear()
            refetched(129)
        bring(source, target)

    def no_links(source: Path, target: Path) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    fill(server, 128)
    pull_of(server, tmp_path).run(names)
    monkeypatch.setattr(one_state, "_bring", meanwhile)
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    with one_state.one_state(store) as seen:
        entries = store.manifest()
        refetched(130)
        assert store.manifest() != entries == seen.manifest()
        assert verify_store(seen) == []
        assert {len(seen.read(entry)) for entry in seen.manifest().values()} == {129}
        assert {a.added for a in seen.attempts().values()} == {1}
    assert {len(store.read(entry)) for entry in store.manifest().values()} == {130}


def test_a_copy_of_a_store_hides_no_damage(server: Standin, tmp_path: Path) -> None:
    pull_of(server, tmp_path).run(["IWM", "SPY"])
    store = Store(tmp_path / "store")
    place = store.folder / "series"
    (place / store.manifest()["IWM"].file).unlink()
    (place / store.manifest()["SPY"].file).write_bytes(b"x")
    with one_state.one_state(store) as seen:
        assert len(verify_store(seen)) == 2
    with one_state.one_state(Store(tmp_path / "nothing there")) as seen:
        assert (seen.manifest(), seen.attempts()) == ({}, {})


# -- damage -------------------------------------------------------------------------------


def test_a_changed_byte_is_seen_and_mended(server: Standin, tmp_path: Path) -> None:
    pull = pull_of(server, tmp_path)
    pull.run(["IWM", "SPY"])
    path = pull.store.folder / "series" / pull.store.manifest()["IWM"].file
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    [complaint] = verify_store(pull.store)
    assert complaint.startswith("IWM: ") and "run 'rotation data fetch'" in complaint
    assert pull.run(["IWM"])[0].outcome == "ok"
    assert verify_store(pull.store) == []


@pytest.mark.parametrize("text", ["", "{}", '{"schema": 1, "sha256": "x", "series": {}}'])
def test_a_damaged_manifest_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(
        StoreError, match=r"manifest\.json .* is damaged: run 'rotation data fetch'"
    ):
        Store(tmp_path).manifest()


def test_a_hand_edited_manifest_is_refused(server: Standin, tmp_path: Path) -> None:
    pull = pull_of(server, tmp_path)
    pull.run(["IWM"])
    path = pull.store.folder / "manifest.json"
    held = json.loads(path.read_text(encoding="utf-8"))
    held["series"]["IWM"]["last"] = "2030-01-02"
    path.write_text(json.dumps(held), encoding="utf-8")
    with pytest.raises(StoreError, match="damaged"):
        pull.store.manifest()


def test_what_was_read_or_written_last_is_not_taken_apart_again(
    server: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pull asks for manifest and log at each series; what it is handed is its own to change."""
    pull = pull_of(server, tmp_path)
    pull.run(["IWM", "DGS10"])
    read = Store(pull.store.folder)
    for store in (pull.store, read):
        assert set(store.manifest()) == set(store.attempts()) == {"IWM", "DGS10"}
        store.manifest().clear(), store.attempts().clear()
    assert (read.manifest(), read.attempts()) == (pull.store.manifest(), pull.store.attempts())
    monkeypatch.setattr(files.json, "loads", None)
    assert set(read.manifest()) == set(pull.store.attempts()) == {"IWM", "DGS10"}
    (pull.store.folder / "attempts.json").write_text("{", encoding="utf-8")
    monkeypatch.undo()
    assert read.attempts() == pull.store.attempts() == {}


# -- folders of somebody's ----------------------------------------------------------------


@pytest.mark.parametrize("name", ["thesis.tex", "manifest.json", "data/prices.parquet"])
def test_a_folder_of_somebodys_is_no_store(name: str, tmp_path: Path) -> None:
    mine = tmp_path / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text('{"name": "a web application"}', encoding="utf-8")
    with pytest.raises(StoreError) as caught, Store(tmp_path).locked():
        pass
    assert str(caught.value) == (
        f"The folder {tmp_path} holds {name.partition('/')[0]}, which is no part of a store: set "
        "ROTATION_STORE to a folder that is empty or not there yet."
    )
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [mine]
    with Store(tmp_path / "not there yet").locked():
        pass


def test_a_file_of_somebodys_in_a_store_stays(server: Standin, tmp_path: Path) -> None:
    folder = pull_of(server, tmp_path).store.folder
    for name in ("series/mine.parquet", ".partial-notes", "notes.txt"):
        pull_of(server, tmp_path).run(["IWM"])
        (folder / name).write_text("mine", encoding="utf-8")
    (folder / "series" / "QQQ-0123456789abcdef.parquet").write_text("left", encoding="utf-8")
    (folder / ".partial-12-manifest.json").write_text("left", encoding="utf-8")
    assert pull_of(server, tmp_path).run(["IWM"])[0].outcome in ("ok", "unchanged")
    assert (folder / "series" / "mine.parquet").is_file() and (folder / "notes.txt").is_file()
    assert (folder / ".partial-notes").is_file()
    assert not (folder / "series" / "QQQ-0123456789abcdef.parquet").exists()
    assert not (folder / ".partial-12-manifest.json").exists()
