"""The rate study in made-up worlds with known answers, and the chapter in hard windows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from chapter_cells import shown_by

from rotation_lib.findings import FindingSet
from rotation_lib.market import Market
from rotation_lib.params import ReportParams, report_params
from rotation_lib.sources import Dataset
from rotation_lib.studies.declared import measured
from rotation_lib.themes.rate_sensitivity import measures
from rotation_lib.themes.rate_sensitivity.measures import curves, cycles, decisions, states, weekly

T = "rate_sensitivity"
FIRST_CLOSE = pd.Timestamp("2009-12-31")
SESSIONS = 900
LINK = 0.04


@pytest.fixture(scope="module")
def linked(dataset: Dataset) -> Market:
    """Small caps answer every change of the 2-year yield with LINK, and to nothing else."""
    index = dataset.total_returns.index[:SESSIONS]
    rng = np.random.default_rng(7)
    change = rng.normal(0, 0.05, SESSIONS).round(3)
    level = pd.Series(5 + np.cumsum(change), index=index)
    large = rng.normal(0, 0.01, SESSIONS)
    made = dataset.total_returns.loc[index].copy()
    made["SPY"] = np.expm1(large)
    made["IWM"] = np.expm1(large + LINK * change + rng.normal(0, 1e-5, SESSIONS))
    rows = pd.DataFrame({"series_id": "DGS2", "date": index, "value": level.to_numpy()})
    start = pd.DataFrame({"series_id": ["DGS2"], "date": [FIRST_CLOSE], "value": [5.0]})
    others = dataset.observations[dataset.observations["series_id"] != "DGS2"]
    observations = pd.concat([others, start, rows]).sort_values(["series_id", "date"])
    world = replace(dataset, total_returns=made, observations=observations)
    return Market.from_dataset(world, ReportParams())


def test_a_planted_beta_is_found_in_every_form(linked: Market) -> None:
    made = FindingSet(measures.findings(linked))
    for name in (
        "beta_2y",
        "beta_2y_latest",
        "beta_2y_given_market",
        "beta_2y_rises",
        "beta_2y_falls",
    ):
        assert made[f"{T}.{name}"].value == pytest.approx(LINK, abs=2e-4)
    assert made[f"{T}.beta_2y_asymmetry"].value == pytest.approx(0, abs=2e-4)
    assert made[f"{T}.beta_2y_negative_share"].value == 0
    table = curves.grid(linked)
    mine = table[(table["yield"] == "2-year") & (table["pair"] == "IWM − SPY")]
    assert mine["value"].to_numpy() == pytest.approx(LINK, abs=2e-4)
    assert set(mine["sampling"]) == {
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "month-end",
        "daily",
    }


@pytest.mark.parametrize(("link", "certain"), [(-0.05, True), (0.0, False), (0.05, False)])
def test_family_p_answers_to_the_sign(dataset: Dataset, link: float, certain: bool) -> None:
    index = dataset.total_returns.index[:SESSIONS]
    rng = np.random.default_rng(5)
    made = dataset.total_returns.loc[index].copy()
    for symbol in ("SPY", "IJR", "RSP", "QQQ", "IWM"):
        made[symbol] = rng.normal(0, 0.01, SESSIONS)
    rows = dataset.observations[dataset.observations["series_id"] == "DGS2"].set_index("date")
    change = rows["value"].reindex(index).ffill().diff().fillna(0)
    made["IWM"] = np.expm1(np.log1p(made["SPY"]) + link * change + rng.normal(0, 0.002, SESSIONS))
    market = Market.from_dataset(replace(dataset, total_returns=made), ReportParams())
    p = {x.id: x.value for x in measured(market, [curves])}[f"{T}.beta_family_p"]
    assert p is not None and (p <= 0.005 if certain else p > 0.05)


def test_influences_average_to_the_slopes() -> None:
    market = Market.load(report_params(start="2019-01-02", end="2021-12-31"))
    w = weekly.weekly(market)
    frame = curves._influences([w])
    y, x = w.pair(["DGS2"])
    slope = np.polyfit(x["DGS2"], y, 1)[0]
    assert frame["IWM−SPY DGS2 whole window False"].mean() == pytest.approx(slope, abs=1e-10)


def test_groups_in_one_regression_equal_separate_regressions() -> None:
    rng = np.random.default_rng(3)
    index = pd.date_range("2015-01-02", periods=300, freq="W-FRI")
    x = pd.Series(rng.normal(size=300), index=index)
    groups = pd.Series(np.where(np.arange(300) % 3 == 0, "a", "b"), index=index)
    groups.iloc[:20] = ""
    groups.iloc[20:40] = "few"
    y = x * np.where(groups == "a", 2.0, -1.0) + rng.normal(size=300)
    table = weekly.by_group(y, x, groups)
    assert set(table.index) == {"a", "b"}
    for name in table.index:
        part = (groups == name).to_numpy()
        assert table.loc[name, "value"] == pytest.approx(np.polyfit(x[part], y[part], 1)[0])
        assert table.loc[name, "weeks"] == part.sum()


def with_decisions(dataset: Dataset, rows: list[tuple[str, bool, float]], **values: str) -> Market:
    table = pd.DataFrame(
        {
            "decision_date": pd.to_datetime([r[0] for r in rows]).astype("datetime64[us]"),
            "scheduled": [r[1] for r in rows],
            "lower_after": 0.0,
            "upper_after": 0.25,
            "upper_before": 0.25,
            "change_bp": [r[2] for r in rows],
        }
    )
    table["effective_date"] = table["reaction_session"] = table["decision_date"]
    return Market.from_dataset(replace(dataset, decisions=table), report_params(**values))


def test_policy_phases_last_six_months_from_a_decision_taken(dataset: Dataset) -> None:
    market = with_decisions(dataset, [("2018-03-21", True, 25), ("2019-07-31", True, -25)])
    days = pd.DatetimeIndex(["2018-03-20", "2018-03-21", "2018-09-19", "2018-09-20", "2019-08-01"])
    assert states.policy_phase(market, days).tolist() == [
        "holding",
        "hiking",
        "hiking",
        "holding",
        "cutting",
    ]


def test_legs_open_after_a_pause_of_more_than_100_days(dataset: Dataset) -> None:
    rows = [
        ("2012-01-04", True, -25),
        ("2012-04-12", True, -25),
        ("2012-07-23", False, -50),
        ("2013-01-03", True, 25),
    ]
    market = with_decisions(dataset, rows, start="2011-06-01", end="2013-12-31")
    table = cycles.legs(market)
    assert table["session"].dt.strftime("%Y-%m-%d").tolist() == ["2012-01-04", "2012-07-23"]
    assert table["cut_bp"].tolist() == [-50, -50]
    assert table["base"].iloc[0] == pd.Timestamp("2012-01-03")
    part = market.history.loc["2012-01-04":].iloc[:63]
    grown = (1 + part[["IWM", "SPY"]]).prod()
    assert cycles.outcomes(market)["quarter"].iloc[0] == pytest.approx(grown["IWM"] - grown["SPY"])
    assert cycles.paths(market)["Jan 2012"].iloc[63] == pytest.approx(grown["IWM"] - grown["SPY"])


def test_emergency_cuts_are_no_decision_days(dataset: Dataset) -> None:
    market = with_decisions(dataset, [("2012-01-04", False, -50), ("2012-03-14", True, -25)])
    days = decisions.decision_days(market)
    assert days["kind"].tolist() == ["cut"]
    finding = {x.id: x for x in measured(market, [decisions])}[f"{T}.cut_day_relative"]
    assert finding.low is None and "one day" in finding.method


def run_chapter(**values: Any) -> dict[str, Any]:
    """What the chapter shows, each as plain text."""
    shown = {c: v for c, v in shown_by(T, values).items() if v is not None}
    return {cell: value._repr_mimebundle_()["text/plain"] for cell, value in shown.items()}


@pytest.mark.parametrize(
    "values",
    [
        {"start": "2026-01-02", "end": "2026-07-31"},
        {"start": "2024-06-03", "end": "2024-10-01", "small": "IJR", "rolling_weeks": 520},
        {"start": "2012-01-03", "as_of": "2013-12-31", "large": "RSP", "tech": "XLK"},
    ],
    ids=["seven months", "four months", "as of 2013"],
)
def test_the_chapter_runs_in_hard_windows(values: dict[str, Any]) -> None:
    shown = run_chapter(**values)
    assert len(shown) > 30
    for name, text in shown.items():
        assert "nan" not in text.lower().split(), name
