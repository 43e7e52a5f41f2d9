"""Damage of a store: what a message advises is done, and mends what the message speaks of.

Each kind of damage is done to a copy of one store. Nothing is ever deleted, and what can be
proved by its checksum is used again without asking for it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from live_world import NOW, pull_of
from standin import Standin, serving
from test_live_faults import fill, outcomes

from rotation_lib.errors import StoreError
from rotation_lib.store.files import Store
from rotation_lib.store.parquet import bytes_of, frame_of
from rotation_lib.store.status import aside_lines, verify_store

pytestmark = pytest.mark.slow

DAY = dt.date(2026, 8, 20)
VINTAGE = f"DGS10@{DAY}"
ALL = {"IWM", "SPY", "DGS10", VINTAGE}


@pytest.fixture(scope="module")
def server() -> Iterator[Standin]:
    with serving(NOW) as served:
        fill(served, 130)
        known = served.macro["DGS10"].loc[:"2026-08-19"]
        served.vintages["DGS10", str(DAY)] = known
        yield served


@pytest.fixture(scope="module")
def first(server: Standin, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with prices, a revised rate and a vintage."""
    folder = tmp_path_factory.mktemp("first")
    before = server.macro["DGS10"]
    server.macro["DGS10"] = before.where(before.index != before.index[-9], 3.99)
    server.now = NOW - dt.timedelta(days=1)
    pull_of(server, folder, now=server.now).run(["DGS10"])
    server.macro["DGS10"], server.now = before, NOW
    pull_of(server, folder).run(["IWM", "SPY", "DGS10"], DAY)
    return folder / "store"


@pytest.fixture
def store(first: Path, tmp_path: Path) -> Store:
    shutil.copytree(first, tmp_path / "store")
    return Store(tmp_path / "store")


def series(store: Store) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (store.folder / "series").iterdir()}


def edited(text: str) -> str:
    held = json.loads(text)
    held["series"]["IWM"] |= {"last": "2030-01-02", "checked_at": "2030-01-02T00:00:00Z"}
    held["series"]["SPY"]["rows"] = "many"
    return json.dumps(held)


def newer(text: str) -> str:
    held = json.loads(text)
    held["schema"] = 9
    for entry in held["series"].values():
        entry["mood"] = "good"
    return json.dumps(held)


#: What is done to a manifest, whether it still tells of a vintage, what is said of it.
MANIFESTS: dict[str, tuple[Callable[[str], str], bool, str]] = {
    "empty": (lambda text: "", False, "damaged"),
    "no object": (lambda text: "[]", False, "damaged"),
    "cut off": (lambda text: text[:700], False, "damaged"),
    "edited": (edited, True, "damaged"),
    "of a newer version": (newer, True, "of another version (layout 9, and this one knows 1)"),
    "of a newer version, and strange": (
        lambda text: '{"schema": 9, "sha256": "", "series": {"IWM": 1}}',
        False,
        "of another version (layout 9, and this one knows 1)",
    ),
}


@pytest.mark.parametrize("damage", MANIFESTS)
def test_a_manifest_is_made_anew_from_the_files(
    damage: str, store: Store, server: Standin, tmp_path: Path
) -> None:
    """The refusal says "run 'rotation data fetch'": one fetch later everything is as before."""
    change, tells, said = MANIFESTS[damage]
    path = store.folder / "manifest.json"
    before, files = store.manifest(), series(store)
    text = change(path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StoreError) as refused:
        store.manifest()
    assert f"is {said}" in str(refused.value) and "run 'rotation data fetch'" in str(refused.value)
    pull = pull_of(server, tmp_path)
    assert outcomes(pull.run(["IWM"])) == {"IWM": "unchanged"}
    held = store.manifest()
    assert set(held) == (ALL if tells else ALL - {VINTAGE})
    kept = {held[key].file: files[held[key].file] for key in held}
    assert series(store) == kept and verify_store(store) == []
    for key, entry in held.items():
        old = before[key]
        assert (entry.kind, entry.file, entry.rows) == (old.kind, old.file, old.rows)
        assert (entry.first, entry.last, entry.source_id) == (old.first, old.last, old.source_id)
        assert entry.checked_at <= NOW
    # Compared whole with the vendor at once, and the others at the next fetch.
    assert held["IWM"].compared_at == NOW and held["SPY"].compared_at is None
    # The revision that was seen is still there: no vendor would tell it again.
    rows = store.read(held["DGS10"])
    assert sorted(rows["date"][rows["date"].duplicated()]) == [rows["date"].iloc[-10]]
    (aside,) = store.folder.glob("damaged-*")
    assert (aside / "manifest.json").read_text(encoding="utf-8") == text
    assert pull.mended[-1].endswith(
        f"made anew from the checked files of {len(held)} series, which are compared whole with "
        f"their source; what it said is kept in {aside}."
    )
    if tells:
        assert (held[VINTAGE].via, held[VINTAGE].notes) == ("alfredgraph.csv", ())
        assert [path.name for path in aside.iterdir()] == ["manifest.json"]
    else:
        assert "is a vintage that nothing vouches for" in pull.mended[0]
        assert (aside / before[VINTAGE].file).read_bytes() == files[before[VINTAGE].file]
        told = f"set aside, since it could not be trusted: 2 files in {aside}, yours to look at or"
        assert aside_lines(store) == [f"{told} delete"]
        again = pull_of(server, tmp_path)
        again.run(["DGS10"], DAY)
        assert set(store.manifest()) == ALL and again.mended == ()


