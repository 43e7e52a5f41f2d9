"""The summary's section on the report's own history: words and charts for any panel, or none."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from rotation_lib.charts import history as charts
from rotation_lib.charts.figure import Figure
from rotation_lib.charts.table import Table
from rotation_lib.claims import load_ledger
from rotation_lib.cli import main
from rotation_lib.narrative import history as words
from rotation_lib.strength import Verdict
from rotation_lib.sweep.history import runs, since_when

MONTHS = pd.DatetimeIndex(["2020-01-31", "2021-06-30", "2022-11-30", "2023-04-28"]).as_unit("us")
VERDICTS = pd.DataFrame(
    {
        "first": ["cannot be tested", "holds", "holds", "does not hold"],
        "second": ["cannot be tested"] * 4,
        "third": ["holds in part", "holds", "holds in part", "holds in part"],
        "fourth": ["holds"] * 4,
    },
    index=MONTHS,
)
TITLES = {name: f"The {name} claim" for name in VERDICTS}
HELD: dict[str, Any] = {
    "draws": 200,
    "first": "2020-01-31",
    "data_through": "2026-07-31",
    "data_key": "0123456789abcdef",
    "params": {"small": "IWM", "large": "SPY", "tech": "QQQ", "start": "2010-01-04"},
}


def test_the_paragraph_counts_what_the_table_shows() -> None:
    text = words.section(since_when(VERDICTS), HELD, ())
    assert (
        "Of the 4 claims, 3 could be tested by at least one of these editions: one held in full"
        in text
    )
    assert "one held in full in every edition that could test it and one kept one verdict" in text
    assert text.startswith("## One of 3 claims kept one verdict in every edition")
    assert "in none" not in text
    assert "changed 2 times" in text
    assert "at most 200 resamples" in text
    assert "another version" not in text


@pytest.mark.parametrize(
    ("unlike", "said"),
    [(("data",), "of the data,"), (("data", "rules"), "of the data and rules,")],
)
def test_another_version_is_told_in_one_visible_sentence(
    unlike: tuple[str, ...], said: str
) -> None:
    text = words.section(since_when(VERDICTS), HELD, unlike)
    bold = text.split("**")[1]
    assert said in bold
    assert "31 July 2026" in bold
    assert "0123456789ab" in bold
    assert "rotation sweep --write" in bold
    assert bold.count(". ") == 0


@pytest.mark.parametrize(
    ("metadata", "unlike", "reason", "said"),
    [
        (HELD, ("parameters",), "", "IWM, SPY and QQQ from 4 January 2010"),
        (HELD, (), "", "begins with the edition of 31 January 2020"),
        ({}, (), "panel.parquet is not a readable panel.", "not a readable panel"),
    ],
)
def test_without_a_history_the_section_says_why(
    metadata: dict[str, Any], unlike: tuple[str, ...], reason: str, said: str
) -> None:
    empty = since_when(VERDICTS.iloc[:0, :0])
    text = words.section(empty, metadata, unlike, reason)
    assert text.startswith("## Verdicts of earlier editions")
    assert said in text
    nothing = runs(VERDICTS.iloc[:0, :0])
    assert charts.claims_over_time(nothing, {}, empty) is None
    assert charts.since_when(empty, {}, MONTHS[-1]) is None


def test_strips_follow_each_other_without_gaps() -> None:
    since = since_when(VERDICTS)
    figure = charts.claims_over_time(runs(VERDICTS), TITLES, since)
    assert isinstance(figure, Figure)
    assert figure.id == "summary.claims_over_time"
    assert (
        figure.title == "Two of 3 claims held in full in most of the editions that could test them"
    )
    main_rows = figure.data["main"]
    first = main_rows[main_rows["label"] == "The first claim"]
    assert first["until"].tolist()[:2] == first["from"].tolist()[1:]
    assert first["named"].tolist() == ["yes", "no", "no"]
    assert first["sign"].tolist() == ["?", "✓", "✕"]
    assert "28 April 2023" in figure.alt
    assert "third (2 changes)" in figure.alt
    figure.svg()


def test_colours_of_verdicts_differ_and_never_stand_alone() -> None:
    colours = [colour for colour, _, _ in charts.VERDICTS.values()]
    signs = [sign for _, _, sign in charts.VERDICTS.values()]
    assert len(set(colours)) == len(set(signs)) == len(Verdict)


def test_the_table_names_what_was_never_tested() -> None:
    table = charts.since_when(since_when(VERDICTS), TITLES, MONTHS[-1])
    assert isinstance(table, Table)
    rows = table.frame.set_index("Claim")
    assert rows.loc["The second claim", "First tested"] == "never"
    assert rows.loc["The second claim", "Held"] == "–"
    assert rows.loc["The first claim", "Since"] == "Apr 2023"
    assert rows.loc["The first claim", "Held"] == "67%"


def test_the_table_marks_where_the_ledger_says_otherwise() -> None:
    since = since_when(VERDICTS)
    same = dict(zip(since["id"], since["verdict"], strict=True))
    first = str(since["id"].iloc[0])
    for told, marked in ((same, False), (same | {first: "no such verdict"}, True)):
        table = charts.since_when(since, TITLES, MONTHS[-1], told)
        assert isinstance(table, Table)
        assert table.frame["Verdict"].str.endswith(" *").tolist()[0] is marked
        assert ("differs" in table.note) is marked


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        ([-1.0, -1.0], [1.0, 1.0], "no month told it from zero"),
        ([-1.0, 0.1], [1.0, 1.0], "excluded zero in 50% of months and now does;"),
        ([0.1, -1.0], [1.0, 1.0], "excluded zero in 50% of months and now does not;"),
    ],
)
def test_the_headline_says_whether_its_interval_excluded_zero(
    low: list[float], high: list[float], said: str
) -> None:
    frame = pd.DataFrame({"date": MONTHS[:2], "value": [0.5, 0.5], "low": low, "high": high})
    assert said in words.headline_title(frame)
    figure = charts.headline_over_time(frame, "percentage points", "Rate beta")
    assert isinstance(figure, Figure)
    assert "above zero" in figure.title
    assert charts.headline_over_time(frame.iloc[:1], "percentage points", "Rate beta") is None


def test_every_claim_of_the_ledger_fits_the_strips() -> None:
    ids = [claim.id for claim in load_ledger()]
    verdicts = pd.DataFrame({i: ["holds"] * 4 for i in ids}, index=MONTHS)
    titles = {claim.id: claim.title for claim in load_ledger()}
    figure = charts.claims_over_time(runs(verdicts), titles, since_when(verdicts))
    assert isinstance(figure, Figure)
    assert len(figure.data["main"]) == len(ids)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--every", "day"], "every = 'day'"),
        (["--draws", "many"], "draws = 'many'"),
        (["--out", "panel.csv"], "ends in .parquet"),
        (["-p", "small"], "NAME=VALUE"),
        (["-p", "end=2020-01-31"], "use --from and --to"),
        (["--write", "--every", "week"], "write = True"),
    ],
)
def test_the_command_refuses_in_one_line(
    arguments: list[str], part: str, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    monkeypatch.setattr(sys, "argv", ["rotation", "sweep", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert part in said.err
    assert said.err.count("\n") == 1
    assert not said.out


def test_the_command_prints_verdicts_and_the_file(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: Any,
    one_process: Callable[[], None],
) -> None:
    out = tmp_path / "panel.parquet"
    span = ["--every", "quarter", "--from", "2012-01-01", "--to", "2012-06-30"]
    monkeypatch.setattr(
        sys,
        "argv",
        ["rotation", "sweep", *span, "--chapter", "risks", "--draws", "40", "--out", str(out)],
    )
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert ended.value.code == 0
    assert out.is_file()
    assert "more-volatile" in said.out
    assert f"panel: {out} (2 editions" in said.out


@pytest.fixture
def one_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Sweeps compute in this process, and keep nothing in the project."""
    import rotation_lib.cli_sweep
    from rotation_lib.sweep import local

    inner = local.editions
    monkeypatch.setattr(local, "editions", lambda work, days, jobs: inner(work, days, 0))
    monkeypatch.setattr(rotation_lib.cli_sweep, "FOLDER", tmp_path)
