"""The table of faults: what the user is told, and that the store is unchanged or right.

The real yfinance and fredapi talk to a stand-in on 127.0.0.1. Each row is played on a store
that already holds the series, with five more sessions to be had.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from live_faults import (
    API,
    CSV,
    YAHOO,
    broken_off,
    cut_short,
    dropped,
    nothing,
    only,
    other_column,
    partial,
    server_fault,
    silence,
    too_many,
    twice,
    web_page,
)
from live_world import KEY, NOW, pull_of, recent, walk
from standin import Fault, Standin, serving

from rotation_lib.sources.outcome import Outcome
from rotation_lib.store.files import Attempt

SERIES = {YAHOO: "IWM", CSV: "DGS10", API: "DGS10"}


@dataclass(frozen=True)
class Row:
    """One row: through which door a fault comes, what is told, what the store holds after.

    ``store`` is "unchanged" (byte for byte) or "right" (as without the fault).
    """

    name: str
    door: str
    fault: Fault
    outcome: Outcome
    says: str
    store: str = "unchanged"
    times: int | None = None
    seconds: float = 20.0

    def __str__(self) -> str:
        return f"{self.name}, {self.door}"


def rows() -> list[Row]:
    name = {YAHOO: "Yahoo", CSV: "FRED", API: "FRED"}
    table = []
    for door in (YAHOO, CSV, API):
        who = name[door]
        page = {YAHOO: "not JSON", CSV: "not its CSV", API: "'html' instead of observations"}[door]
        cut = {YAHOO: "not JSON", CSV: "breaks off", API: "not whole XML"}[door]
        column = {
            YAHOO: "Yahoo's answer for IWM has another shape than expected",
            CSV: "FRED sent 'GDP' instead of 'DGS10'",
            API: "FRED's answer for DGS10 has another shape than expected",
        }[door]
        double = {
            YAHOO: "two different bars of IWM for one day",
            CSV: "two observations of DGS10 for one day",
            API: "two observations for one day",
        }[door]
        # Yahoo's library asks twice by itself after a refusal.
        once = 2 if door == YAHOO else 1
        o = Outcome
        table += [
            Row("429 once", door, too_many, o.OK, "", "right", times=once),
            Row("429 for ever", door, too_many, o.RATE_LIMITED, f"{who} refuses more requests"),
            Row("500 once", door, server_fault, o.OK, "", "right", times=once),
            Row("500", door, server_fault, o.STALE, f"{who} has a fault of its own (500)"),
            Row("HTML with 200", door, web_page, o.MALFORMED, page),
            Row("truncated", door, cut_short, o.MALFORMED, cut),
            Row("broken off", door, broken_off, o.MALFORMED, "an answer that breaks off"),
            Row("hang", door, silence, o.TIMED_OUT, "did not answer within 0.7 s", seconds=0.7),
            Row("connection reset", door, dropped, o.STALE, f"{who} cannot be reached"),
            Row("empty", door, nothing, o.MISSING, f"{who} has nothing for {SERIES[door]}"),
            Row("duplicate dates", door, twice, o.MALFORMED, double),
            Row("wrong column", door, other_column, o.MALFORMED, column),
        ]
    table.append(Row("part of it", API, partial, Outcome.MALFORMED, "only part"))
    return table


def fill(server: Standin, count: int) -> None:
    """Serve so many sessions of the world."""
    sessions = recent(130)[:count]
    for seed, symbol in enumerate(("IWM", "SPY")):
        server.bars[symbol] = walk(seed, recent(130)).iloc[:count]
    levels = 4 + walk(9, recent(130))["close"] / 1000
    server.macro["DGS10"] = pd.Series(levels.to_numpy()[:count], index=sessions)
    server.macro["DGS2"] = server.macro["DGS10"] - 1


def content(folder: Path) -> dict[str, bytes]:
    """All data of a store; the log of attempts is not data."""
    files = [folder / "manifest.json", *sorted((folder / "series").iterdir())]
    return {path.name: path.read_bytes() for path in files}


def outcomes(attempts: list[Attempt]) -> dict[str, str]:
    return {attempt.series_id: attempt.outcome for attempt in attempts}


def _pulled_again(server: Standin, folder: Path, key: str | None, target: str) -> Attempt:
    """The next fetch that gets an answer; a call that was given up may still hold the client."""
    for _ in range(3):
        [attempt] = pull_of(server, folder, key=key).run([target])
        if attempt.outcome != Outcome.TIMED_OUT:
            break
    return attempt


@pytest.mark.parametrize("row", rows(), ids=str)
def test_fault(row: Row, tmp_path: Path) -> None:
    key = KEY if row.door == API else None
    target = SERIES[row.door]
    with serving(NOW) as server:
        fill(server, 125)
        pull_of(server, tmp_path, key=key).run([target])
        before = content(tmp_path / "store")
        fill(server, 130)
        server.fault = only(target, row.fault, row.times)
        pull = pull_of(server, tmp_path, key=key, seconds=row.seconds)
        [attempt] = pull.run([target])
        assert attempt.outcome == row.outcome, attempt.message
        assert row.says in attempt.message
        assert "\n" not in attempt.message
        assert pull.store.attempts()[target] == attempt
        if row.store == "unchanged":
            assert content(tmp_path / "store") == before
        server.fault = None
        again = _pulled_again(server, tmp_path, key, target)
        assert again.outcome in (Outcome.OK, Outcome.UNCHANGED), again.message
        entry = pull.store.manifest()[target]
        held = pull.store.read(entry)
        assert len(held) == 130
        if row.store == "right":
            assert attempt.added == 5
        if row.door == YAHOO:
            pd.testing.assert_series_equal(
                held["close"], server.bars[target]["close"], check_exact=False, rtol=1e-12
            )
        else:
            values = held.set_index("date")["value"]
            assert values.tolist() == server.macro[target].tolist()


@pytest.mark.parametrize("door", [YAHOO, CSV, API])
def test_one_of_many_missing(door: str, tmp_path: Path) -> None:
    """The others are stored; the one is named, with what to do."""
    names = ["IWM", "QQQ", "SPY"] if door == YAHOO else ["DGS2", "CP", "DGS10"]
    with serving(NOW) as server:
        fill(server, 130)
        pull = pull_of(server, tmp_path, key=KEY if door == API else None)
        ended = outcomes(pull.run(names))
        assert ended == dict(zip(names, ("ok", "missing", "ok"), strict=True))
        assert set(pull.store.manifest()) == {names[0], names[2]}


def test_repeated_refusals_open_the_breaker(tmp_path: Path) -> None:
    """After three refusals in a row a source is left alone, and each series says so."""
    names = ["IWM", "SPY", "QQQ", "IJR", "VB"]
    with serving(NOW) as server:
        fill(server, 130)
        server.fault = too_many
        attempts = pull_of(server, tmp_path).run(names)
        assert set(outcomes(attempts).values()) == {"rate_limited"}
        assert [a.message.endswith("not asked again") for a in attempts] == [False] * 3 + [True] * 2
        assert {name for _, name in server.asked} == {"IWM", "SPY", "QQQ"}


def test_a_repeated_pull_really_asks_again(tmp_path: Path) -> None:
    """yfinance keeps answers, failures included; ours must reach the server each time."""
    with serving(NOW) as server:
        fill(server, 130)
        server.fault = server_fault
        pull = pull_of(server, tmp_path)
        pull.run(["IWM"])
        sent = len(server.asked)
        pull.run(["IWM"])
        assert len(server.asked) == 2 * sent
        server.fault = None
        assert outcomes(pull.run(["IWM"])) == {"IWM": "ok"}


def test_nothing_stored_and_nothing_to_be_had_is_missing(tmp_path: Path) -> None:
    with serving(NOW) as server:
        fill(server, 130)
        server.fault = dropped
        pull = pull_of(server, tmp_path)
        assert outcomes(pull.run(["IWM", "DGS10"])) == {"IWM": "missing", "DGS10": "missing"}
        assert pull.store.manifest() == {}
