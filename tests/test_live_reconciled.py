"""Settled history against the vendor's: late dividends, mended prints, restated closes.

The real yfinance talks to a stand-in on 127.0.0.1, whose clock goes on from day to day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from live_world import NOW, actions_at, pull_of, recent, walk
from standin import Standin, serving
from test_live_faults import outcomes

from rotation_lib.catalog import load_catalog
from rotation_lib.sources.quality import load_quality
from rotation_lib.store import reconcile
from rotation_lib.store.fetch import Pull
from rotation_lib.store.files import Attempt, Entry
from rotation_lib.store.status import change_lines, status_rows

pytestmark = pytest.mark.slow

EVERY = load_quality().limits.reconciled_days
#: Places from the end of what the vendor changes: out of reach of a pull's overlap.
BACK = 45


@pytest.fixture
def server() -> Iterator[Standin]:
    with serving(NOW) as served:
        served.bars["IWM"] = walk(3, recent(120))
        yield served


def later(server: Standin, folder: Path, days: int, *names: str) -> tuple[Pull, Attempt]:
    """A pull so many days on, while the exchange is closed for good."""
    server.now = NOW + dt.timedelta(days=days)
    pull = pull_of(server, folder, now=server.now)
    [attempt, *_] = pull.run(list(names) or ["IWM"])
    return pull, attempt


def held(pull: Pull) -> pd.DataFrame:
    return pull.store.read(pull.store.manifest()["IWM"])


def changed(server: Standin, **values: float) -> pd.DataFrame:
    """The vendor's bars with other values on one settled day."""
    bars = server.bars["IWM"].copy()
    for name, value in values.items():
        bars.loc[len(bars) - BACK, name] = value
    return bars


def test_the_last_digits_arrive_without_a_word(server: Standin, tmp_path: Path) -> None:
    """What counts as the same is no news, and yet the store holds what the vendor tells now."""
    pull_of(server, tmp_path).run(["IWM"])
    server.bars["IWM"] = server.bars["IWM"].assign(close=server.bars["IWM"]["close"] * (1 + 2**-40))
    pull, attempt = later(server, tmp_path, EVERY)
    assert (attempt.added, attempt.revised) == (0, 0)
    assert pull.store.manifest()["IWM"].changes == ()
    assert held(pull)["close"].tolist() == server.bars["IWM"]["close"].tolist()


@pytest.mark.parametrize("what", ["late dividend", "mended print", "bar filled"])
def test_what_the_vendor_mends_arrives_and_is_told(
    what: str, server: Standin, tmp_path: Path
) -> None:
    """yfinance #984, #834, #580, #906: beyond the overlap, within the days that are stated."""
    right = server.bars["IWM"]
    day = recent(120)[-BACK]
    if what == "late dividend":
        right, says = changed(server, dividend=0.6), "dividend 0 to 0.6"
    elif what == "mended print":
        close = right["close"].iloc[-BACK]
        server.bars["IWM"] = changed(server, close=close * 1.05)
        says = f"close {close * 1.05:.6g} to {close:.6g}"
    else:
        server.bars["IWM"] = right.drop(index=len(right) - BACK).reset_index(drop=True)
        says = "a bar that was missing"
    pull_of(server, tmp_path).run(["IWM"])
    server.bars["IWM"] = right
    pull, attempt = later(server, tmp_path, 0)
    assert attempt.outcome == "unchanged"  # the same day: compared already
    pull, attempt = later(server, tmp_path, EVERY)
    assert attempt.outcome in ("ok", "stale")
    assert held(pull)["dividend"].tolist() == right["dividend"].tolist()
    assert held(pull)["close"].tolist() == right["close"].tolist()
    seen = (NOW + dt.timedelta(days=EVERY)).date()
    [told] = pull.store.manifest()["IWM"].changes
    assert told == f"Seen {seen}: the vendor changed 1 settled bar, {day:%Y-%m-%d}; {says}."
    assert change_lines(pull.store, EVERY) == [
        f"IWM: {told}",
        f"settled prices are compared whole every {EVERY} days; the one compared longest ago: {seen}",
    ]
    # It is remembered when later pulls bring nothing of the kind.
    pull, _ = later(server, tmp_path, EVERY + 1)
    assert pull.store.manifest()["IWM"].changes == (told,)


def test_a_change_within_the_overlap_arrives_at_once(server: Standin, tmp_path: Path) -> None:
    pull_of(server, tmp_path).run(["IWM"])
    server.bars["IWM"] = actions_at(recent(120), 20, dividend=0.6)
    pull, attempt = later(server, tmp_path, 0)
    assert (attempt.outcome, attempt.revised) == ("ok", 1)
    [told] = pull.store.manifest()["IWM"].changes
    assert f"1 settled bar, {recent(120)[-20]:%Y-%m-%d}; dividend 0 to 0.6." in told


