"""Writing a snapshot: the same bytes each time, bad input refused, the old one left alone."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from raw_source import RULES, TEXTS, macro, prices, save, write_source

from rotation_lib.catalog import load_catalog
from rotation_lib.errors import DataError, ParameterError
from rotation_lib.project import PROJECT_ROOT
from rotation_lib.sources import snapshot, snapshot_writer
from rotation_lib.sources.quality import Known, Witness
from rotation_lib.sources.snapshot import SnapshotSource
from rotation_lib.sources.snapshot_writer import write_snapshot
from rotation_lib.sources.verify import verify_snapshot

Spoil = Callable[[Path], object]
Change = Callable[[pd.DataFrame], pd.DataFrame | None]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_source(tmp_path / "raw data")


def _write(source: Path, out: Path, rules: object = RULES) -> snapshot_writer.SnapshotReport:
    return write_snapshot(source, out, load_catalog(), rules)  # type: ignore[arg-type]


def _bytes(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_writing_twice_gives_the_same_bytes(tmp_path: Path, source: Path) -> None:
    first = _write(source, tmp_path / "a")
    again = _write(source, tmp_path / "a")
    _write(source, tmp_path / "b")
    assert _bytes(tmp_path / "a") == _bytes(tmp_path / "b")
    assert (first.changed, again.changed) == (True, False)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b", "raw data"]


def test_what_is_written_is_what_was_given(tmp_path: Path, source: Path) -> None:
    report = _write(source, tmp_path / "out")
    data = SnapshotSource(tmp_path / "out").load()
    expected = (prices() / prices().shift(1) - 1).iloc[1:].drop(columns=["^GSPC", "^VIX"])
    pd.testing.assert_frame_equal(
        data.total_returns, expected[data.total_returns.columns].round(6), check_freq=False
    )
    assert list(data.price_returns) == ["IWM", "SPY", "^GSPC"]
    assert data.price_returns["IWM"].last_valid_index() == pd.Timestamp("2010-11-30")
    assert sorted(data.observations["series_id"].unique()) == sorted(
        set(macro()["series_id"]) - {"VIXCLS"}
    )
    assert data.decisions["decision_date"].dt.strftime("%Y-%m-%d").tolist() == [
        "2010-01-27",
        "2010-05-09",
    ]
    assert data.decisions["reaction_session"].iloc[1] == pd.Timestamp("2010-05-10")
    assert data.events["label"].tolist() == ["A speech, or two", "Announced on a holiday"]
    assert data.fundamentals["end"].max() == pd.Timestamp("2026-03-31")
    assert any("AMZN annual netIncome of 2026-06-30" in note for note in report.notes)
    assert (report.data_through, report.sessions, report.symbols) == ("2010-12-31", 252, 6)
    assert all("\n" not in line for line in report.lines())
    assert verify_snapshot(load_catalog(), tmp_path / "out") == ()


def _spoil_prices(change: Change) -> Spoil:
    def spoil(folder: Path) -> None:
        frame = prices()
        result = change(frame)
        save(folder, frame if result is None else result)

    return spoil


def _set(day: str, symbol: str, factor: float) -> Spoil:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[day, symbol] *= factor

    return _spoil_prices(change)


def _hold(first: str, last: str) -> Spoil:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[first:last, "QQQ"] = frame.loc[first, "QQQ"]

    return _spoil_prices(change)


def _text(name: str, old: str, new: str) -> Spoil:
    def spoil(folder: Path) -> None:
        assert old in TEXTS[name]
        (folder / name).write_text(TEXTS[name].replace(old, new, 1), encoding="utf-8")

    return spoil


def _event(dates: str) -> Spoil:
    """The announcement of Christmas Eve, with other dates of itself and of the reaction."""
    return _text("events.csv", "2010-12-24,2010-12-27", dates)


def _decision(figures: str) -> Spoil:
    """The first decision, with other figures of its range and change."""
    return _text("fomc_decisions.csv", "27,True,0.0,0.25,0.25,0.0", f"27,True,{figures}")


def _macro(change: Change) -> Spoil:
    def spoil(folder: Path) -> None:
        changed = change(macro())
        assert changed is not None
        changed.to_parquet(folder / "macro.parquet")

    return spoil


BAD_INPUT: dict[str, tuple[Spoil, str]] = {
    "no prices": (lambda f: (f / "prices_close.parquet").unlink(), "is missing"),
    "not Parquet": (lambda f: (f / "macro.parquet").write_bytes(b"PAR?"), "not a readable Parquet"),
    "zero price": (_set("2010-03-01", "IWM", 0.0), "prices_adjusted_close.parquet is not usable"),
    "jump": (_set("2010-03-01", "IWM", 1.4), "IWM 2010-03-01: jump"),
    "gap": (_set("2010-03-01", "IWM", np.nan), "IWM has no close on 2010-03-01"),
    "session left out": (
        _spoil_prices(lambda f: f.drop(pd.Timestamp("2010-03-01"))),
        "2010-03-01 is a session without a row",
    ),
    "no session": (
        _spoil_prices(lambda f: f.rename({pd.Timestamp("2010-03-01"): pd.Timestamp("2010-02-28")})),
        "2010-02-28 is no session",
    ),
    "day twice": (
        _spoil_prices(lambda f: pd.concat([f, f.iloc[[-1]]])),
        "prices_adjusted_close.parquet is not usable",
    ),
    "late start": (_spoil_prices(lambda f: f.iloc[5:]), "must begin with the close before"),
    "unknown symbol": (
        _spoil_prices(lambda f: f.rename(columns={"PSCI": "PSCJ"})),
        "Series 'PSCJ' is not in data/catalog.toml",
    ),
    "required symbol": (_spoil_prices(lambda f: f.drop(columns="QQQ")), "are missing: QQQ"),
    "feed stopped": (_hold("2010-12-23", "2010-12-31"), "QQQ 2010-12-31: stale run"),
    "unknown macro": (
        _macro(lambda m: m.replace({"series_id": {"VIXCLS": "VIXCLOSE"}})),
        "'VIXCLOSE' is not in data/catalog.toml",
    ),
    "observation twice": (
        _macro(lambda m: pd.concat([m, m.tail(1)], ignore_index=True)),
        "macro.parquet is not usable",
    ),
    "month's end": (
        _macro(lambda m: m.assign(date=m["date"] + pd.Timedelta(days=30))),
        "must be dated by its first day",
    ),
    "wrong range": (
        _decision("0.0,0.5,0.25,25.0"),
        "the range of 2010-01-27 differs from DFEDTARU",
    ),
    "wrong change": (
        _decision("0.0,0.25,0.25,25.0"),
        "change_bp of 2010-01-27 is wrong",
    ),
    "bad date": (_text("events.csv", "2010-08-27,", "2010-08-32,"), "events.csv cannot be read"),
    "event on no session": (
        _event("2010-12-24,2010-12-25"),
        "2010-12-25 is not a session",
    ),
    "late reaction": (
        _event("2010-12-22,2010-12-27"),
        "more than one session late",
    ),
    "reaction before": (
        _event("2010-12-24,2010-12-23"),
        "events.csv is not usable",
    ),
    "release session": (
        _text("cpi_releases.csv", "2010-02-19,one", "2010-02-22,one"),
        "the reaction session of 2010-02-19 is wrong",
    ),
    "odd flag": (
        _text("mag7_fundamentals_sec.csv", "59248000000.0,0", "59248000000.0,2"),
        "derived must be one of",
    ),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_refused_and_harms_nothing(tmp_path: Path, source: Path, case: str) -> None:
    _write(source, tmp_path / "out")
    before = _bytes(tmp_path / "out")
    spoil, complaint = BAD_INPUT[case]
    spoil(source)
    with pytest.raises(DataError, match=re.escape(complaint)) as caught:
        _write(source, tmp_path / "out")
    assert "\n" not in str(caught.value)
    assert _bytes(tmp_path / "out") == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "raw data"]


def test_a_feed_that_only_repeats_is_refused_below_the_run_limit(
    tmp_path: Path, source: Path
) -> None:
    _hold("2010-12-28", "2010-12-31")(source)
    rules = RULES.model_copy(update={"limits": RULES.limits.model_copy(update={"stale_tail": 3})})
    with pytest.raises(DataError, match="QQQ did not move over the last 3 sessions"):
        _write(source, tmp_path / "out", rules)


def test_a_fault_that_is_listed_passes_only_with_its_value(tmp_path: Path, source: Path) -> None:
    frame = prices()
    frame.loc["2010-03-01":, "IWM"] *= 1.4
    save(source, frame)
    found = frame["IWM"].pct_change().loc["2010-03-01"]
    fault = {
        "symbol": "IWM",
        "check": "jump",
        "date": "2010-03-01",
        "what": "made up",
        "treatment": "kept",
    }
    rules = RULES.model_copy(
        update={
            "known": tuple(
                Known(**fault | {"check": check, "value": round(float(found), 4)})
                for check in ("jump", "price jump")
            )
        }
    )
    assert _write(source, tmp_path / "out", rules).sessions == 252
    wrong = tuple(k.model_copy(update={"value": 0.3}) for k in rules.known)
    with pytest.raises(DataError, match="IWM 2010-03-01: jump"):
        _write(source, tmp_path / "out", RULES.model_copy(update={"known": wrong}))


def test_a_fault_that_is_gone_is_told(tmp_path: Path, source: Path) -> None:
    gone = Known(
        symbol="IWM", check="jump", date="2010-03-01", value=0.4, what="x", treatment="kept"
    )
    report = _write(source, tmp_path / "out", RULES.model_copy(update={"known": (gone,)}))
    assert any("lists IWM 2010-03-01 (jump)" in note for note in report.notes)


def test_a_witness_that_disagrees_stops_the_writing(tmp_path: Path, source: Path) -> None:
    pair = Witness(symbol="SPY", against="^GSPC", limit=0.03)
    with pytest.raises(DataError, match=r"SPY .*: witness .* \(\^GSPC"):
        _write(source, tmp_path / "out", RULES.model_copy(update={"witness": (pair,)}))


@pytest.mark.parametrize("step", ["_manifest_bytes", "_returns_parquet"])
def test_a_failure_while_writing_leaves_the_old_snapshot(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    _write(source, tmp_path / "out")
    before = _bytes(tmp_path / "out")
    monkeypatch.setattr(snapshot_writer, step, lambda *_: b"not what it should be")
    frame = prices()
    frame["SPY"] *= np.exp(np.linspace(0, 0.01, len(frame)))
    save(source, frame)
    with pytest.raises(Exception):  # noqa: B017 - any failure must leave the old data
        _write(source, tmp_path / "out")
    assert _bytes(tmp_path / "out") == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "raw data"]


def test_a_folder_with_more_than_a_snapshot_is_not_replaced(tmp_path: Path, source: Path) -> None:
    out = tmp_path / "a"
    _write(source, out)
    (tmp_path / "link").symlink_to(out)
    _write(source, tmp_path / "link")  # a link is followed, not replaced
    assert (tmp_path / "link").is_symlink()
    (out / "mine.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"it holds mine\.csv, which is no part of a snapshot"):
        _write(source, out)
    (out / "mine.csv").rename(tmp_path / "mine.csv")
    _write(source, out)
    (out / "manifest.json").write_text("damaged", encoding="utf-8")
    _write(source, out)
    other = tmp_path / "other"
    other.mkdir()
    (other / "manifest.json").write_text('{"name": "an application"}', encoding="utf-8")
    with pytest.raises(ParameterError, match=r"holds manifest\.json, which is no part of a snap"):
        _write(source, other)
    (other / "manifest.json").unlink()
    _write(source, other)


# -- killed, and read meanwhile ---------------------------------------------------------------


def test_whoever_is_killed_leaves_a_whole_snapshot(tmp_path: Path, source: Path) -> None:
    """Killed before each change of the file system; what is left over goes at the next run."""
    source.rename(tmp_path / "one")
    frame = prices()
    frame.loc["2010-03-01", "IWM"] *= 1.001
    save(write_source(tmp_path / "two"), frame)
    script = Path(__file__).with_name("killed_snapshots.py")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = [line.rsplit(" ", 1) for line in done.stdout.splitlines()]
    assert [line for line in done.stdout.splitlines() if line.startswith("left")] == (
        ["left one out two"] * 2
    )
    one_step = [what for where, what in lines if where.startswith("one step")]
    first = one_step.index("after")
    assert first > 3 and len(one_step) == first + 2
    assert one_step == ["before"] * first + ["after"] * (len(one_step) - first)
    two_steps = [what for where, what in lines if where.startswith("two steps")]
    # Where no system call exchanges names, the next run brings back what was away.
    assert two_steps.count("away") == 1 and two_steps[-1] == "after"
    assert set(two_steps) == {"before", "away", "after"}


def test_a_folder_of_somebodys_beside_a_snapshot_stays(tmp_path: Path, source: Path) -> None:
    for name in (".out.new-holidays-2026", ".out-12345678", "out.new-12345678"):
        (tmp_path / name).mkdir()
    _write(source, tmp_path / "out")
    assert len(list(tmp_path.iterdir())) == 5


def test_a_reader_sees_one_snapshot_while_another_takes_its_place(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    first = _write(source, out).data_sha256
    frame = prices()
    frame.loc["2010-03-01", "IWM"] *= 1.001
    save(source, frame)
    read, left = snapshot._read, ["macro"]

    def meanwhile(folder: Path, name: str) -> bytes:
        if name == "fundamentals.csv" and left:
            left.clear()
            _write(source, out)
        return read(folder, name)

    monkeypatch.setattr(snapshot, "_read", meanwhile)
    seen = SnapshotSource(out).load().provenance["data_sha256"]
    assert seen == SnapshotSource(out).load().provenance["data_sha256"] != first


def test_git_sees_nothing_of_what_killed_writers_leave() -> None:
    left = ["data/.snapshot.new-a1b2c3d4/new/manifest.json", "data/.snapshot.lock"]
    done = subprocess.run(
        ["git", "check-ignore", *left],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == left
