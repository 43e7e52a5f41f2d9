"""The embedded snapshot: exact content, refusal of damage, nothing forbidden inside."""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path

import pandas as pd
import pytest

from rotation_lib.catalog import load_catalog
from rotation_lib.errors import SnapshotError
from rotation_lib.project import DATA, SNAPSHOT
from rotation_lib.sources import Dataset
from rotation_lib.sources.quality import load_quality
from rotation_lib.sources.snapshot import FILES, MANIFEST, SnapshotSource, manifest_digest
from rotation_lib.sources.verify import verify_snapshot


@pytest.mark.parametrize(
    ("symbol", "growth"),
    # Last over first adjusted close, 2009-12-31 to 2026-07-31, of the prices it was made from.
    [("SPY", 8.982183549700473), ("QQQ", 17.344714), ("IWM", 5.822692)],
)
def test_growth_survives_rounding(dataset: Dataset, symbol: str, growth: float) -> None:
    assert (1 + dataset.total_returns[symbol]).prod() == pytest.approx(growth, rel=1e-4)


@pytest.mark.parametrize(
    ("kind", "day", "symbol", "value"),
    [
        ("total_returns", "2025-04-09", "SPY", 0.105019),
        ("total_returns", "2020-03-16", "IJS", -0.035843),
        ("total_returns", "2020-03-16", "IWM", -0.132669),
        ("price_returns", "2025-04-09", "^GSPC", 0.095154),
        ("price_returns", "2020-03-16", "^RUT", -0.142720),
        ("price_returns", "2016-11-11", "NVDA", 0.301775),
    ],
)
def test_known_returns(dataset: Dataset, kind: str, day: str, symbol: str, value: float) -> None:
    assert getattr(dataset, kind).loc[day, symbol] == value


def test_frames_have_the_promised_form(dataset: Dataset) -> None:
    for frame in (dataset.total_returns, dataset.price_returns):
        assert frame.shape[0] == 4169
        assert frame.index.name == "date"
        assert str(frame.index.dtype) == "datetime64[us]"
        assert frame.index[0] == pd.Timestamp("2010-01-04")
        assert set(frame.dtypes.astype(str)) == {"float64"}
    assert not {"^RUT", "^NDX", "^GSPC", "^VIX"} & set(dataset.total_returns)
    assert "^VIX" not in dataset.price_returns
    assert {"^RUT", "^NDX", "^GSPC"} <= set(dataset.price_returns)
    rows = dataset.observations
    assert list(rows) == ["series_id", "date", "value"]
    assert rows.equals(rows.sort_values(["series_id", "date"]))
    assert str(rows["date"].dtype) == "datetime64[us]"


def test_a_listing_begins_with_nan(dataset: Dataset) -> None:
    meta = dataset.total_returns["META"]
    assert meta.first_valid_index() == pd.Timestamp("2012-05-21")
    assert meta.loc[:"2012-05-18"].isna().all()
    assert dataset.total_returns["MDY"].last_valid_index() == pd.Timestamp("2026-04-01")
    assert dataset.price_returns["IWM"].last_valid_index() == pd.Timestamp("2026-05-01")


@pytest.mark.parametrize(
    ("series_id", "day", "value"),
    [("UNRATE", "2020-04-01", 14.8), ("DGS2", "2024-09-18", 3.61), ("DFEDTARU", "2024-09-19", 5.0)],
)
def test_known_observations(dataset: Dataset, series_id: str, day: str, value: float) -> None:
    rows = dataset.observations
    found = rows[(rows["series_id"] == series_id) & (rows["date"] == day)]["value"]
    assert found.tolist() == [value]


def test_no_observation_for_the_month_never_collected(dataset: Dataset) -> None:
    rows = dataset.observations
    october = rows[rows["date"] == "2025-10-01"]["series_id"]
    assert not {"CPIAUCSL", "CPILFESL", "UNRATE"} & set(october)
    assert "PAYEMS" in set(october)


def test_decisions(dataset: Dataset) -> None:
    rows = dataset.decisions.set_index("decision_date")
    cut = rows.loc["2024-09-18"]
    assert (cut["upper_before"], cut["upper_after"], cut["change_bp"]) == (5.5, 5.0, -50.0)
    assert rows.loc["2020-03-15", "reaction_session"] == pd.Timestamp("2020-03-16")
    assert not rows.loc["2020-03-15", "scheduled"]
    assert rows.index.max() == pd.Timestamp("2026-07-29")
    cuts = rows[rows["scheduled"] & (rows["change_bp"] < 0)]
    assert len(cuts) == 9


def test_events_say_how_well_founded_they_are(dataset: Dataset) -> None:
    rows = dataset.events.set_index("date")
    assert rows.loc["2013-06-19", "evidence"] == "date from general knowledge"
    assert rows.loc["2017-12-02", "reaction_session"] == pd.Timestamp("2017-12-04")
    assert rows.loc["2020-08-27", "calendar_check"] == "Thursday, usually a Friday, a session"
    assert rows.loc["2025-08-22", "calendar_check"] == "Friday, as usual, a session"
    assert rows.loc["2025-08-22", "iwm_return"] == pytest.approx(0.0392, abs=5e-5)
    assert rows.loc["2025-04-09", "spy_percentile"] == pytest.approx(4167 / 4169, abs=1e-4)
    assert dataset.events["reaction_session"].isin(dataset.total_returns.index).all()
    words = " ".join(dataset.events["evidence"] + dataset.events["calendar_check"])
    assert not re.search(r"\b(verified|confirmed)\b", words)


