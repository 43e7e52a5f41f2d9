"""The history a report shows: runs of verdicts, since when, and the panel stored with the project."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_sweeps import plan_of, rows_of

from rotation_lib.params import ReportParams
from rotation_lib.project import THEMES
from rotation_lib.sources import Dataset
from rotation_lib.sweep.history import (
    STORED,
    History,
    judged_findings,
    rules_key,
    runs,
    since_when,
    stored_history,
    stored_rows,
)
from rotation_lib.sweep.panel import COLUMNS, read_panel, write_panel
from rotation_lib.sweep.plan import DRAWS, Plan
from rotation_lib.sweep.run import metadata

MONTHS = pd.DatetimeIndex(["2020-01-31", "2020-02-28", "2020-03-31", "2020-04-30"]).as_unit("us")
VERDICTS = pd.DataFrame(
    {
        "first": ["cannot be tested", "holds", "holds", "does not hold"],
        "second": ["cannot be tested"] * 4,
        "third": ["holds in part"] * 4,
    },
    index=MONTHS,
)


def test_runs_join_neighbouring_editions() -> None:
    found = runs(VERDICTS)
    assert found["editions"].tolist() == [1, 2, 1, 4, 4]
    assert found["verdict"].tolist()[:3] == ["cannot be tested", "holds", "does not hold"]
    assert found["first"].tolist()[1] == MONTHS[1]
    assert found["last"].tolist()[1] == MONTHS[2]


def test_since_when_counts_from_the_first_edition_that_could_test() -> None:
    table = since_when(VERDICTS).set_index("id")
    assert table["flips"].to_dict() == {"first": 1, "second": 0, "third": 0}
    assert table.loc["first", "since"] == MONTHS[3]
    assert table.loc["first", "tested"] == MONTHS[1]
    assert table.loc["first", "held"] == pytest.approx(2 / 3)
    assert pd.isna(table.loc["second", "tested"])
    assert table.loc["third", "held"] == 0.0


def panel_at(path: Path, dataset: Dataset, **changes: Any) -> Path:
    """A panel of two editions of one claim."""
    blank = dict.fromkeys(COLUMNS)
    rows = [
        blank | {"as_of": day, "kind": "claim", "id": "a", "verdict": verdict, "key": "k"}
        for day, verdict in ((date(2019, 12, 31), "holds"), (date(2020, 12, 31), "does not hold"))
    ]
    held = metadata(Plan(ReportParams(), (date(2019, 12, 31), date(2020, 12, 31))), dataset)
    write_panel(path, rows, held | changes)
    return path


def test_a_report_sees_no_edition_after_its_day(
    dataset: Dataset, market_of: Any, tmp_path: Path
) -> None:
    path = panel_at(tmp_path / "panel.parquet", dataset)
    for options in ({"end": "2020-06-30"}, {"end": "2020-06-30", "as_of": "2026-06-30"}):
        shown = stored_history(market_of(**options), path)
        assert shown.verdicts["a"].tolist() == ["holds"]
        assert shown.unlike == ()
    assert len(stored_history(market_of(end="2019-06-28"), path).panel) == 0


def test_a_panel_made_otherwise_says_so(dataset: Dataset, market_of: Any, tmp_path: Path) -> None:
    path = panel_at(tmp_path / "panel.parquet", dataset, data_key="old", rules_key="old")
    shown = stored_history(market_of(), path)
    assert shown.unlike == ("data", "rules")
    assert len(shown.since) == 1
    other = stored_history(market_of(small="IJR"), path)
    assert other.unlike[0] == "parameters"
    assert other.since.empty
    assert stored_history(market_of(), tmp_path / "none.parquet").reason


def stored() -> tuple[History, pd.DataFrame]:
    frame, held = read_panel(STORED)
    return History(frame, held), frame


def test_the_stored_panel_is_small_and_the_default_one(dataset: Dataset) -> None:
    history, frame = stored()
    assert STORED.stat().st_size < 300_000
    plan = plan_of(dataset)
    held = history.metadata
    message = "data or rules have changed since: run 'rotation sweep --write'"
    assert held["data_key"] == dataset.provenance["data_sha256"], message
    assert held["rules_key"] == rules_key(), message
    assert held["draws"] == DRAWS
    assert held["chapters"] == list(THEMES)
    assert tuple(d.date() for d in history.verdicts.index) == plan.days
    wanted = set(judged_findings())
    assert set(frame.loc[frame["kind"] == "finding", "id"]) == wanted


@pytest.mark.slow
@pytest.mark.parametrize("day", [date(2012, 3, 30), date(2024, 9, 30)])
def test_the_stored_panel_is_what_the_studies_measure(dataset: Dataset, day: date) -> None:
    _, frame = stored()
    again = pd.DataFrame(stored_rows(rows_of(dataset, plan_of(dataset), day)))
    held = frame[frame["as_of"] == pd.Timestamp(day)].reset_index(drop=True)
    message = f"the edition of {day} has changed: run 'rotation sweep --write'"
    assert held["id"].tolist() == again["id"].tolist(), message
    assert held["verdict"].fillna("").tolist() == again["verdict"].fillna("").tolist(), message
    for column in ("value", "low", "high"):
        np.testing.assert_allclose(
            held[column].to_numpy(dtype=float),
            again[column].to_numpy(dtype=float),
            rtol=1e-6,
            atol=1e-9,
            err_msg=message,
        )
