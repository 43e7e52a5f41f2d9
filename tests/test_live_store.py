"""The store under hostile conditions: killed writers, two writers, no space, no permission.

The third part of the table of faults. Real processes are killed and refused by the system.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from live_faults import only, silence
from live_world import NOW, pull_of
from standin import Standin, proxied, serving
from test_live_faults import content, fill

from rotation_lib.errors import StoreError
from rotation_lib.store import files
from rotation_lib.store.files import Store
from rotation_lib.store.status import verify_store


@pytest.fixture
def server() -> Iterator[Standin]:
    with serving(NOW) as served:
        fill(served, 130)
        yield served


def environment(server: Standin, folder: Path, **more: str) -> dict[str, str]:
    """A process that can reach nothing but the stand-in, and keeps its files in ``folder``."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ROTATION_", "FRED_", "COV_"))}
    kept |= {"ROTATION_STORE": str(folder / "store"), "XDG_CACHE_HOME": str(folder / "cache")}
    return kept | proxied(server, folder) | more


def rotation(arguments: list[str], env: dict[str, str], **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "rotation_lib", *arguments],
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,  # type: ignore[call-overload]
    )


def until(condition: object, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_killed_in_mid_fetch(server: Standin, tmp_path: Path) -> None:
    """What was stored before the kill counts, the lock is free, and the next fetch goes on."""
    env = environment(server, tmp_path)
    server.fault = only("DGS10", silence)
    process = rotation(["data", "fetch", "IWM", "DGS10"], env)
    until(lambda: ("csv", "DGS10") in server.asked)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    store = Store(tmp_path / "store")
    assert set(store.manifest()) == {"IWM"}
    assert verify_store(store) == []
    server.fault = None
    again = rotation(["data", "fetch", "IWM", "DGS10"], env)
    out, err = again.communicate(timeout=60)
    assert again.returncode == 0, err
    assert "1 ok, 1 unchanged" in out
    assert verify_store(store) == []


WRITER = """
import os, signal, sys
from pathlib import Path
from rotation_lib.store import files
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
entry = store.manifest()["IWM"]
frame = store.read(entry)
frame["close"] *= 2
with store.locked():
    store.write("IWM", frame, entry)
"""


@pytest.mark.parametrize("at", [1, 2], ids=["data", "manifest"])
def test_killed_in_mid_write(server: Standin, tmp_path: Path, at: int) -> None:
    """The state before the write counts, and what is left over is swept away."""
    pull = pull_of(server, tmp_path)
    pull.run(["IWM"])
    before = content(tmp_path / "store")
    command = [sys.executable, "-c", WRITER, str(pull.store.folder), str(at)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert {k: v for k, v in content(tmp_path / "store").items() if k in before} == before
    assert verify_store(pull.store) == []
    assert pull.run(["IWM"])[0].outcome == "unchanged"
    assert len(list((pull.store.folder / "series").iterdir())) == 1
    assert not list(pull.store.folder.rglob(f"{files.PARTIAL}*"))


def test_two_fetches_at_once(server: Standin, tmp_path: Path) -> None:
    """The second says that another is at work, and the first is not disturbed."""
    env = environment(server, tmp_path)
    server.fault = only("IWM", silence)
    first = rotation(["data", "fetch", "IWM"], env)
    until(lambda: ("yahoo", "IWM") in server.asked)
    second = rotation(["data", "fetch", "SPY"], env)
    _, err = second.communicate(timeout=60)
    assert second.returncode == 1
    assert (
        err == f"error: Another fetch is at work in {tmp_path / 'store'}: wait until it is done.\n"
    )
    assert ("yahoo", "SPY") not in server.asked
    first.kill()
    first.communicate()


def test_full_disk(server: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says why and what to do; the data stay byte for byte."""
    fill(server, 125)
    pull = pull_of(server, tmp_path)
    pull.run(["IWM"])
    before = content(tmp_path / "store")
    fill(server, 130)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=r"cannot be written \(No space left on device\): free"):
        pull.run(["IWM"])
    monkeypatch.undo()
    assert content(tmp_path / "store") == before
    assert pull.run(["IWM"])[0].added == 5


def test_a_file_that_may_not_grow(server: Standin, tmp_path: Path) -> None:
    """The system itself stops the write in the middle."""
    fill(server, 125)
    pull_of(server, tmp_path).run(["DGS10"])
    before = content(tmp_path / "store")
    fill(server, 130)

    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))

    process = rotation(["data", "fetch", "DGS10"], environment(server, tmp_path), preexec_fn=limit)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.startswith("error: The store in ") and "cannot be written (File too large)" in err
    assert err.count("\n") == 1
    assert content(tmp_path / "store") == before


def test_read_only_store(server: Standin) -> None:
    """A store that may only be read: a fetch says so in one line, and changes nothing."""
    # Below a folder of its own: pytest's are closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="rotation-"))
    administrator = os.geteuid() == 0
    try:
        pull = pull_of(server, folder)
        pull.run(["IWM"])
        before = content(folder / "store")
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        if administrator:  # who may write anywhere: be somebody else for a moment
            os.seteuid(65534)
        try:
            with pytest.raises(
                StoreError, match=r"cannot be written \(Permission denied\)"
            ) as told:
                pull.run(["IWM"])
        finally:
            if administrator:
                os.seteuid(0)
        assert "set ROTATION_STORE to a folder of your own" in str(told.value)
        assert content(folder / "store") == before
    finally:
        for path in (folder, *(p for p in folder.rglob("*") if p.is_dir())):
            path.chmod(0o755)
        shutil.rmtree(folder)


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
