"""What changes between two pulls: splits, dividends, revisions, holes, clocks, vintages.

The second part of the table of faults: answers that are whole, yet must be read with care.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from live_faults import (
    chart_change,
    null_bar,
    server_fault,
    too_many,
    web_page,
    without_bar,
)
from live_world import KEY, NOW, days, pull_of, recent, walk
from standin import Fault, Handler, Query, Standin, csv_of, serving
from test_live_faults import content, fill, outcomes

from rotation_lib.store import prices, vintages
from rotation_lib.store.fetch import Pull, vintage_key


def held(pull: Pull, key: str) -> pd.DataFrame:
    return pull.store.read(pull.store.manifest()[key])


def test_split_and_dividend_between_two_pulls(tmp_path: Path) -> None:
    """A true +8 % stays +8 %, after a 10:1 split and a dividend since the last pull."""
    sessions = recent(60)
    bars = walk(3, sessions)
    bars.loc[55:, "close"] = [108.0, 10.8, 10.8, 10.65, 10.65]
    bars.loc[54, "close"] = 100.0
    bars.loc[56, "split"] = 10.0
    bars.loc[58, "dividend"] = 0.15
    with serving(NOW) as server:
        server.bars["IWM"] = bars.iloc[:56]
        pull_of(server, tmp_path).run(["IWM"])
        server.bars["IWM"] = bars
        pull = pull_of(server, tmp_path)
        [attempt] = pull.run(["IWM"])
    assert (attempt.outcome, attempt.added, attempt.revised) == ("ok", 4, 0)
    total, price = prices.returns(held(pull, "IWM"))
    last_six = sessions[-6:]
    assert (1 + total[last_six[1:]]).prod() == pytest.approx(1.08, abs=1e-6)
    assert (1 + price[last_six[1:]]).prod() == pytest.approx(1.065, abs=1e-6)
    # What was stored before the split is what it was: as traded on its day.
    assert held(pull, "IWM")["close"].tolist()[:56] == bars["close"].tolist()[:56]


def test_an_undone_dividend_refetches_the_series(tmp_path: Path) -> None:
    """An action that the vendor changes after the fact: everything is asked for again."""
    bars = walk(3, recent(60))
    with serving(NOW) as server:
        server.bars["IWM"] = bars.assign(dividend=[0.0] * 40 + [1.5] + [0.0] * 19)
        pull_of(server, tmp_path).run(["IWM"])
        server.bars["IWM"] = bars
        pull = pull_of(server, tmp_path)
        [attempt] = pull.run(["IWM"])
    assert (attempt.outcome, attempt.added, attempt.revised) == ("ok", 0, 1)
    assert held(pull, "IWM")["dividend"].sum() == 0


def test_revised_history_is_taken_over_and_counted(tmp_path: Path) -> None:
    bars = walk(3, recent(60))
    with serving(NOW) as server:
        server.bars["IWM"] = bars
        pull_of(server, tmp_path).run(["IWM"])
        server.bars["IWM"] = bars.assign(
            close=bars["close"].where(bars.index > 45, bars["close"] * 1.01)
        )
        pull = pull_of(server, tmp_path)
        [attempt] = pull.run(["IWM"])
    assert (attempt.outcome, attempt.revised) == ("ok", 46)
    assert held(pull, "IWM")["close"].tolist() == server.bars["IWM"]["close"].tolist()


@pytest.mark.parametrize(
    ("what", "says"),
    [
        (
            lambda b: b.assign(close=b["close"].where(b.index != 50, b["close"] / 2)),
            "with no action",
        ),
        # The vendor tells a split and forgets to divide by it.
        (lambda b: b.assign(split=b["split"].where(b.index != 50, 10.0)), "with no action"),
        (lambda b: b.assign(close=b["close"].where(b.index != 50, -1.0)), "close breaks"),
        (
            lambda b: b.assign(close=b["close"].where(b.index < 54, 100.0)),
            "closes are all the same",
        ),
        (lambda b: b.drop(index=range(30, 40)), "no longer served"),
        (lambda b: b.drop(index=range(27, 31)), "sessions without a bar"),
        (lambda b: b.iloc[52:], "the history now starts"),
    ],
    ids=["jump", "split only half done", "negative", "stopped", "bars lost", "hole", "history cut"],
)
def test_a_gate_keeps_it_out(what: object, says: str, tmp_path: Path) -> None:
    """The user reads what is wrong; the store stays byte for byte."""
    bars = walk(3, recent(60))
    with serving(NOW) as server:
        server.bars["IWM"] = bars.iloc[:55]
        pull_of(server, tmp_path).run(["IWM"])
        before = content(tmp_path / "store")
        server.bars["IWM"] = what(bars).reset_index(drop=True)  # type: ignore[operator]
        [attempt] = pull_of(server, tmp_path).run(["IWM"])
    assert attempt.outcome == "malformed", attempt
    assert says in attempt.message
    assert content(tmp_path / "store") == before


def fallen(seed: int) -> pd.DataFrame:
    bars = walk(seed, recent(60))
    return bars.assign(close=bars["close"].where(bars.index < 50, bars["close"] * 0.7))


def test_a_jump_that_a_witness_confirms_is_stored(tmp_path: Path) -> None:
    with serving(NOW) as server:
        calm = {"^RUT": walk(3, recent(60)), "SPY": walk(3, recent(60))}
        server.bars |= {"IWM": fallen(3)} | calm
        alone = outcomes(pull_of(server, tmp_path).run(["^RUT", "IWM", "SPY"]))
        assert alone == {"IWM": "malformed", "^RUT": "ok", "SPY": "ok"}
        server.bars["^RUT"] = fallen(3)
        both = outcomes(pull_of(server, tmp_path / "new").run(["IWM", "^RUT"]))
        assert both == {"IWM": "ok", "^RUT": "ok"}


def test_null_last_close_is_dropped(tmp_path: Path) -> None:
    with serving(NOW) as server:
        fill(server, 130)
        chart_change("IWM", null_bar(1))(server)
        pull = pull_of(server, tmp_path)
        assert outcomes(pull.run(["IWM"])) == {"IWM": "ok"}
        assert len(held(pull, "IWM")) == 129
        server.shown = lambda symbol, chart: None
        assert pull.run(["IWM"])[0].added == 1
        assert held(pull, "IWM")["close"].tolist() == server.bars["IWM"]["close"].tolist()


def test_a_recent_hole_cuts_the_tail_until_it_is_filled(tmp_path: Path) -> None:
    with serving(NOW) as server:
        fill(server, 130)
        chart_change("IWM", without_bar(3))(server)
        pull = pull_of(server, tmp_path)
        [attempt] = pull.run(["IWM"])
        missing = recent(130)[-3]
        assert attempt.outcome == "stale"
        assert f"{recent(130)[-4]:%Y-%m-%d}" in attempt.message
        assert held(pull, "IWM")["date"].iloc[-1] == recent(130)[-4]
        assert f"No bar for {missing:%Y-%m-%d}" in pull.store.manifest()["IWM"].notes[0]
        server.shown = lambda symbol, chart: None
        assert pull.run(["IWM"])[0].added == 3
        assert pull.store.manifest()["IWM"].notes == ()


def test_an_old_hole_is_noted_and_not_filled(tmp_path: Path) -> None:
    with serving(NOW) as server:
        fill(server, 130)
        chart_change("IWM", without_bar(20))(server)
        pull = pull_of(server, tmp_path)
        assert outcomes(pull.run(["IWM"])) == {"IWM": "ok"}
    gone = recent(130)[-20]
    assert f"No bar for {gone:%Y-%m-%d}" in pull.store.manifest()["IWM"].notes[0]
    total, _ = prices.returns(held(pull, "IWM"))
    assert gone not in total.index
    whole = server.bars["IWM"]["close"]
    assert (1 + total).prod() == pytest.approx(whole.iloc[-1] / whole.iloc[0], abs=1e-4)


@pytest.mark.parametrize("key", [KEY, None], ids=["key", "csv"])
@pytest.mark.parametrize("ahead", [dt.timedelta(days=40), dt.timedelta(days=-40)], ids=str)
def test_fred_alone_puts_a_wrong_clock_right(
    ahead: dt.timedelta, key: str | None, tmp_path: Path
) -> None:
    """No value is taken for one of the future, and the day it became known is the server's."""
    with serving(NOW) as server:
        fill(server, 130)
        pull = pull_of(server, tmp_path, key=key, now=NOW + ahead)
        assert outcomes(pull.run(["DGS10"])) == {"DGS10": "ok"}
        assert pull.clients.clock.wrong
    rows = held(pull, "DGS10")
    assert len(rows) == 130
    assert set(rows["realtime_start"]) == {pd.Timestamp("2026-08-25")}
    assert f"{pull.store.manifest()['DGS10'].fetched_at:%Y-%m-%d}" == "2026-08-25"


