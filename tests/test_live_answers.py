"""The answer is compared with the question, at every door: what is something else is refused.

The real yfinance and fredapi talk to a stand-in on 127.0.0.1, which answers with whole and
readable tables of something that was not asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from live_faults import API, CSV, YAHOO, chart_change
from live_world import KEY, NOW, clients, days, pull_of
from standin import Fault, Handler, Query, Standin, csv_of, serving, xml_of
from test_live_faults import content, fill

from rotation_lib.store.fetch import vintage_key
from rotation_lib.store.live import LiveSource

pytestmark = pytest.mark.slow

DAY = dt.date(2026, 6, 30)
CPI = {"2026-04-01": 330.5, "2026-05-01": 331.5, "2026-06-01": 332.0, "2026-07-01": 333.0}


@pytest.fixture
def server() -> Iterator[Standin]:
    with serving(NOW) as served:
        fill(served, 130)
        served.macro["CPIAUCSL"] = days(CPI)
        yield served


def said_of(symbol: str, told: dict[str, Any]) -> Callable[[Standin], None]:
    return chart_change(symbol, lambda result: result["meta"].update(told))


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"symbol": "IWM.L"}, "symbol 'IWM.L', not IWM"),
        ({"symbol": None}, "symbol 'NONE', not IWM"),
        ({"currency": "GBP"}, "currency 'GBP', not USD"),
        ({"dataGranularity": "1wk"}, "interval '1wk', not 1d"),
        ({"instrumentType": "EQUITY"}, "kind 'EQUITY', not ETF"),
        ({"exchangeName": "PNK"}, "exchange 'PNK', not PCX or NMS"),
        ({"exchangeTimezoneName": "Europe/London"}, "time zone 'Europe/London', not America/New"),
    ],
    ids=lambda case: next(iter(case)) if isinstance(case, dict) else "",
)
def test_bars_of_something_else(
    told: dict[str, Any], says: str, server: Standin, tmp_path: Path
) -> None:
    fill(server, 125)
    pull = pull_of(server, tmp_path)
    pull.run(["IWM"])
    before = content(tmp_path / "store")
    fill(server, 130)
    said_of("IWM", told)(server)
    [attempt] = pull.run(["IWM"])
    assert attempt.outcome == "malformed"
    assert f"Yahoo answered for IWM with something else: {says}" in attempt.message
    assert content(tmp_path / "store") == before


def monthly(handler: Handler, kind: str, name: str, query: Query) -> bool:
    """Month's means of a daily series."""
    values = handler.values(name, query)
    assert values is not None
    means = values.resample("MS").mean()
    means = pd.concat(
        [means, *(means.set_axis(means.index - pd.DateOffset(months=12)),)]
    ).sort_index()
    body = csv_of(means, name) if kind == CSV else handler.xml(means, query)
    handler.send(200, body, "text/plain")
    return True


def ancient(handler: Handler, kind: str, name: str, query: Query) -> bool:
    """One row more, of the first day that a calendar knows."""
    values = handler.values(name, query)
    assert values is not None
    if kind == CSV:
        body = csv_of(values, name).replace(
            f"{name}\n".encode(), f"{name}\n0001-01-01,4\n".encode()
        )
    else:
        body = handler.xml(values, query).replace(b"2026-02-19", b"1999-12-31", 1)
        assert b"1999" in body
    handler.send(200, body, "text/plain")
    return True


def in_units(units: str) -> Fault:
    def act(handler: Handler, kind: str, name: str, query: Query) -> bool:
        values = handler.values(name, query)
        assert values is not None
        handler.send(200, xml_of(values, "2026-08-25", units=units), "text/xml")
        return True

    return act


def as_known_on(day: str, known: str = "") -> Fault:
    """Values under another day than the one asked for; ``known`` for the rows alone."""

    def act(handler: Handler, kind: str, name: str, query: Query) -> bool:
        body = xml_of(handler.server.macro[name], day)
        if known:
            body = body.replace(f'<observation realtime_start="{day}"'.encode(), known.encode())
        handler.send(200, body, "text/xml")
        return True

    return act


@pytest.mark.parametrize(
    ("door", "fault", "says"),
    [
        (CSV, monthly, "DGS10: observations 31 days apart, and it is daily"),
        (API, monthly, "DGS10: observations 31 days apart, and it is daily"),
        (CSV, ancient, "of 0001-01-01, and 2000-01-01 is the first day asked for"),
        (API, ancient, "of 1999-12-31, and 2000-01-01 is the first day asked for"),
        (API, in_units("pc1"), "FRED sent values in units 'pc1', not as published"),
        (
            API,
            as_known_on("2026-05-01"),
            "FRED sent values as known from 2026-05-01 to 2026-05-01, not on 2026-08-25",
        ),
        (API, as_known_on("2026-08-25", "<observation"), "does not say as of which day"),
        (API, as_known_on(""), "does not say as of which day"),
    ],
    ids=["monthly", "monthly", "0001", "1999", "units", "old vintage", "two days", "no day"],
)
def test_observations_of_something_else(
    door: str, fault: Fault, says: str, server: Standin, tmp_path: Path
) -> None:
    key = KEY if door == API else None
    pull = pull_of(server, tmp_path, key=key)
    pull.run(["DGS10"])
    before = content(tmp_path / "store")
    server.fault = fault
    [attempt] = pull.run(["DGS10"])
    assert attempt.outcome == "malformed", attempt
    assert says in attempt.message
    assert content(tmp_path / "store") == before


