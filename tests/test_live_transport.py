"""Manners and arithmetic of live sources, without a server: pauses, deadlines, adjustment."""

from __future__ import annotations

import datetime as dt
import threading

import exchange_calendars
import numpy as np
import pandas as pd
import pytest
from live_world import days, recent, walk

from rotation_lib.errors import FetchError
from rotation_lib.sources import closed, exchange
from rotation_lib.sources.closed import closed_sessions
from rotation_lib.sources.fred import SECONDS_BETWEEN
from rotation_lib.sources.outcome import Outcome, not_there, rate_limited, unreachable
from rotation_lib.sources.transport import Breaker, Pacer, bounded, retrying
from rotation_lib.store import prices, vintages


def test_two_requests_a_second() -> None:
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pacer = Pacer(SECONDS_BETWEEN, sleep, lambda: now[0])
    for _ in range(5):
        pacer.wait()
    assert now[0] == pytest.approx(102.0)
    now[0] += 10
    pacer.wait()
    assert slept == pytest.approx([0.5] * 4)


@pytest.mark.parametrize(
    ("error", "sent"), [(rate_limited("X"), 4), (unreachable("X"), 3), (not_there("X", "A"), 1)]
)
def test_retries_with_growing_random_pauses(error: FetchError, sent: int) -> None:
    calls, slept = [], []

    def call() -> None:
        calls.append(1)
        raise error

    with pytest.raises(FetchError) as told:
        retrying(call, slept.append)
    assert told.value is error
    assert (len(calls), len(slept)) == (sent, sent - 1)
    assert all(0 <= pause <= 2.0**n for n, pause in enumerate(slept))


def test_a_pause_is_not_the_same_twice() -> None:
    slept: list[float] = []

    def call() -> None:
        raise rate_limited("X")

    for _ in range(3):
        with pytest.raises(FetchError):
            retrying(call, slept.append)
    assert len(set(slept)) > 3


