"""Whole processes: the command line behind a proxy, with and without a network, and the key."""

from __future__ import annotations

import io
import logging
import re
import traceback
from pathlib import Path

import pytest
from live_commands import environment, run
from live_faults import (
    broken_off,
    cut_short,
    dropped,
    nothing,
    other_column,
    server_fault,
    status,
    too_many,
    web_page,
)
from live_world import KEY, NOW, clients, pull_of
from standin import Fault, serving
from test_live_faults import content, fill

from rotation_lib import cli_data
from rotation_lib.errors import DataError, FetchError, ParameterError
from rotation_lib.sources.fred import Fred
from rotation_lib.sources.secret import Secret, fred_key
from rotation_lib.store.fetch import Clients
from rotation_lib.store.files import Store


def test_fetch_status_verify(tmp_path: Path) -> None:
    """The real publishers' addresses, behind the proxy, and nothing else is asked for."""
    with serving(NOW) as server:
        fill(server, 130)
        env = environment(server, tmp_path)
        code, out, err = run(["data", "fetch", "IWM", "SPY", "QQQ", "DGS10"], env)
        assert code == 1
        assert re.search(r"missing +QQQ .*\n +Yahoo has nothing; .*; the report needs it", out)
        assert "fetched: 3 ok, 1 missing; 390 new rows, 0 revised" in out
        assert err == "series that the report needs could not be refreshed\n"
        assert set(server.connected) <= {
            "fc.yahoo.com",
            "query1.finance.yahoo.com",
            "query2.finance.yahoo.com",
            "guce.yahoo.com",
            "fred.stlouisfed.org",
        }
        code, out, _ = run(["data", "status"], env)
        assert code == 0
        for word in ("2: IWM, SPY", "ok", "missing", "2026-08-25", "rotation data fetch"):
            assert word in out
        code, out, _ = run(["data", "verify"], env)
        assert code == 0
        assert re.search(r"store +3 +2026-08-25 +as recorded", out)
        store = Store(tmp_path / "store")
        path = store.folder / "series" / store.manifest()["SPY"].file
        path.write_bytes(path.read_bytes()[:-1])
        code, out, err = run(["data", "verify"], env)
        assert code == 1
        assert re.search(r"store +3 +2026-08-25 +1 wrong +rotation data fetch", out)
        assert err.startswith("SPY: ")


def test_offline_without_a_store(tmp_path: Path) -> None:
    """One line that offers the snapshot."""
    with serving(NOW) as server:
        env = environment(server, tmp_path)
        server.tls = None  # the proxy refuses every connection
        code, out, err = run(["claims", "--source", "live"], env)
    assert code == 1
    assert err.count("\n") == 1
    assert err.startswith("error: ") and "--source snapshot" in err
    assert "missing" in out


def test_offline_a_fetch_leaves_the_store_alone(tmp_path: Path) -> None:
    with serving(NOW) as server:
        fill(server, 130)
        pull_of(server, tmp_path).run(["IWM", "DGS10"])
        before = content(tmp_path / "store")
        env = environment(server, tmp_path)
        server.tls = None
        code, out, _ = run(["data", "fetch", "IWM", "DGS10"], env)
    assert code == 1
    assert re.search(r"stale +IWM .*\n +Yahoo cannot be reached; fetch again later", out)
    assert re.search(r"stale +DGS10 .*\n +FRED cannot be reached; fetch again later", out)
    assert content(tmp_path / "store") == before


@pytest.mark.parametrize("day", ["2999-01-01", "2024-02-30"])
def test_an_impossible_day_of_knowledge(
    day: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROTATION_STORE", str(tmp_path / "store"))
    with pytest.raises(ParameterError, match=r"^as_of") as told:
        cli_data.fetch(as_of=day)
    assert "\n" not in str(told.value)
    assert not (tmp_path / "store").exists()


# -- the key ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["0123", KEY.upper(), KEY + "0", f"{KEY[:-1]}\n/"])
def test_a_key_of_another_form_is_refused_unsaid(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRED_API_KEY", text)
    with pytest.raises(DataError, match="does not look like a FRED key") as told:
        fred_key()
    assert text not in str(told.value)


@pytest.mark.parametrize("text", ["", "  "])
def test_without_a_key_the_csv_is_used(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRED_API_KEY", text)
    assert Clients.real(Store(Path("nowhere"))).fred.via == "fredgraph.csv"


FAILURES: dict[str, Fault] = {
    "429": too_many,
    "500": server_fault,
    "html": web_page,
    "cut": cut_short,
    "broken off": broken_off,
    "reset": dropped,
    "empty": nothing,
    "column": other_column,
    "bad key": status(400, b'<error code="400" message="The api_key is not registered."/>'),
    "redirect": status(302),
}


@pytest.mark.parametrize("name", FAILURES)
def test_no_failure_tells_the_key(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither the error, nor its causes, nor any frame of its traceback, nor a log."""
    caplog.set_level(logging.DEBUG)
    with serving(NOW) as server:
        fill(server, 130)
        server.fault = FAILURES[name]
        fred = clients(server, tmp_path, key=KEY).fred
        with pytest.raises(FetchError) as told:
            fred.latest("DGS10")
    _no_key(told.value, caplog, capsys)
    if name == "bad key":
        assert "check FRED_API_KEY" in str(told.value)


def test_an_unusable_address_does_not_tell_the_key(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    fred = Fred(Secret(KEY), api="http://127.0.0.1:1/a b", sleep=lambda seconds: None)
    with pytest.raises(FetchError) as told:
        fred.latest("DGS10")
    _no_key(told.value, caplog, capsys)


def _no_key(
    error: BaseException, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    text = "".join(told.format())
    assert KEY not in text and "api_key=" not in text
    assert error.__cause__ is None
    seen, chained = set(), error
    while chained is not None and id(chained) not in seen:
        seen.add(id(chained))
        assert KEY not in repr(chained) and KEY not in str(vars(chained))
        chained = chained.__context__  # type: ignore[assignment]
    printed = capsys.readouterr()
    assert KEY not in caplog.text + printed.out + printed.err


def test_the_command_line_never_shows_the_key(tmp_path: Path) -> None:
    """With a key in the environment, faults on the way, and --debug."""
    with serving(NOW) as server:
        fill(server, 130)
        server.fault = server_fault
        env = environment(server, tmp_path, FRED_API_KEY=KEY)
        code, out, err = run(["data", "fetch", "DGS10", "--debug"], env)
        assert code == 1
        assert re.search(r"missing +DGS10 .*\n +FRED has a fault of its own \(500\)", out)
        assert ("api", "DGS10") in server.asked
        server.fault = None
        assert run(["data", "fetch", "DGS10"], env)[0] == 0
    assert KEY not in out + err
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or KEY.encode() not in path.read_bytes(), path


def test_repr_of_a_secret() -> None:
    stream = io.StringIO()
    print(Secret(KEY), repr(Secret(KEY)), file=stream)
    assert KEY not in stream.getvalue()