def latest_as_vintage(handler: Handler, kind: str, name: str, query: Query) -> bool:
    """The day asked for in the name or the head, and today's values below it."""
    if not {"vintage_date", "realtime_start"} & query.keys():
        return False
    values = handler.server.macro[name]
    body = (
        csv_of(values, handler.column(name, query)) if kind != API else handler.xml(values, query)
    )
    handler.send(200, body, "text/plain")
    return True


def day_ignored(handler: Handler, kind: str, name: str, query: Query) -> bool:
    """The API answers with today's values of months that were known then."""
    if "realtime_start" not in query:
        return False
    handler.send(200, xml_of(handler.server.macro[name].iloc[:2], f"{NOW:%F}"), "text/xml")
    return True


LATER = "FRED sent CPIAUCSL of 2026-07-01 as known on 2026-06-30: no vintage"


@pytest.mark.parametrize(
    ("key", "fault", "says"),
    [
        (None, latest_as_vintage, LATER),
        (KEY, latest_as_vintage, LATER),
        (KEY, day_ignored, "as known from 2026-08-25 to 2026-08-25, not on 2026-06-30"),
    ],
    ids=["csv, later rows", "api, later rows", "api, another day"],
)
def test_a_vintage_that_is_none_is_not_stored_and_asked_for_again(
    key: str | None, fault: Fault, says: str, server: Standin, tmp_path: Path
) -> None:
    """forecastbench #283, and the first of the list of live.md."""
    pull = pull_of(server, tmp_path, key=key)
    server.fault = fault
    _, vintage = pull.run(["CPIAUCSL"], as_of=DAY)
    assert (vintage.outcome, says in vintage.message) == ("malformed", True), vintage
    assert set(pull.store.manifest()) == {"CPIAUCSL"}
    server.fault = None
    server.vintages["CPIAUCSL", f"{DAY}"] = days({"2026-04-01": 330.0, "2026-05-01": 331.0})
    _, vintage = pull.run(["CPIAUCSL"], as_of=DAY)
    assert vintage.outcome == "ok"
    held = pull.store.read(pull.store.manifest()[vintage_key("CPIAUCSL", DAY)])
    assert held["value"].tolist() == [330.0, 331.0]


def test_a_vintage_stored_before_this_was_asked_is_asked_for_again(
    server: Standin, tmp_path: Path
) -> None:
    """An earlier version left out the rows that prove it, with a note, and kept the others."""
    server.vintages["CPIAUCSL", f"{DAY}"] = days({"2026-04-01": 330.0})
    pull = pull_of(server, tmp_path)
    pull.run(["CPIAUCSL"], as_of=DAY)
    key = vintage_key("CPIAUCSL", DAY)
    entry = pull.store.manifest()[key]
    old = {"notes": ("1 observation(s) dated after the pull were left out.",)}
    pull.store._write_manifest(pull.store.manifest() | {key: entry.model_copy(update=old)})
    source = LiveSource(pull.store)
    assert source._vintages(source._read()).empty
    attempts = pull.run(["CPIAUCSL"], as_of=DAY)
    assert [a.series_id for a in attempts] == ["CPIAUCSL", key]
    assert len(source._vintages(source._read())) == 1


def test_every_door_answers_the_question_when_nothing_is_wrong(
    server: Standin, tmp_path: Path
) -> None:
    names = ["IWM", "DGS10", "CPIAUCSL"]
    for key in (None, KEY):
        ended = pull_of(server, tmp_path / str(key), key=key).run(names)
        assert [a.outcome for a in ended] == ["ok"] * 3, (YAHOO, ended)


def test_pandas_is_not_asked_for_each_day_of_an_answer(
    server: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the library does, which takes most of the time of a pull with a key."""
    fred, asked, real = clients(server, tmp_path, key=KEY).fred, [], pd.to_datetime

    def counted(*values: object, **options: object) -> object:
        asked.append(values)
        return real(*values, **options)

    monkeypatch.setattr(pd, "to_datetime", counted)
    values = fred.latest("DGS10")
    assert len(asked) == 1  # for the first day that is asked for
    assert values.index.equals(server.macro["DGS10"].index.as_unit("us").rename("date"))
