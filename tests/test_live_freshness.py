"""A series that stopped says so: by the catalog's calendar, in the table, and on the pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from live_world import KEY, NOW, days, pull_of, recent, walk
from standin import Standin, serving
from test_live_optional import without

from rotation_lib.catalog import load_catalog
from rotation_lib.market import Market
from rotation_lib.narrative.provenance import source_list
from rotation_lib.params import report_params
from rotation_lib.sources import Dataset
from rotation_lib.sources.coverage import overdue
from rotation_lib.store.live import LiveSource
from rotation_lib.store.status import required_failures, status_rows

CATALOG = load_catalog()


@pytest.fixture
def server() -> Iterator[Standin]:
    with serving(NOW) as served:
        levels = 4 + walk(9, recent(200))["close"] / 1000
        served.macro["DGS10"] = pd.Series(levels.to_numpy(), index=recent(200))
        served.macro["DGS30"] = served.macro["DGS10"] + 0.5
        served.bars["MDY"] = walk(3, recent(200))
        yield served


@pytest.mark.parametrize("key", [None, KEY], ids=["csv", "key"])
def test_a_daily_series_that_stopped_sixty_sessions_ago(
    key: str | None, server: Standin, tmp_path: Path
) -> None:
    """Auramaur PR#128: it was 'unchanged' for ever."""
    server.macro["DGS10"] = server.macro["DGS10"].iloc[:-60]
    pull = pull_of(server, tmp_path, key=key)
    last, due = recent(200)[-61], recent(200)[-59]
    for _ in range(2):
        [attempt] = pull.run(["DGS10"])
        assert attempt.outcome == "stale"
        assert attempt.message == (
            f"ended, last {last:%Y-%m-%d}; the next value was due {due:%Y-%m-%d}"
        )
        assert attempt.ends == f"{last:%Y-%m-%d}"
    assert len(pull.store.read(pull.store.manifest()["DGS10"])) == 140
    assert required_failures([attempt]) == ["DGS10"]
    [row] = status_rows(pull.store, CATALOG, NOW, only=["DGS10"])
    assert row.next.endswith("; fetch again if its publisher goes on; the report needs it")
    source = LiveSource(pull.store)
    assert source._stale(source._read())["DGS10"]["since"] == f"{last:%Y-%m-%d}"


def test_a_fund_that_ended(server: Standin, tmp_path: Path) -> None:
    server.bars["MDY"] = server.bars["MDY"].iloc[:-60]
    [attempt] = pull_of(server, tmp_path).run(["MDY"])
    assert attempt.outcome == "stale"
    assert attempt.message == f"ended, last {recent(200)[-61]:%Y-%m-%d}, 60 sessions ago"


@pytest.mark.parametrize(
    ("series_id", "last", "today", "due"),
    [
        ("DGS10", "2026-08-14", "2026-08-25", None),
        ("DGS10", "2026-08-14", "2026-08-26", "2026-08-18"),
        ("ICSA", "2026-08-08", "2026-09-03", None),
        ("ICSA", "2026-08-08", "2026-09-04", "2026-08-20"),
        ("CPIAUCSL", "2026-06-01", "2026-09-21", None),
        ("CPIAUCSL", "2026-06-01", "2026-09-22", "2026-08-17"),
        # October 2025 was never published, and November on 18 December.
        ("CPIAUCSL", "2025-09-01", "2026-01-22", None),
        ("CPIAUCSL", "2025-09-01", "2026-01-23", "2025-12-18"),
        ("GDPC1", "2026-04-01", "2026-12-14", None),
        ("GDPC1", "2026-04-01", "2026-12-15", "2026-10-30"),
        ("DRTSCIS", "2021-01-01", "2026-08-25", "2021-05-06"),
        ("DFEDTAR", "2008-12-15", "2026-08-25", "2008-12-16"),
        ("USREC", "2020-01-01", "2026-08-25", None),
    ],
)
def test_a_value_is_overdue_by_the_catalog(
    series_id: str, last: str, today: str, due: str | None
) -> None:
    said = overdue(
        CATALOG[series_id], dt.date.fromisoformat(last), dt.date.fromisoformat(today), CATALOG
    )
    assert (None if said is None else f"{said}") == due


def test_a_group_names_the_one_that_ends_first(server: Standin, tmp_path: Path) -> None:
    server.macro["DGS30"] = server.macro["DGS30"].iloc[:-3]
    server.macro["CPIAUCSL"] = days({"2026-06-01": 329.0, "2026-07-01": 330.0})
    names = ["DGS10", "DGS30", "CPIAUCSL"]
    pull = pull_of(server, tmp_path)
    pull.run(names)
    [row] = status_rows(pull.store, CATALOG, NOW, only=names)
    assert row.series == "3: DGS10, DGS30, CPIAUCSL; the oldest: CPIAUCSL, 2026-07-01"
    assert row.last == "2026-08-25"


def test_the_pages_say_that_a_series_ended(dataset: Dataset) -> None:
    made = without(dataset, ())
    why = "ended, last 2021-01-01; the next value was due 2021-05-06"
    stale = {"DRTSCIS": {"since": "2021-01-01", "outcome": "stale", "why": why}}
    market = Market.from_dataset(
        replace(made, provenance=made.provenance | {"stale": stale}), report_params(source="live")
    )
    assert market.notes[-1] == (
        "Ended at the publisher, with the day of the last value: DRTSCIS (2021-01-01)."
    )
    page = source_list(market, ["DRTSCIS", "SPY"])
    assert f"**Stale:** DRTSCIS since 1 January 2021 ({why})." in page