@pytest.mark.parametrize("ahead", [dt.timedelta(days=40), dt.timedelta(days=-40)], ids=str)
def test_a_wrong_clock_is_put_right_by_the_server(ahead: dt.timedelta, tmp_path: Path) -> None:
    """The session still open on the server's clock is dropped, whatever the local one says."""
    open_session = dt.datetime(2026, 8, 25, 15, 0, tzinfo=dt.UTC)
    with serving(open_session) as server:
        fill(server, 130)
        pull = pull_of(server, tmp_path, now=open_session + ahead)
        assert outcomes(pull.run(["IWM", "DGS10"])) == {"IWM": "ok", "DGS10": "ok"}
        assert pull.clients.clock.wrong
    assert held(pull, "IWM")["date"].iloc[-1] == recent(130)[-2]
    assert held(pull, "DGS10")["realtime_start"].max() == pd.Timestamp("2026-08-25")


def test_provisional_sessions_are_fetched_again(tmp_path: Path) -> None:
    with serving(NOW) as server:
        fill(server, 130)
        pull = pull_of(server, tmp_path)
        pull.run(["IWM"])
        corrected = server.bars["IWM"].copy()
        corrected.loc[128, "close"] *= 1.001
        server.bars["IWM"] = corrected
        [attempt] = pull.run(["IWM"])
        assert (attempt.outcome, attempt.added, attempt.revised) == ("ok", 0, 1)
        # One request: settled bars agreed, so the whole was not asked for.
        assert held(pull, "IWM")["close"].tolist() == corrected["close"].tolist()


