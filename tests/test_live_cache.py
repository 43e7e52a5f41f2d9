"""The files that yfinance keeps for itself: damaged they are made anew, a refused cookie goes."""

from __future__ import annotations

import pickle
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.cookiejar import Cookie
from pathlib import Path

import pytest
from live_world import NOW, pull_of
from standin import Handler, Query, Standin, serving
from test_live_faults import fill
from yfinance.data import SingletonMeta, YfData

pytestmark = pytest.mark.slow

OLD = "an old cookie"


@pytest.fixture(scope="module")
def server() -> Iterator[Standin]:
    with serving(NOW) as served:
        fill(served, 130)
        yield served


@pytest.fixture(scope="module")
def filled(server: Standin, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library's files after a fetch, all closed."""
    folder = tmp_path_factory.mktemp("cache")
    pull_of(server, folder).run(["IWM"])
    return folder / "yfinance"


@pytest.fixture(autouse=True)
def as_at_the_start_of_a_process() -> None:
    """The library keeps crumb and cookie of its first session for as long as the process lives."""
    SingletonMeta._instances.pop(YfData, None)


def sql(folder: Path, name: str, *statements: tuple[str, tuple[object, ...]]) -> None:
    with closing(sqlite3.connect(folder / name)) as held:
        for statement, values in statements:
            held.execute(statement, values)
        held.commit()


def cookie(folder: Path, content: bytes) -> None:
    made = "CREATE TABLE IF NOT EXISTS _cookieschema (strategy TEXT PRIMARY KEY, fetch_date, "
    sql(
        folder,
        "cookies.db",
        (f"{made} cookie_bytes BLOB) WITHOUT ROWID", ()),
        (
            "INSERT OR REPLACE INTO _cookieschema VALUES (?, ?, ?)",
            ("curlCffi", NOW.replace(tzinfo=None).isoformat(), content),
        ),
    )


def no_database(name: str) -> Callable[[Path], None]:
    return lambda folder: _written(folder / name, b"no database" * 500)


def cut(folder: Path) -> None:
    path = folder / "tkr-tz.db"
    _written(path, path.read_bytes()[:1000])


def _written(path: Path, content: bytes) -> None:
    for beside in path.parent.glob(f"{path.name}-*"):
        beside.unlink()
    path.write_bytes(content)


def a_folder(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        _written(folder / name, b"")
        (folder / name).unlink()
        (folder / name).mkdir()
        (folder / name / "mine.txt").write_text("mine", encoding="utf-8")

    return change


def a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("mine", encoding="utf-8")


def other_columns(folder: Path) -> None:
    table = "CREATE TABLE _tz_kv (name TEXT, zone TEXT)"
    sql(folder, "tkr-tz.db", ("DROP TABLE _tz_kv", ()), (table, ()))


def zone(name: str) -> Callable[[Path], None]:
    return lambda folder: sql(folder, "tkr-tz.db", ("UPDATE _tz_kv SET value = ?", (name,)))


DAMAGE: dict[str, Callable[[Path], None]] = {
    "time zones are no database": no_database("tkr-tz.db"),
    "cookies are no database": no_database("cookies.db"),
    "cut off": cut,
    "empty": lambda folder: _written(folder / "tkr-tz.db", b""),
    "a folder in the place of time zones": a_folder("tkr-tz.db"),
    "a folder in the place of cookies": a_folder("cookies.db"),
    "a file in the place of the folder": a_file,
    "other columns": other_columns,
    "no zone": zone("Mars/Olympus"),
    "another zone": zone("Pacific/Auckland"),
    "a cookie of another make": lambda folder: cookie(folder, b"\x80\x05nothing"),
    "a cookie without its parts": lambda folder: cookie(folder, pickle.dumps({})),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_files_are_made_anew(
    damage: str, server: Standin, filled: Path, tmp_path: Path
) -> None:
    """The same fetch gets through and stores the right days; nothing of anybody's is deleted."""
    shutil.copytree(filled, tmp_path / "yfinance")
    DAMAGE[damage](tmp_path / "yfinance")
    pull = pull_of(server, tmp_path)
    [attempt] = pull.run(["IWM"])
    assert attempt.outcome == "ok", attempt
    bars = pull.store.read(pull.store.manifest()["IWM"])
    assert bars["date"].tolist() == server.bars["IWM"]["date"].tolist()
    mine = [path for path in tmp_path.rglob("mine.txt") if path.is_file()]
    assert len(mine) == ("a folder" in damage)
    if damage.startswith("a file"):
        assert (tmp_path / "yfinance").read_text(encoding="utf-8") == "mine"


def test_where_they_cannot_be_kept_the_folder_is_named(
    server: Standin, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full stays full: told once, with the place; with room again it goes on."""
    shutil.copytree(filled, tmp_path / "yfinance")

    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    pull = pull_of(server, tmp_path)
    monkeypatch.setattr("yfinance.cache._TzCache.lookup", full)
    [attempt] = pull.run(["IWM"])
    assert attempt.message == (
        f"Yahoo (yfinance cannot keep its own files in {tmp_path / 'yfinance'}: disk full?) "
        "cannot be reached"
    )
    monkeypatch.undo()
    assert pull.run(["IWM"])[0].outcome == "ok"


@pytest.mark.parametrize("code", [401, 403])
def test_a_refused_cookie_is_thrown_away(
    code: int, server: Standin, filled: Path, tmp_path: Path
) -> None:
    """The library would send it for a year; here the next try of the same fetch is without it."""
    shutil.copytree(filled, tmp_path / "yfinance")
    expires = int(time.time()) + 10**7
    made = Cookie(
        *(0, "A3", OLD, None, False, "127.0.0.1", False, False, "/", True, False, expires),
        *(False, None, None, {}),
    )
    cookie(tmp_path / "yfinance", pickle.dumps({"127.0.0.1": {"/": {"A3": made}}}))
    sent: list[bool] = []

    def refusing(handler: Handler, kind: str, name: str, query: Query) -> bool:
        sent.append(OLD in str(handler.headers.get("Cookie")))
        if sent[-1]:
            body = b'{"finance":{"result":null,"error":{"code":"Unauthorized"}}}'
            handler.send(code, body, "application/json")
        return sent[-1]

    server.fault = refusing
    try:
        [attempt] = pull_of(server, tmp_path).run(["IWM"])
    finally:
        server.fault = None
    assert attempt.outcome == "ok", attempt
    assert sent[0] and not sent[-1]
    with closing(sqlite3.connect(tmp_path / "yfinance" / "cookies.db")) as held:
        assert held.execute("SELECT count(*) FROM _cookieschema").fetchone() == (0,)