def test_many_changed_bars_are_counted(server: Standin, tmp_path: Path) -> None:
    pull_of(server, tmp_path).run(["IWM"])
    bars = server.bars["IWM"]
    server.bars["IWM"] = bars.assign(
        close=bars["close"].where(bars.index > 40, bars["close"] * 1.01)
    )
    pull, _ = later(server, tmp_path, EVERY)
    [told] = pull.store.manifest()["IWM"].changes
    first, last = recent(120)[0], recent(120)[40]
    assert f"the vendor changed 41 settled bars, {first:%Y-%m-%d} to {last:%Y-%m-%d}; the " in told


@pytest.mark.parametrize("wrong", [{"close": 95.0}, {"dividend": 1.4}], ids=["close", "dividend"])
def test_a_vendor_that_is_wrong_is_not_believed(
    wrong: dict[str, float], server: Standin, tmp_path: Path
) -> None:
    """The second witness: the index did not move so. New sessions are taken all the same."""
    whole, index = server.bars["IWM"], server.bars["IWM"].copy()
    wrong = wrong if "dividend" in wrong else {"close": whole["close"].iloc[-BACK] * 0.95}
    server.bars["^RUT"] = index
    server.bars["IWM"] = whole.iloc[:118]
    pull_of(server, tmp_path).run(["IWM", "^RUT"])
    server.bars["IWM"] = whole
    server.bars["IWM"] = changed(server, **wrong)
    pull, attempt = later(server, tmp_path, EVERY, "IWM", "^RUT")
    assert (attempt.outcome, attempt.added) == ("stale", 2)
    assert held(pull)["close"].tolist() == whole["close"].tolist()
    assert held(pull)["dividend"].sum() == 0
    entry = pull.store.manifest()["IWM"]
    day = recent(120)[-BACK]
    assert any(
        note.startswith(
            f"What is stored of its past was kept: IWM: the vendor changed {day:%Y-%m-%d}"
        )
        and " and ^RUT moved " in note
        for note in entry.notes
    )
    assert entry.compared_at is not None and entry.compared_at.date() == NOW.date()
    assert entry.changes == ()
    # The vendor comes back to what it said: nothing was lost, and nothing more is told.
    server.bars["IWM"] = whole
    pull, attempt = later(server, tmp_path, EVERY, "IWM", "^RUT")
    assert (attempt.added, attempt.revised) == (0, 0)
    assert pull.store.manifest()["IWM"].notes == ()


def test_status_says_that_a_history_was_kept(server: Standin, tmp_path: Path) -> None:
    server.bars["^RUT"] = server.bars["IWM"].copy()
    pull_of(server, tmp_path).run(["IWM", "^RUT"])
    server.bars["IWM"] = changed(server, close=server.bars["IWM"]["close"].iloc[-BACK] * 0.95)
    pull = pull_of(server, tmp_path)
    entry = pull.store.manifest()["IWM"]
    old = entry.model_copy(update={"compared_at": None})
    pull.store._write_manifest(pull.store.manifest() | {"IWM": old})
    assert outcomes(pull.run(["IWM"])) == {"IWM": "unchanged"}
    [row] = status_rows(pull.store, load_catalog(), NOW, only=["IWM"])
    assert row.next.startswith("What is stored of its past was kept: IWM: the vendor changed ")


# -- whose turn it is -------------------------------------------------------------------------


def entries(ages: dict[str, int | None], rows: dict[str, int] | None = None) -> dict[str, Entry]:
    made = {}
    for key, age in ages.items():
        made[key] = Entry(
            kind="prices",
            file="",
            sha256="",
            rows=(rows or {}).get(key, 100),
            first="",
            last="",
            source="yahoo",
            source_id=key,
            via="yfinance",
            fetched_at=NOW,
            checked_at=NOW,
            versions={},
            compared_at=None if age is None else NOW - dt.timedelta(days=age),
        )
    return made


def test_a_comparison_is_due_after_the_days_stated() -> None:
    ages = {"never": None, "late": 7, "tomorrow": -1, "young": 0}
    assert reconcile.due(entries(ages), NOW, 7) == {"never", "late", "tomorrow"}


def test_each_day_takes_its_share_longest_ago_and_cheapest_first() -> None:
    ages = {f"S{n:02}": 3 for n in range(20)} | {"old": 4}
    held = entries(ages, {"S05": 10, "S07": 20})
    assert reconcile.due(held, NOW, 7) == {"old", "S05", "S07"}
    # A second pull of the same day finds the share done.
    done = held | entries(dict.fromkeys(("old", "S05", "S07"), 0))
    assert reconcile.due(done, NOW, 7) == set()


def test_daily_pulls_compare_every_series_in_time() -> None:
    ages: dict[str, int | None] = {f"S{n:02}": n % 7 for n in range(60)}
    for _ in range(60):
        ages = {key: (age or 0) + 1 for key, age in ages.items()}
        assert max(age or 0 for age in ages.values()) <= 7
        ages |= dict.fromkeys(reconcile.due(entries(ages), NOW, 7), 0)
