"""Frames about data, against the files themselves, and the words said of them."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pyarrow.parquet as pq
import pytest

from rotation_lib.charts import methods as charts
from rotation_lib.market import Market
from rotation_lib.narrative import methods as words
from rotation_lib.params import ReportParams
from rotation_lib.project import DATA, SNAPSHOT
from rotation_lib.prose.markdown import Prose
from rotation_lib.sources import Dataset
from rotation_lib.studies import holdings, records


def _all(market: Market) -> tuple[str, ...]:
    """Every series that the snapshot holds."""
    return tuple(s for s, e in market.catalog.series.items() if e.embed != "no")


# -- coverage, against the files themselves -------------------------------------------------


def _raw_returns() -> pd.DataFrame:
    frame = pq.read_table(SNAPSHOT / "total_returns.parquet").to_pandas()
    return frame.set_index("date")


def test_the_common_sample_is_what_the_file_holds(market: Market) -> None:
    raw = _raw_returns()
    sample = holdings.common_sample(market, _all(market))
    assert sample["value"].iloc[0] == len(raw) == 4169
    assert sample["value"].iloc[-1] == len(raw.dropna()) == 1956
    assert sample["symbols"].iloc[-1] == raw.shape[1] == 56
    # The parts add up to the total, as a waterfall must.
    assert sample["value"].iloc[:-1].sum() == sample["value"].iloc[-1]
    psci = sample[sample["label"].str.startswith("Small-cap industrials")]
    assert psci["value"].item() == -65
    assert psci["label"].item() == "Small-cap industrials (PSCI), from April 2010"


def test_symbols_listed_throughout_cost_nothing(market: Market) -> None:
    sample = holdings.common_sample(market, ["IWM", "SPY", "QQQ", "^RUT", "CPIAUCSL"])
    assert sample["value"].tolist() == [4169, 4169]
    assert words.common_title(sample) == "All 3 symbols share all 4,169 sessions"


def test_stretches_of_returns(market: Market) -> None:
    frame = holdings.fund_stretches(market, ["IWM", "SPY", "META", "^RUT", "CPIAUCSL"])
    rows = {
        (r.kind, r.symbols): (str(r.start.date()), str(r.end.date())) for r in frame.itertuples()
    }
    assert rows == {
        ("total return", "IWM, SPY"): ("2010-01-04", "2026-07-31"),
        ("total return", "META"): ("2012-05-21", "2026-07-31"),
        ("price return", "IWM, SPY"): ("2010-01-04", "2026-05-01"),
        ("price return", "META"): ("2016-06-29", "2026-07-31"),
        ("price return", "^RUT"): ("2010-01-04", "2026-07-31"),
    }
    title = words.funds_title(frame, market)
    assert title == "2 of 3 symbols have a total return on every session of the window"
    assert holdings.fund_stretches(market, ["CPIAUCSL"]).empty


def test_no_two_rows_of_the_chart_share_a_name(market_of: Callable[..., Market]) -> None:
    for dates in ({}, {"start": "2015-01-02", "end": "2018-12-31"}, {"start": "2026-04-20"}):
        market = market_of(**dates)
        frame = holdings.fund_stretches(market, _all(market))
        assert not frame["label"].duplicated().any()


@pytest.mark.parametrize(
    ("series_id", "name"),
    [
        ("TSLA", "Tesla (TSLA)"),
        ("^NDX", "Nasdaq 100 (index, ^NDX)"),
        ("CFNAI", "CFNAI"),
        ("MDY", "S&P 400 (MDY)"),
    ],
)
def test_names(market: Market, series_id: str, name: str) -> None:
    assert holdings.name_of(market.catalog[series_id]) == name


def test_macro_ends_and_holes(market: Market) -> None:
    frame = holdings.macro_stretches(market, _all(market))
    early = holdings.ends_early(frame, market).set_index("series_id")["end"]
    # Corporate profits of the second quarter appear in August: not late, though a quarter is missing.
    assert set(early.index) == {"DRTSCIS", "CFNAI", "BUSLOANS", "ANFCI", "STLFSI4"}
    assert str(early["CFNAI"].date()) == "2025-09-30"
    torn = holdings.holes(frame)
    assert set(torn["series_id"]) == {"CPIAUCSL", "CPILFESL", "UNRATE"}
    spans = {(str(r.start.date()), str(r.end.date())) for r in torn.itertuples()}
    assert spans == {("2025-10-01", "2025-10-31")}
    text = words.macro_paragraph(holdings.ends_early(frame, market), torn)
    assert "CFNAI in September 2025" in text
    assert "(October 2025)" in text


def test_a_window_without_trouble_says_so(market_of: Callable[..., Market]) -> None:
    market = market_of(start="2015-01-02", end="2019-12-31")
    frame = holdings.macro_stretches(market, ["CPIAUCSL", "CFNAI", "DGS2", "NFCI", "CP"])
    early, torn = holdings.ends_early(frame, market), holdings.holes(frame)
    assert early.empty
    assert torn.empty
    title = words.macro_title(early, torn, 5)
    assert title == "All 5 macro series run through the window without a hole"


# -- publication --------------------------------------------------------------------------


def test_lags_count_from_the_end_of_the_period(market: Market) -> None:
    ids = ["UNRATE", "TLMFGCONS", "DGS2", "DRTSCILM", "USREC", "CFNAI"]
    lags = holdings.publication_lags(market, [*ids, "IWM"]).set_index("series_id")
    # Unemployment of September 2025 came out on 20 November, 51 days after the month's end.
    assert lags.loc["UNRATE", ["value", "low", "high"]].tolist() == [8, 8, 51]
    assert lags.loc["UNRATE", "longest"] == pd.Timestamp("2025-09-01")
    assert lags.loc["DRTSCILM", "value"] == -55
    assert lags.loc["DGS2", ["value", "low", "high"]].tolist() == [1, 1, 4]
    assert math.isnan(lags.loc["USREC", "value"])
    assert "IWM" not in lags.index
    rows = words.basis_rows(lags.reset_index()).set_index("Series")["By lag alone"]
    assert rows["Recession (USREC)"] == "refused"
    assert rows["CFNAI (CFNAI)"] == "approximate"
    assert rows["2-year yield (DGS2)"] == "yes"


def test_words_on_lags(market: Market) -> None:
    lags = holdings.publication_lags(market, ["UNRATE", "TLMFGCONS", "DRTSCILM"])
    assert words.lags_title(lags) == (
        "Half of the macro series are known within 8 days of the period’s end, the slowest "
        "(factory construction) after 33 days"
    )
    text = words.lags_paragraph(lags)
    assert "Known before their period ends: Lending standards." in text
    assert "factory construction for September 2025: 113 days" in text
    early = words.lags_title(lags.assign(value=[-55.0, 0.0, 33.0]))
    assert early.startswith("Half of the macro series are known at once of")


def test_basis_is_told_for_both_modes(market: Market, market_of: Callable[..., Market]) -> None:
    used = ["DGS2", "UNRATE", "USREC"]
    lags = holdings.publication_lags(market, used)
    assert set(lags["basis"]) == {"latest"}
    assert "last revised" in words.basis_sentence(market, lags)
    assert words.basis_rows(lags)["In this report"].tolist() == ["as last revised"] * 3
    past = market_of(as_of="2020-06-30")
    lags = holdings.publication_lags(past, used)
    assert words.basis_sentence(past, lags) == (
        "This report shows only what had been published by 30 June 2020. By publication lag, with "
        "the values of the latest revision: DGS2 and UNRATE. Left out, because no lag tells what was "
        "known: USREC."
    )
    assert words.basis_summary(past, lags) == (
        "This report shows only what had been published by 30 June 2020. Of 3 macro series, 2 by "
        "publication lag, with the values of the latest revision and 1 left out, because no lag "
        "tells what was known."
    )
    assert words.basis_rows(lags)["In this report"].tolist() == [
        "publication lag",
        "publication lag",
        "left out",
    ]


# -- faults -------------------------------------------------------------------------------


def test_every_recorded_fault_of_the_window_is_shown(market: Market) -> None:
    known = tomllib.loads((DATA / "quality.toml").read_text(encoding="utf-8"))["known"]
    frame = records.faults(market)
    assert len(frame) == len(known)
    assert records.fault_groups(frame)["count"].sum() == len(known)
    worst = records.gaps_to_witness(frame).iloc[0]
    # IJS fell 4.16% after its bad print, while its twin rose 5.46%.
    assert (worst["symbol"], worst["when"]) == ("IJS", "2020-03-17")
    assert worst["value"] == pytest.approx(-0.0962, abs=1e-9)


def test_faults_outside_the_window_are_left_out(market_of: Callable[..., Market]) -> None:
    frame = records.faults(market_of(start="2011-01-03", end="2012-12-31"))
    assert "2010" not in set(frame["when"])
    assert frame["when"].min() == "2011-04-29"
    assert frame["when"].max() == "2012-12-24"
    # A fault recorded for a whole year belongs to any window that touches it.
    assert "2010" in set(records.faults(market_of(start="2010-06-01", end="2010-12-31"))["when"])


def test_a_source_without_a_record_of_faults(dataset: Dataset) -> None:
    bare = {k: v for k, v in dataset.provenance.items() if k != "anomalies"}
    market = Market.from_dataset(replace(dataset, provenance=bare), ReportParams())
    frame = records.faults(market)
    assert frame.empty
    assert words.faults_heading(frame).startswith("No fault")
    gaps = charts.gaps(records.gaps_to_witness(frame), market)
    assert isinstance(gaps, Prose)
    assert isinstance(charts.faults_table(records.fault_groups(frame), market), Prose)


def test_only_faults_of_series_held_travel_with_the_data(dataset: Dataset) -> None:
    held = dataset.provenance
    assert {a["symbol"] for a in held["anomalies"]} <= set(held["series"])
    assert all(a["what"] and a["treatment"] for a in held["anomalies"])