# -- macro --------------------------------------------------------------------------------

#: FRED's two doors: with a key, and without.
both_doors = pytest.mark.parametrize("key", [KEY, None], ids=["key", "csv"])


@both_doors
def test_a_last_value_without_a_number_is_left_out(key: str | None, tmp_path: Path) -> None:
    """FRED lists the newest day before it has a value: it is stored once it has one."""
    with serving(NOW) as server:
        fill(server, 130)
        whole = server.macro["DGS10"]
        server.macro["DGS10"] = whole.where(whole.index < whole.index[-1])
        pull = pull_of(server, tmp_path, key=key)
        assert outcomes(pull.run(["DGS10"])) == {"DGS10": "ok"}
        assert pull.store.manifest()["DGS10"].last == f"{whole.index[-2]:%Y-%m-%d}"
        server.macro["DGS10"] = whole
        assert pull.run(["DGS10"])[0].added == 1
    assert held(pull, "DGS10")["value"].tolist() == whole.tolist()


@both_doors
def test_a_day_that_fred_lacks_stays_out_until_it_comes(key: str | None, tmp_path: Path) -> None:
    """A hole is not filled; a value that comes late takes its place."""
    with serving(NOW) as server:
        fill(server, 130)
        whole = server.macro["DGS10"]
        server.macro["DGS10"] = whole.drop(whole.index[-20])
        pull = pull_of(server, tmp_path, key=key)
        assert outcomes(pull.run(["DGS10"])) == {"DGS10": "ok"}
        assert vintages.latest(held(pull, "DGS10")).equals(server.macro["DGS10"].rename("value"))
        server.macro["DGS10"] = whole
        [attempt] = pull.run(["DGS10"])
    assert (attempt.outcome, attempt.added, attempt.revised) == ("ok", 1, 0)
    assert vintages.latest(held(pull, "DGS10")).tolist() == whole.tolist()