def test_company_facts(dataset: Dataset) -> None:
    facts = dataset.fundamentals
    amazon = facts[(facts["ticker"] == "AMZN") & (facts["period"] == "annual")]
    assert amazon["end"].max() == pd.Timestamp("2025-12-31")
    splits = {(r.ticker, f"{r.date:%Y-%m-%d}"): r.ratio for r in dataset.splits.itertuples()}
    assert len(splits) == 8
    assert splits["GOOGL", "2022-07-18"] == 20.0


def test_the_catalog_allows_all_that_is_embedded_and_hashes_hold() -> None:
    assert verify_snapshot(load_catalog()) == ()


def test_no_column_holds_a_price_level(dataset: Dataset) -> None:
    """A level would be positive and far from zero; a return is small and changes its sign."""
    for frame in (dataset.total_returns, dataset.price_returns):
        assert (frame.min() < 0).all()
        assert (frame.abs().median() < 0.05).all()
        assert (frame.abs().max() < 1).all()
    priced = set(load_catalog().select(kind=("fund", "stock", "index")))
    assert not priced & set(dataset.observations["series_id"])
    for name in ("events", "decisions", "cpi_releases", "splits"):
        columns = set(getattr(dataset, name).columns)
        assert not columns & {"open", "high", "low", "close", "adjusted", "price", "volume"}
    manifest = json.loads((SNAPSHOT / MANIFEST).read_text(encoding="utf-8"))
    held = {"first", "last", "count", "sha256", "content", "publisher", "source", "licence"}
    for block in manifest["series"].values():
        assert set(block) <= held | {"price_returns"}
        assert set(block.get("price_returns", {})) <= {"first", "last", "count", "sha256"}


def test_the_folder_is_small_and_holds_nothing_else() -> None:
    names = {p.name for p in SNAPSHOT.iterdir()}
    assert names == {*FILES, MANIFEST}
    assert sum(p.stat().st_size for p in SNAPSHOT.iterdir()) < 3_000_000


def test_loading_is_quick() -> None:
    SnapshotSource().load()
    best = min(_timed(SnapshotSource().load) for _ in range(3))
    assert best < 0.3


def _timed(call: object) -> float:
    begin = time.perf_counter()
    call()  # type: ignore[operator]
    return time.perf_counter() - begin


def test_provenance_names_each_series(dataset: Dataset) -> None:
    held = dataset.provenance
    assert held["source"] == "snapshot"
    assert held["data_through"] == "2026-07-31"
    assert held["base_close"] == "2009-12-31"
    assert held["taken_on"] == "2026-08-21"
    block = held["series"]["TLMFGCONS"]
    assert (block["first"], block["last"], block["count"]) == ("2002-01-01", "2026-06-01", 294)
    assert block["publisher"] == "US Census Bureau"
    assert len(held["data_sha256"]) == 64


def test_every_known_fault_is_in_the_data(dataset: Dataset) -> None:
    returns = pd.concat([dataset.price_returns, dataset.total_returns], axis=1)
    returns = returns.loc[:, ~returns.columns.duplicated(keep="last")]
    seen = 0
    for fault in load_quality().known:
        if fault.check in ("jump", "witness"):
            assert returns.loc[fault.when, fault.symbol] == pytest.approx(fault.value, abs=5e-4)
            seen += 1
            if fault.witness:
                other = returns.loc[fault.when, fault.witness]
                assert other == pytest.approx(fault.witness_value, abs=5e-4)
    assert seen > 25


def test_the_data_sheet_agrees_with_the_snapshot(dataset: Dataset) -> None:
    text = (DATA / "README.md").read_text(encoding="utf-8")
    kinds = {s: load_catalog()[s].kind for s in dataset.provenance["series"]}
    priced = [kinds[s] for s in dataset.price_returns]
    total = [kinds[s] for s in dataset.total_returns]
    assert f"{total.count('fund')} funds and {total.count('stock')} shares" in text
    assert (
        f"{priced.count('index')} indices, {priced.count('fund')} funds, "
        f"{priced.count('stock')} shares"
    ) in text
    assert f"{dataset.observations['series_id'].nunique()} macro series" in text
    assert f"from 2010-01-04 to {dataset.provenance['data_through']}" in text
    assert load_catalog().notices["fred"] in text


# -- damage ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_one_flipped_byte_is_found_and_named(tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(SNAPSHOT, tmp_path / "snapshot")
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(bytes(content))
    with pytest.raises(SnapshotError) as caught:
        SnapshotSource(folder).load()
    message = str(caught.value)
    assert name in message
    assert "git checkout -- data/snapshot" in message
    assert "rotation data snapshot --from DIR" in message
    assert "\n" not in message


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(SNAPSHOT, tmp_path / "snapshot")
    (folder / name).unlink()
    with pytest.raises(SnapshotError, match=rf"{re.escape(name)} is missing: restore it"):
        SnapshotSource(folder).load()


def test_a_manifest_that_hides_a_file_is_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(SNAPSHOT, tmp_path / "snapshot")
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    del manifest["files"]["splits.csv"]
    manifest["manifest_sha256"] = manifest_digest(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(SnapshotError, match="another layout"):
        SnapshotSource(folder).load()
