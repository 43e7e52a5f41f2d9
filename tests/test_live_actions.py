"""Dividends and splits of a day without a bar: they act on the next one, and it is told.

The real yfinance talks to a stand-in on 127.0.0.1. What it should come to is worked out by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from live_faults import chart_change, null_bar, without_bar
from live_world import NOW, actions_at, pull_of, recent
from standin import Standin, serving
from test_live_faults import outcomes

from rotation_lib.store import prices
from rotation_lib.store.fetch import Pull
from rotation_lib.store.live import _gates, _Held

pytestmark = pytest.mark.slow

#: How far from the end the action stands: settled long ago, and among the last five sessions.
OLD, NEW = 20, 3


@pytest.fixture
def server() -> Iterator[Standin]:
    with serving(NOW) as served:
        yield served


def held(pull: Pull, symbol: str = "IWM") -> pd.DataFrame:
    return pull.store.read(pull.store.manifest()[symbol])


def told(pull: Pull) -> list[str]:
    """What the report's notes say of the store."""
    return [row["found"] for row in _gates(_Held(pull.store.manifest(), {}, (), {}))]


@pytest.mark.parametrize("hide", [null_bar, without_bar], ids=["null", "no bar"])
def test_a_dividend_without_a_bar_acts_on_the_next(
    hide: Callable[[int], Callable[[dict[str, Any]], None]], server: Standin, tmp_path: Path
) -> None:
    """yfinance PR#1543, #134, #973: bar and dividend went together, or to the bar before."""
    bars = actions_at(recent(60), OLD, dividend=1.2)
    server.bars["IWM"] = bars
    chart_change("IWM", hide(OLD))(server)
    pull = pull_of(server, tmp_path)
    assert outcomes(pull.run(["IWM"])) == {"IWM": "ok"}
    day, after = recent(60)[-OLD], recent(60)[-OLD + 1]
    total, price = prices.returns(held(pull))
    before = bars["close"].iloc[-OLD - 1]
    assert day not in total.index
    assert total[after] == pytest.approx(
        bars["close"].iloc[-OLD + 1] / (before - 1.2) - 1, abs=1e-6
    )
    assert price[after] == pytest.approx(bars["close"].iloc[-OLD + 1] / before - 1, abs=1e-6)
    assert total[recent(60)[-OLD - 1]] == price[recent(60)[-OLD - 1]]
    moved = f"The dividend of 1.2 of {day:%Y-%m-%d}, a day without a bar, acts on {after:%Y-%m-%d}."
    assert moved in told(pull)
    # Told also when the day lies outside of what a later pull looks at, and it wrote anew.
    server.bars["IWM"] = bars.assign(close=bars["close"].where(bars.index < 59, 101.0))
    assert pull.run(["IWM"])[0].revised == 1
    assert moved in told(pull)


def test_a_split_without_a_bar_acts_on_the_next(server: Standin, tmp_path: Path) -> None:
    """A 4 for 1 split, and a dividend on the day before it, both on null bars."""
    bars = actions_at(recent(60), OLD, split=4.0)
    bars.loc[60 - OLD - 1, "dividend"] = 1.2
    server.bars["IWM"] = bars

    def both(result: dict[str, Any]) -> None:
        null_bar(OLD)(result)
        null_bar(OLD + 1)(result)

    chart_change("IWM", both)(server)
    pull = pull_of(server, tmp_path)
    assert outcomes(pull.run(["IWM"])) == {"IWM": "ok"}
    rows = held(pull).set_index("date")
    after = recent(60)[-OLD + 1]
    assert rows.loc[after, ["dividend", "split"]].tolist() == [0.3, 4.0]
    assert rows.loc[: recent(60)[-OLD - 2], "close"].tolist() == bars["close"][:39].tolist()
    total, _ = prices.returns(held(pull))
    before = bars["close"].iloc[-OLD - 2]
    assert total[after] == pytest.approx(
        bars["close"].iloc[-OLD + 1] / (before / 4 - 0.3) - 1, abs=1e-6
    )