@both_doors
def test_a_history_revised_as_a_whole_is_kept_twice(key: str | None, tmp_path: Path) -> None:
    """A new base year changes every value: the new ones count, the old ones stay as vintages."""
    later = NOW + dt.timedelta(days=3)
    with serving(NOW) as server:
        fill(server, 130)
        pull_of(server, tmp_path, key=key).run(["DGS10"])
        before = server.macro["DGS10"]
        server.now, server.macro["DGS10"] = later, before * 1.25
        pull = pull_of(server, tmp_path, key=key, now=later)
        [attempt] = pull.run(["DGS10"])
    assert (attempt.outcome, attempt.added, attempt.revised) == ("ok", 0, 130)
    rows = held(pull, "DGS10")
    assert vintages.latest(rows).tolist() == (before * 1.25).tolist()
    old = rows[rows["realtime_end"] == "2026-08-27"]
    assert old["value"].tolist() == before.tolist()


def macro(server: Standin, values: dict[str, float]) -> None:
    server.macro["CPIAUCSL"] = days(values)


@both_doors
def test_revisions_are_kept_as_vintages(key: str | None, tmp_path: Path) -> None:
    with serving(NOW) as server:
        macro(server, {"2026-04-01": 320.0, "2026-05-01": 321.0, "2026-06-01": 322.0})
        pull_of(server, tmp_path, key=key).run(["CPIAUCSL"])
        later = NOW + dt.timedelta(days=20)
        server.now = later
        macro(server, {"2026-05-01": 321.5, "2026-06-01": 322.0, "2026-07-01": 323.0})
        pull = pull_of(server, tmp_path, key=key, now=later)
        [attempt] = pull.run(["CPIAUCSL"])
    assert (attempt.outcome, attempt.added, attempt.revised) == ("ok", 1, 1)
    rows = held(pull, "CPIAUCSL")
    assert vintages.latest(rows).to_dict() == {
        # Served no more, yet never withdrawn: a shorter window is not a correction.
        pd.Timestamp("2026-04-01"): 320.0,
        pd.Timestamp("2026-05-01"): 321.5,
        pd.Timestamp("2026-06-01"): 322.0,
        pd.Timestamp("2026-07-01"): 323.0,
    }
    may = rows[rows["date"] == "2026-05-01"]
    assert may["value"].tolist() == [321.0, 321.5]
    assert may["realtime_start"].dt.strftime("%F").tolist() == ["2026-08-25", "2026-09-14"]
    assert may["realtime_end"].dt.strftime("%F").tolist() == ["2026-09-13", "9999-12-31"]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"2026-04-01": 320.0, "2026-05-01": 321.0}, "before what is stored"),
        ({"2026-04-01": 320.0, "2026-07-01": 323.0}, "are gone"),
        ({"2026-04-01": 320.0, "2026-06-15": 321.0}, "day 1"),
        ({"2026-06-01": float("inf")}, "rule"),
    ],
    ids=["ends earlier", "hole", "misaligned", "infinite"],
)
def test_a_macro_gate_keeps_it_out(values: dict[str, float], says: str, tmp_path: Path) -> None:
    with serving(NOW) as server:
        macro(server, {f"2026-0{m}-01": 319.0 + m for m in range(1, 7)})
        pull_of(server, tmp_path, key=KEY).run(["CPIAUCSL"])
        before = content(tmp_path / "store")
        macro(server, values)
        [attempt] = pull_of(server, tmp_path, key=KEY).run(["CPIAUCSL"])
    assert attempt.outcome == "malformed"
    assert says in attempt.message
    assert content(tmp_path / "store") == before