def test_without_a_network_too(store: Store, tmp_path: Path) -> None:
    """And where the manifest is gone altogether: its files are not taken for leftovers."""
    (store.folder / "manifest.json").unlink()
    with serving(NOW) as nobody:
        nobody.fault = lambda handler, *_: bool(handler.send(503, b"", "text/plain")) or True
        pull = pull_of(nobody, tmp_path)
        assert outcomes(pull.run(["IWM"])) == {"IWM": "stale"}
    assert set(store.manifest()) == ALL - {VINTAGE} and verify_store(store) == []
    assert pull.mended[-1] == (
        "manifest.json was not there and was made anew from the checked files of 3 series, which "
        "are compared whole with their source."
    )


def test_an_old_manifest_does_not_bring_back_an_old_state(
    store: Store, server: Standin, tmp_path: Path
) -> None:
    """Of two files of one series the one that reaches further counts; the other is set aside."""
    entry = store.manifest()["SPY"]
    short = store.read(entry).iloc[:-3]
    content = bytes_of(short)
    name = f"SPY-{hashlib.sha256(content).hexdigest()[:16]}.parquet"
    (store.folder / "series" / name).write_bytes(content)
    (store.folder / "manifest.json").write_text("{", encoding="utf-8")
    pull = pull_of(server, tmp_path)
    pull.run(["IWM"])
    assert store.manifest()["SPY"].file == entry.file
    (aside,) = store.folder.glob("damaged-*")
    assert (aside / name).read_bytes() == content
    assert f"{name} is a former state of SPY: set aside in {aside}." in pull.mended


# -- files that cannot be trusted -----------------------------------------------------------


def other_table(path: Path) -> Path:
    content = bytes_of(frame_of(path.read_bytes()).assign(mood=1.0))
    digest = hashlib.sha256(content).hexdigest()[:16]
    made = path.with_name(f"{path.name.rpartition('-')[0]}-{digest}.parquet")
    path.unlink()
    made.write_bytes(content)
    return made


def one_byte(path: Path) -> Path:
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    return path


def no_table(path: Path) -> Path:
    digest = hashlib.sha256(b"text").hexdigest()[:16]
    made = path.with_name(f"{path.name.rpartition('-')[0]}-{digest}.parquet")
    path.unlink()
    made.write_bytes(b"text")
    return made


def of_nobody(path: Path) -> Path:
    return path.rename(path.with_name(path.name.replace("SPY", "ZZZ")))


FILES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a changed byte": (one_byte, "is not what its checksum says"),
    "another version's columns": (other_table, "is a table of another version"),
    "no table": (no_table, "is no table"),
    "no series": (of_nobody, "belongs to no series of the catalog"),
}


@pytest.mark.parametrize("damage", FILES)
def test_a_file_that_cannot_be_trusted_is_set_aside_and_named(
    damage: str, store: Store, server: Standin, tmp_path: Path
) -> None:
    change, said = FILES[damage]
    before = store.read(store.manifest()["SPY"])
    file = change(store.folder / "series" / store.manifest()["SPY"].file)
    content = file.read_bytes()
    (store.folder / "manifest.json").write_text("", encoding="utf-8")
    pull = pull_of(server, tmp_path)
    assert outcomes(pull.run(["SPY"])) == {"SPY": "ok"}
    (aside,) = store.folder.glob("damaged-*")
    assert (aside / file.name).read_bytes() == content
    assert f"{file.name} {said}: set aside in {aside}." in pull.mended
    pd.testing.assert_frame_equal(store.read(store.manifest()["SPY"]), before)
    assert verify_store(store) == []