def test_an_action_on_the_last_bar_waits_for_it(server: Standin, tmp_path: Path) -> None:
    bars = actions_at(recent(60), 1, dividend=1.2)
    server.bars["IWM"] = bars
    chart_change("IWM", null_bar(1))(server)
    pull = pull_of(server, tmp_path)
    assert outcomes(pull.run(["IWM"])) == {"IWM": "ok"}
    assert held(pull)["dividend"].sum() == 0
    assert told(pull) == [
        f"The dividend of 1.2 of {recent(1)[0]:%Y-%m-%d}, a day without a bar, waits for the next bar."
    ]
    server.shown = lambda symbol, chart: None
    assert pull.run(["IWM"])[0].added == 1
    assert held(pull)["dividend"].iloc[-1] == 1.2
    assert told(pull) == []


def test_a_recent_hole_keeps_its_action_until_it_is_filled(server: Standin, tmp_path: Path) -> None:
    server.bars["IWM"] = actions_at(recent(60), NEW, dividend=1.2)
    chart_change("IWM", without_bar(NEW))(server)
    pull = pull_of(server, tmp_path)
    pull.run(["IWM"])
    assert held(pull)["dividend"].sum() == 0
    server.shown = lambda symbol, chart: None
    pull.run(["IWM"])
    assert held(pull).set_index("date")["dividend"].loc[recent(60)[-NEW]] == 1.2
    assert told(pull) == []


def test_a_dividend_of_a_day_without_a_session(server: Standin, tmp_path: Path) -> None:
    """Dated on a Sunday: it acts on the Monday."""
    server.bars["IWM"] = actions_at(recent(60), OLD)
    monday = next(day for day in recent(60)[-OLD:] if day.day_of_week == 0)

    def pay(result: dict[str, Any]) -> None:
        at = int((monday - pd.Timedelta(days=1)).tz_localize("America/New_York").timestamp())
        result["events"]["dividends"] = {str(at): {"amount": 1.2, "date": at}}
        [own] = [item["adjclose"] for item in result["indicators"]["adjclose"]]
        before = sum(stamp < at for stamp in result["timestamp"])
        if before:
            own[:before] = [value * (1 - 1.2 / own[before - 1]) for value in own[:before]]

    chart_change("IWM", pay)(server)
    pull = pull_of(server, tmp_path)
    assert outcomes(pull.run(["IWM"])) == {"IWM": "ok"}
    assert held(pull).set_index("date")["dividend"].loc[monday] == 1.2
    assert told(pull)[0].endswith(f"a day without a bar, acts on {monday:%Y-%m-%d}.")


def test_a_moved_action_is_forgotten_with_the_history_that_held_it(
    server: Standin, tmp_path: Path
) -> None:
    """The vendor fills the bar: the action stands on its own day again."""
    bars = actions_at(recent(60), OLD, dividend=1.2)
    server.bars["IWM"] = bars
    chart_change("IWM", null_bar(OLD))(server)
    pull = pull_of(server, tmp_path)
    pull.run(["IWM"])
    server.shown = lambda symbol, chart: None
    [attempt] = pull.run(["IWM"])
    assert (attempt.outcome, attempt.added) == ("ok", 1)
    assert held(pull)["dividend"].tolist() == bars["dividend"].tolist()
    assert not any("without a bar" in text for text in told(pull))


def events(**told: object) -> Callable[[dict[str, Any]], None]:
    def change(result: dict[str, Any]) -> None:
        if len(result["timestamp"]) < OLD:
            return
        at = result["timestamp"][-OLD]
        result["events"] = {
            kind: {str(i): {"date": at + 60 * i} | item for i, item in enumerate(items)}
            for kind, items in told.items()  # type: ignore[attr-defined]
        }

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            events(dividends=[{"amount": 2.0}, {"amount": 2.0}]),
            "the dividend of {day} is told twice",
        ),
        (
            events(splits=[{"numerator": 1, "denominator": 0}]),
            "a split of 1 for 0 on {day}",
        ),
        (events(dividends=[{"amount": -2.0}]), "a dividend of -2 on {day}"),
    ],
    ids=["twice", "split by nothing", "negative"],
)
def test_an_action_that_cannot_be_is_refused(
    change: Callable[[dict[str, Any]], None], says: str, server: Standin, tmp_path: Path
) -> None:
    server.bars["IWM"] = actions_at(recent(60), OLD)
    chart_change("IWM", change)(server)
    [attempt] = pull_of(server, tmp_path).run(["IWM"])
    assert attempt.outcome == "malformed"
    assert says.format(day=f"{recent(60)[-OLD]:%Y-%m-%d}") in attempt.message