def test_the_month_never_collected_stays_out(tmp_path: Path) -> None:
    with serving(NOW) as server:
        macro(server, {"2025-09-01": 324.0, "2025-10-01": float("nan"), "2026-07-01": 330.0})
        pull = pull_of(server, tmp_path)
        assert outcomes(pull.run(["CPIAUCSL"])) == {"CPIAUCSL": "ok"}
    assert held(pull, "CPIAUCSL")["value"].tolist() == [324.0, 330.0]


def latest_instead(handler: Handler, kind: str, name: str, query: Query) -> bool:
    """ALFRED forgets the day: today's values, under the name that today's values have."""
    handler.send(200, csv_of(handler.server.macro[name], name), "text/csv")
    return True


@pytest.mark.parametrize(
    ("key", "fault", "says"),
    [
        (None, latest_instead, "FRED sent 'CPIAUCSL' instead of 'CPIAUCSL_20260630'"),
        (None, web_page, "not its CSV"),
        (None, too_many, "refuses more requests"),
        (KEY, web_page, "'html' instead of observations"),
        (KEY, too_many, "refuses more requests"),
        (KEY, server_fault, "a fault of its own (500)"),
    ],
)
def test_a_vintage_that_cannot_be_had_is_told_and_nothing_stored(
    key: str | None, fault: Fault, says: str, tmp_path: Path
) -> None:
    """The latest values stay as they are, and the publication lag stands in for the vintage."""
    day = dt.date(2026, 6, 30)
    with serving(NOW) as server:
        macro(server, {"2026-04-01": 320.5, "2026-05-01": 321.5, "2026-06-01": 322.0})
        pull = pull_of(server, tmp_path, key=key)
        pull.run(["CPIAUCSL"])
        before = content(tmp_path / "store")["manifest.json"]
        server.fault = lambda handler, kind, name, query: (
            bool({"vintage_date", "realtime_start"} & query.keys())
            and fault(handler, kind, name, query)
        )
        latest, vintage = pull.run(["CPIAUCSL"], as_of=day)
    assert (latest.outcome, vintage.series_id) == ("unchanged", "CPIAUCSL@2026-06-30")
    assert says in vintage.message
    assert set(pull.store.manifest()) == {"CPIAUCSL"}
    assert content(tmp_path / "store")["manifest.json"] == before


@pytest.mark.parametrize(("key", "via"), [(KEY, "fredapi"), (None, "alfredgraph.csv")])
def test_a_vintage_is_asked_for_and_kept_apart(key: str | None, via: str, tmp_path: Path) -> None:
    day = dt.date(2026, 6, 30)
    with serving(NOW) as server:
        macro(server, {"2026-04-01": 320.5, "2026-05-01": 321.5, "2026-06-01": 322.0})
        server.vintages["CPIAUCSL", "2026-06-30"] = days({"2026-04-01": 320.0, "2026-05-01": 321.0})
        pull = pull_of(server, tmp_path, key=key)
        pull.run(["CPIAUCSL"], as_of=day)
        known = vintage_key("CPIAUCSL", day)
        assert held(pull, known)["value"].tolist() == [320.0, 321.0]
        assert pull.store.manifest()[known].via == via
        asked = len(server.asked)
        pull.run(["CPIAUCSL"], as_of=day)
        # The past does not change: only the latest values were asked for again.
        assert len(server.asked) == asked + 1