def test_a_fault_of_our_own_is_not_retried() -> None:
    calls = []

    def call() -> None:
        calls.append(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        retrying(call, lambda seconds: None)
    assert len(calls) == 1


def test_a_deadline_bounds_the_call() -> None:
    stop = threading.Event()
    with pytest.raises(FetchError, match=r"X did not answer within 0\.05 s") as told:
        bounded(lambda: stop.wait(30), 0.05, "X")
    stop.set()
    assert told.value.outcome == Outcome.TIMED_OUT
    assert bounded(lambda: 7, 1.0, "X") == 7


def test_the_breaker_counts_refusals_in_a_row() -> None:
    breaker = Breaker(limit=2)
    breaker.note(rate_limited("X"))
    breaker.note(None)
    breaker.note(rate_limited("X"))
    breaker.check()
    breaker.note(not_there("X", "A"))
    breaker.note(rate_limited("X"))
    breaker.check()
    breaker.note(rate_limited("X"))
    with pytest.raises(FetchError, match="X refuses more requests for now: not asked again"):
        breaker.check()


@pytest.mark.parametrize(
    ("moment", "last"),
    [
        ("2026-08-25T20:29:00+00:00", "2026-08-24"),  # 16:29 in New York: not settled
        ("2026-08-25T20:30:00+00:00", "2026-08-25"),
        ("2026-11-27T18:29:00+00:00", "2026-11-25"),  # the day after Thanksgiving closes at 13:00
        ("2026-11-27T18:30:00+00:00", "2026-11-27"),
        ("2026-08-01T12:00:00+00:00", "2026-07-31"),  # a Saturday
    ],
)
def test_sessions_that_are_over(moment: str, last: str) -> None:
    sessions = closed_sessions(dt.datetime.fromisoformat(moment))
    assert sessions[-1] == pd.Timestamp(last)
    assert sessions[0] == pd.Timestamp("2009-12-31")


# -- bars -----------------------------------------------------------------------------------


def test_one_calendar_serves_every_span_of_its_years(monkeypatch: pytest.MonkeyPatch) -> None:
    for kept in (closed._calendar, exchange.xnys_sessions, exchange._calendar):
        kept.cache_clear()
    asked, real = [], exchange_calendars.get_calendar

    def counted(name: str, **span: str) -> object:
        asked.append(span)
        return real(name, **span)

    monkeypatch.setattr(exchange_calendars, "get_calendar", counted)
    for day in (3, 4, 5):
        known = closed_sessions(dt.datetime(2026, 8, day, 21, tzinfo=dt.UTC))
        assert (known[0], known[-1]) == (closed.BASE_CLOSE, pd.Timestamp(2026, 8, day))
    spring = exchange.xnys_sessions(closed.BASE_CLOSE, pd.Timestamp("2026-04-03"))
    assert spring[-1] == pd.Timestamp("2026-04-02")  # Good Friday is none
    assert asked == [{"start": "2009-01-01", "end": "2026-12-31"}]


def test_as_traded_undoes_later_splits_only() -> None:
    shown = pd.DataFrame(
        {
            "close": [10.0, 11.0, 12.0, 13.0, 14.0],
            "dividend": [0.0, 0.1, 0.0, 0.2, 0.0],
            "split": [0.0, 0.0, 4.0, 0.0, 2.0],
            "gain": 0.0,
            "adjusted": [10.0, 11.0, 12.0, 13.0, 14.0],
        },
        index=recent(5),
    )
    bars = prices.as_traded(shown)
    assert bars["close"].tolist() == [80.0, 88.0, 24.0, 26.0, 14.0]
    assert bars["dividend"].tolist() == [0.0, 0.8, 0.0, 0.4, 0.0]
    assert bars["split"].tolist() == [1.0, 1.0, 4.0, 1.0, 2.0]
    total, price = prices.returns(bars)
    assert price.tolist() == [0.1, 0.090909, 0.083333, 0.076923]
    # 11 / (10 - 0.1) - 1 and 13 / (12 - 0.2) - 1.
    assert total.tolist() == [0.111111, 0.090909, 0.101695, 0.076923]


def test_an_index_has_no_total_return() -> None:
    total, price = prices.returns(walk(1, recent(10)), has_total=False)
    assert total.empty and len(price) == 9


def test_a_pull_without_an_overlap_does_not_agree() -> None:
    bars = walk(1, recent(60))
    assert prices.agrees(bars, bars.iloc[30:].reset_index(drop=True))
    assert not prices.agrees(bars, bars.iloc[56:].reset_index(drop=True))
    assert not prices.agrees(bars, bars.iloc[30:].assign(close=bars["close"] * 1.001))
    assert not prices.agrees(bars, bars.iloc[:0])


def test_single_precision_is_no_revision() -> None:
    bars = walk(1, recent(60))
    served = bars.assign(close=bars["close"].astype(np.float32).astype(np.float64))
    assert prices.agrees(bars, served)
    assert prices.compared(bars, served).revised == 0


@pytest.mark.parametrize("seen", [25, 24, 1])
def test_a_value_replaced_on_its_own_day_leaves_no_trace(seen: int) -> None:
    """Nor one that a clock which was ahead dated later than the day on which it was replaced."""
    day = dt.date(2026, 8, 25)
    first = vintages.merge(None, days({"2026-06-01": 1.0}), day)
    second = vintages.merge(first.rows, days({"2026-06-01": 2.0}), day.replace(day=seen))
    assert second.revised == 1
    assert second.rows["value"].tolist() == [2.0]
    assert second.rows["realtime_start"].tolist() == [pd.Timestamp(2026, 8, seen)]


def test_a_withdrawn_value_is_closed_not_dropped() -> None:
    first = vintages.merge(
        None, days({"2026-05-01": 1.0, "2026-06-01": 2.0, "2026-07-01": 3.0}), dt.date(2026, 8, 1)
    )
    second = vintages.merge(
        first.rows, days({"2026-05-01": 1.0, "2026-07-01": 3.0}), dt.date(2026, 8, 9)
    )
    assert second.withdrawn == 1
    assert vintages.latest(second.rows).tolist() == [1.0, 3.0]
    assert second.rows["value"].tolist() == [1.0, 2.0, 3.0]
    assert second.rows["realtime_end"].iloc[1] == pd.Timestamp("2026-08-08")