@pytest.mark.parametrize("key", ["IWM", "DGS10", VINTAGE])
def test_a_damaged_file_alone_is_mended_by_a_fetch(
    key: str, store: Store, server: Standin, tmp_path: Path
) -> None:
    """A vintage too: it is forgotten, so that the same question brings it again."""
    path = one_byte(store.folder / "series" / store.manifest()[key].file)
    damaged = path.read_bytes()
    [complaint] = verify_store(store)
    assert complaint.startswith(f"{key}: ") and "run 'rotation data fetch'" in complaint
    pull = pull_of(server, tmp_path)
    pull.run(["IWM", "DGS10"])
    assert verify_store(store) == []
    (aside,) = store.folder.glob("damaged-*")
    assert (aside / path.name).read_bytes() == damaged
    assert f"{path.name} is not what its checksum says: set aside in {aside}." in pull.mended
    if key == VINTAGE:
        assert pull.mended[-1] == (
            f"{VINTAGE} is no longer there; ask for a vintage again with --as-of."
        )
        pull_of(server, tmp_path).run(["DGS10"], DAY)
    assert set(store.manifest()) == ALL and verify_store(store) == []


# -- something else in the place of a file -----------------------------------------------------


@pytest.mark.parametrize(
    "name", ["manifest.json", "attempts.json", "store.lock", "series/IWM", ".partial-12-x"]
)
def test_a_folder_in_the_place_of_a_file(
    name: str, store: Store, server: Standin, tmp_path: Path
) -> None:
    """It is moved out of the way with all it holds, and the fetch does its work."""
    path = store.folder / name
    if name == "series/IWM":
        path = store.folder / "series" / store.manifest()["IWM"].file
    path.unlink(missing_ok=True)
    path.mkdir()
    (path / "mine.txt").write_text("mine", encoding="utf-8")
    pull = pull_of(server, tmp_path)
    [attempt] = pull.run(["IWM"])
    assert attempt.outcome in ("ok", "unchanged"), attempt
    assert {"IWM", "SPY", "DGS10"} <= set(store.manifest()) and verify_store(store) == []
    assert set(store.attempts()) >= {"IWM"}
    (mine,) = store.folder.rglob("mine.txt")
    assert mine.parent.name == path.name
    if not name.startswith("."):
        assert mine.parent.parent.name.startswith("damaged-")


def test_a_file_in_the_place_of_the_series(store: Store, server: Standin, tmp_path: Path) -> None:
    shutil.rmtree(store.folder / "series")
    (store.folder / "series").write_text("mine", encoding="utf-8")
    assert outcomes(pull_of(server, tmp_path).run(["IWM"])) == {"IWM": "ok"}
    (aside,) = store.folder.glob("damaged-*")
    assert (aside / "series").read_text(encoding="utf-8") == "mine"
    assert set(store.manifest()) == {"IWM", "SPY", "DGS10"}  # the others when they are asked for


def test_a_file_in_the_place_of_the_store(server: Standin, tmp_path: Path) -> None:
    """The advice is another folder; free space would not help, and is not spoken of."""
    (tmp_path / "store").write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError) as told:
        pull_of(server, tmp_path).run(["IWM"])
    assert str(told.value) == (
        f"The store in {tmp_path / 'store'} cannot be written (Not a directory): see that you may "
        "write there, or set ROTATION_STORE to a folder of your own; nothing stored was changed."
    )
    assert outcomes(pull_of(server, tmp_path / "of my own").run(["IWM"])) == {"IWM": "ok"}
    assert (tmp_path / "store").read_text(encoding="utf-8") == "mine"


def test_another_versions_store_is_left_alone_where_another_folder_is_named(
    store: Store, server: Standin, tmp_path: Path
) -> None:
    path = store.folder / "manifest.json"
    path.write_text(newer(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(StoreError, match="set ROTATION_STORE to a folder of your own, or build"):
        store.manifest()
    before = path.read_bytes()
    assert outcomes(pull_of(server, tmp_path / "mine").run(["IWM"])) == {"IWM": "ok"}
    assert path.read_bytes() == before


def test_nothing_is_mended_where_nothing_is_wrong(
    store: Store, server: Standin, tmp_path: Path
) -> None:
    pull = pull_of(server, tmp_path)
    pull.run(["IWM"])
    assert pull.mended == () and aside_lines(store) == []
