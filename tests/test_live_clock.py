"""Clocks that are wrong: this computer's, one server's, all servers'; what is believed and told."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime
from pathlib import Path

import pandas as pd
import pytest
from live_world import KEY, NOW, clients, pull_of, recent, walk
from standin import Handler, serving
from test_live_faults import fill, outcomes

from rotation_lib import cli_data
from rotation_lib.sources.transport import Clock, embedded_moment
from rotation_lib.store.fetch import Clients, Pull
from rotation_lib.store.files import Store

DAY = dt.timedelta(days=1)
#: Nothing is known of the time but what clocks say; or that July 2026 is over.
OVER = dt.datetime(2026, 7, 31, tzinfo=dt.UTC)


def heard(*said: tuple[str, dt.timedelta], over: dt.datetime | None = OVER) -> Clock:
    """A clock that stands at ``NOW``, after servers that are so far from it."""
    clock = Clock(lambda: NOW, lambda: over)
    for server, apart in said:
        clock.hear(format_datetime(NOW + apart), server)
    return clock


def test_the_clock_believes_a_server_within_a_day() -> None:
    clock = Clock(lambda: NOW)
    for header in (
        None,
        "",
        "yesterday",
        "Tue, 25 Aug 2026 21:02:00 GMT",
        "Tue, 25 Aug 2026 21:02",
    ):
        clock.hear(header)
        assert clock.now() == NOW and not clock.wrong and clock.notes() == ()
    clock.hear("Wed, 26 Aug 2026 20:00:00 GMT")
    assert clock.now() == NOW + dt.timedelta(hours=23) and clock.wrong
    assert clock.notes() == ("this computer's clock is wrong; the time of the servers was used.",)


@pytest.mark.parametrize("over", [OVER, None], ids=["known", "unknown"])
@pytest.mark.parametrize(
    ("said", "offset"),
    [
        ([("a", 3 * DAY)], 0),  # one server alone sets no clock forward
        ([("a", 3 * DAY), ("a", 3 * DAY)], 0),
        ([("a", 3 * DAY), ("b", 3 * DAY)], 3),
        ([("a", 3 * DAY), ("b", 5 * DAY)], 0),
        ([("a", 0 * DAY), ("b", 3 * DAY)], 0),
        ([("a", -3 * DAY)], -3),  # back it may: nothing from the future can come in
        ([("a", 0 * DAY), ("b", -3 * DAY)], 0),
        ([("a", -3 * DAY), ("b", 0 * DAY)], 0),
        ([("a", 1800 * DAY), ("b", 1800 * DAY)], 0),  # absurd, however many say so
    ],
)
def test_who_is_believed(
    said: list[tuple[str, dt.timedelta]], offset: int, over: dt.datetime | None
) -> None:
    clock = heard(*said, over=over)
    assert clock.now() == NOW + offset * DAY
    far = {server: apart for server, apart in said if apart}
    assert len(clock.notes()) == len(far)  # whatever happened to a clock is told
    for note, server in zip(clock.notes(), far, strict=True):
        assert note.startswith(f"{server} says that it is 20") and "2026-08-25 21:00" in note


def test_a_clock_that_is_surely_slow_is_put_right_by_one_server() -> None:
    clock = heard(("a", 40 * DAY), over=NOW + DAY)
    assert clock.now() == NOW + 40 * DAY
    [note] = clock.notes()
    assert note == (
        "a says that it is 2026-10-04 21:00 UTC, this computer 2026-08-25 21:00: the server's time "
        "was used: set this computer's clock."
    )
    assert heard(("a", -40 * DAY), over=OVER).now() == NOW  # such a moment is over
    assert embedded_moment() == OVER


def held(pull: Pull, key: str) -> pd.DataFrame:
    return pull.store.read(pull.store.manifest()[key])


@pytest.mark.parametrize("year", [2031, 9999, 1971])
def test_an_absurd_server_moves_no_clock(year: int, tmp_path: Path) -> None:
    """Bars and values of days to come stay out, and the user is told of the server."""
    later = pd.bdate_range("2026-08-26", periods=5).as_unit("us")
    with serving(NOW.replace(year=year)) as server:
        fill(server, 130)
        server.bars["IWM"] = walk(3, recent(130).append(later))
        server.macro["DGS10"] = server.macro["DGS10"].reindex(
            server.macro["DGS10"].index.append(later), fill_value=4.0
        )
        pull = pull_of(server, tmp_path)
        assert outcomes(pull.run(["IWM", "DGS10"])) == {"IWM": "ok", "DGS10": "ok"}
    for key in ("IWM", "DGS10"):
        assert held(pull, key)["date"].iloc[-1] == pd.Timestamp("2026-08-25"), key
        assert pull.store.manifest()[key].fetched_at == NOW
    notes = pull.clients.clock.notes()
    assert len(notes) > 1
    assert all(f"{year}-08-25" in note and note.endswith("was not used.") for note in notes)


@pytest.mark.parametrize("ahead", [-400, -40, 40], ids=str)
def test_a_wrong_clock_does_not_lose_a_series_that_is_stored(ahead: int, tmp_path: Path) -> None:
    """The question is asked again once the time is known, also where the first try failed."""
    with serving(NOW) as server:
        fill(server, 125)
        pull_of(server, tmp_path).run(["IWM", "SPY", "DGS10"])
        fill(server, 130)
        pull = pull_of(server, tmp_path, now=NOW + ahead * DAY)
        told = outcomes(pull.run(["IWM", "SPY", "DGS10"]))
        assert told == {"IWM": "ok", "SPY": "ok", "DGS10": "ok"}
        assert held(pull, "IWM")["date"].tolist() == server.bars["IWM"]["date"].tolist()
    assert pull.clients.clock.notes()[0].endswith("was used: set this computer's clock.")


@pytest.mark.parametrize("key", [KEY, None], ids=["key", "csv"])
def test_one_server_ahead_is_told_and_not_followed(key: str | None, tmp_path: Path) -> None:
    with serving(NOW + 40 * DAY) as server:
        fill(server, 130)
        pull = pull_of(server, tmp_path, key=key)
        assert outcomes(pull.run(["DGS10"])) == {"DGS10": "ok"}
    assert set(held(pull, "DGS10")["realtime_start"]) == {pd.Timestamp("2026-08-25")}
    [note] = pull.clients.clock.notes()
    assert note == (
        "127.0.0.1 says that it is 2026-10-04 21:00 UTC, this computer 2026-08-25 21:00: the "
        "server's time was not used."
    )


def test_one_wrong_server_of_several_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(handler: Handler, timestamp: float | None = None) -> str:
        return format_datetime(NOW + (0 if "chart" in handler.path else 3) * DAY, usegmt=True)

    monkeypatch.setattr(Handler, "date_time_string", told)
    monkeypatch.setenv("ROTATION_STORE", str(tmp_path / "store"))
    with serving(NOW) as server:
        fill(server, 130)
        made = clients(server, tmp_path)
        monkeypatch.setattr(Clients, "real", lambda store: made)
        cli_data._pull(["IWM"], None)
    assert made.clock.now() == NOW
    assert Store().manifest()["IWM"].last == "2026-08-25"
    out = capsys.readouterr().out
    assert out.startswith("note: ") and "says that it is 2026-08-28 21:00 UTC" in out
