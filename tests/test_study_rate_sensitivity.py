"""The rate study: fixed findings recomputed from the Parquet files, and real events by hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from rotation_lib.findings import FindingSet
from rotation_lib.market import Market
from rotation_lib.params import report_params
from rotation_lib.project import SNAPSHOT
from rotation_lib.studies.declared import measured
from rotation_lib.themes.rate_sensitivity import measures
from rotation_lib.themes.rate_sensitivity.measures import (
    abnormal,
    capital,
    cycles,
    decisions,
    jackson_hole,
    september,
    stability,
)

T = "rate_sensitivity"
OTHER = {"start": "2015-01-02", "end": "2023-12-29"}
FIRST_CLOSE = pd.Timestamp("2009-12-31")


@lru_cache(maxsize=8)
def found(**values: str) -> FindingSet:
    return FindingSet(measures.findings(Market.load(report_params(**values))))


# -- independent figures: only pandas and numpy on the files ------------------------------


@lru_cache(maxsize=1)
def returns() -> pd.DataFrame:
    table = pq.read_table(SNAPSHOT / "total_returns.parquet").to_pandas()
    table.index = pd.to_datetime(table.pop("date")) if "date" in table else table.index
    return table / 1_000_000


@lru_cache(maxsize=1)
def yields() -> pd.DataFrame:
    table = pq.read_table(SNAPSHOT / "observations.parquet").to_pandas()
    table["series_id"] = table["series_id"].astype(str)
    table = table[table["series_id"].isin(["DGS2", "DGS10"])]
    table["date"] = pd.to_datetime(table["date"])
    return table.pivot(index="date", columns="series_id", values="value")


@lru_cache(maxsize=4)
def weeks_by_hand(start: str, end: str) -> pd.DataFrame:
    """Walk the calendar Friday by Friday."""
    daily = returns()
    closes = [FIRST_CLOSE, *daily.index]
    base = max(c for c in closes if c < pd.Timestamp(start))
    wealth = {
        s: pd.Series(np.r_[1.0, np.cumprod(1 + daily[s])], index=closes) for s in ("IWM", "SPY")
    }
    friday = base + pd.Timedelta(days=(4 - base.weekday()) % 7)
    known, ends = set(closes), []
    while friday <= pd.Timestamp(end):
        day = friday
        while day not in known:  # a holiday Friday: step back to the last close
            day -= pd.Timedelta(days=1)
        ends.append(day)
        friday += pd.Timedelta(days=7)
    frame = pd.DataFrame(index=ends)
    for symbol in wealth:
        frame[symbol] = np.log(wealth[symbol].loc[ends].to_numpy())
    for name, column in yields().items():
        quoted = column.dropna()
        frame[name] = [quoted.loc[:day].iloc[-1] for day in ends]
    change = frame.diff().iloc[1:]
    change["relative"] = change["IWM"] - change["SPY"]
    return change


def slope_by_hand(y: np.ndarray, x: np.ndarray, lags: int = 4) -> tuple[float, float]:
    """Slope and Newey-West standard error from the textbook sums."""
    design = np.column_stack([np.ones(len(x)), x])
    coefficients, *_ = np.linalg.lstsq(design, y, rcond=None)
    scores = design * (y - design @ coefficients)[:, None]
    middle = scores.T @ scores
    for lag in range(1, lags + 1):
        cross = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / (lags + 1)) * (cross + cross.T)
    bread = np.linalg.inv(design.T @ design)
    return float(coefficients[1]), float(np.sqrt((bread @ middle @ bread)[1, 1]))


@pytest.mark.parametrize("window", [{}, OTHER], ids=["default", "2015-2023"])
@pytest.mark.parametrize(("name", "rate"), [("beta_2y", "DGS2"), ("beta_10y", "DGS10")])
def test_betas_equal_the_sums_by_hand(window: dict[str, str], name: str, rate: str) -> None:
    from scipy.stats import t

    week = weeks_by_hand(window.get("start", "2010-01-04"), window.get("end", "2026-07-31"))
    slope, error = slope_by_hand(week["relative"].to_numpy(), week[rate].to_numpy())
    finding = found(**window)[f"{T}.{name}"]
    assert finding.value == pytest.approx(slope, abs=1e-9)
    assert finding.n == len(week)
    half = float(t.ppf(0.975, len(week) - 2)) * error
    assert finding.low == pytest.approx(slope - half, abs=1e-8)
    assert finding.high == pytest.approx(slope + half, abs=1e-8)


@pytest.mark.parametrize("window", [{}, OTHER], ids=["default", "2015-2023"])
def test_latest_beta_is_that_of_the_last_104_weeks(window: dict[str, str]) -> None:
    week = weeks_by_hand(window.get("start", "2010-01-04"), window.get("end", "2026-07-31")).iloc[
        -104:
    ]
    slope, _ = slope_by_hand(week["relative"].to_numpy(), week["DGS2"].to_numpy())
    finding = found(**window)[f"{T}.beta_2y_latest"]
    assert finding.value == pytest.approx(slope, abs=1e-9)
    assert finding.n == 104


def test_default_values_are_those_of_the_contract() -> None:
    f = found()
    assert f[f"{T}.beta_2y"].value == pytest.approx(0.005881, abs=2e-6)
    assert f[f"{T}.beta_10y"].value == pytest.approx(0.012438, abs=2e-6)
    assert f[f"{T}.beta_2y_latest"].value == pytest.approx(-0.030933, abs=2e-6)
    assert f[f"{T}.cut_day_relative"].value == pytest.approx(-0.003458, abs=2e-6)
    assert f[f"{T}.cut_day_relative"].n == 9


@pytest.mark.parametrize(("window", "count"), [({}, 9), (OTHER, 3)], ids=["default", "2015-2023"])
def test_cut_days_by_hand(window: dict[str, str], count: int) -> None:
    table = pd.read_csv(SNAPSHOT / "decisions.csv", parse_dates=["decision_date"])
    table = table[(table["scheduled"].astype(str).str.lower() == "true") & (table["change_bp"] < 0)]
    first, last = window.get("start", "2010-01-04"), window.get("end", "2026-07-31")
    days = table.loc[table["decision_date"].between(first, last), "decision_date"]
    daily = returns().loc[pd.DatetimeIndex(days)]
    lead = (daily["IWM"] - daily["SPY"]).to_numpy()
    finding = found(**window)[f"{T}.cut_day_relative"]
    assert len(lead) == count == finding.n
    assert finding.value == pytest.approx(lead.mean(), abs=1e-12)
    half = lead.std(ddof=1) / np.sqrt(count) * {9: 2.306004, 3: 4.302653}[count]
    assert finding.high == pytest.approx(lead.mean() + half, abs=1e-7)


def between(symbol: str, first: str, last: str) -> float:
    part = returns()[symbol]
    part = part[(part.index > first) & (part.index <= last)]
    return float((1 + part).prod() - 1)


def test_jackson_hole_and_the_cut_by_hand() -> None:
    f = found()
    assert f[f"{T}.jackson_hole_2025_day"].value == pytest.approx(
        between("IWM", "2025-08-21", "2025-08-22"), abs=1e-9
    )
    assert f[f"{T}.jackson_hole_2025_21d"].value == pytest.approx(
        between("IWM", "2025-08-21", "2025-09-22"), abs=1e-9
    )
    after = f[f"{T}.jackson_hole_2025_after21"]
    assert after.value == pytest.approx(between("IWM", "2025-08-22", "2025-09-23"), abs=1e-9)
    assert (after.n, after.low, after.high) == (21, None, None)
    since = f[f"{T}.since_september_2024_cut"]
    lead = between("IWM", "2024-09-17", "2026-07-31") - between("SPY", "2024-09-17", "2026-07-31")
    assert since.value == pytest.approx(lead, abs=1e-9)


def test_percentile_of_a_september_horizon_by_hand() -> None:
    growth = 1 + returns()[["IWM", "SPY"]].to_numpy()
    ends = [growth[i : i + 63].prod(axis=0) for i in range(len(growth) - 62)]
    leads = [small - large for small, large in ends]
    finding = found()[f"{T}.september_2024_large_63"]
    assert finding.percentile == pytest.approx(np.mean(np.array(leads) < finding.value), abs=1e-9)


def test_events_after_the_end_are_null_with_a_reason() -> None:
    f = found(**OTHER)
    for name in (
        "jackson_hole_2025_day",
        "jackson_hole_2025_21d",
        "jackson_hole_2025_after21",
        "since_september_2024_cut",
        "policy_change",
        "september_2024_family_p",
    ):
        finding = f[f"{T}.{name}"]
        assert finding.value is None
        assert "2023-12-29" in str(finding.reason)


def test_events_before_the_base_close_are_null_with_a_reason() -> None:
    f = found(start="2026-01-02", end="2026-07-31")
    assert "2025-12-31" in str(f[f"{T}.since_september_2024_cut"].reason)
    assert f[f"{T}.beta_2y"].value is None
    assert "52" in str(f[f"{T}.beta_2y"].reason)


@pytest.mark.parametrize("end", ["2024-09-16", "2024-09-17", "2024-09-18", "2024-09-19"])
def test_the_cut_is_known_from_its_own_day_on(end: str) -> None:
    market = Market.load(report_params(start="2024-01-02", end=end))
    known = end >= "2024-09-18"
    since = {f.id: f for f in measured(market, [september])}[f"{T}.since_september_2024_cut"]
    assert (since.value is not None) is known
    assert len(september.path(market, "SPY")) == {"2024-09-18": 1, "2024-09-19": 2}.get(end, 0)
    assert september.grid(market).empty is not known


def test_ids_are_unique_in_order_and_told_once() -> None:
    made = measures.findings(Market.load(report_params(start="2010-01-04", end="2012-12-31")))
    assert [x.id for x in made[:8]] == list(measures.FIXED)
    assert len({x.id for x in made}) == len(made)
    assert {x.id for x in made} == set(found())
    assert all(x.value is not None or x.reason for x in made)


def test_two_runs_agree() -> None:
    first, second = (Market.load(report_params(**OTHER)) for _ in range(2))
    assert measured(first, [decisions]) == measured(second, [decisions])
    assert measured(first, [stability]) == measured(second, [stability])


def test_surprise_is_the_change_from_the_last_quoted_day(market: Market) -> None:
    days = decisions.decision_days(market).set_index("date")
    quoted = market.macro("DGS2")
    assert days.loc["2024-09-18", "surprise"] == pytest.approx(
        quoted["2024-09-18"] - quoted["2024-09-17"]
    )
    assert len(days) == 132


def test_jackson_hole_remarks_and_windows(market: Market) -> None:
    table = jackson_hole.meetings(market).set_index("year")
    assert list(table.index) == list(range(2010, 2026))
    assert table.index[table["remark"] == "no chair speech"].tolist() == [2013, 2015]
    assert table.index[table["remark"] == "confounded"].tolist() == [2019]
    assert table.loc[2025, "after"] == pytest.approx(between("IWM", "2025-08-22", "2025-09-23"))
    assert table.loc[2025, "including"] == pytest.approx(between("IWM", "2025-08-21", "2025-09-22"))


def test_the_family_counts_what_it_tried(market: Market) -> None:
    table, tested = september.grid(market), september.family(market)
    assert tested is not None and tested.tried == len(table) == 72
    assert len(measures.specifications(market)["september-2024-cut-tailwind"]) == 72
    row = table[(table["label"] == "IWM − QQQ, 21 sessions from the close of the day")].iloc[0]
    closes = market.closes
    last = closes[closes.get_loc(pd.Timestamp("2024-09-18")) + 21].date().isoformat()
    lead = between("IWM", "2024-09-18", last) - between("QQQ", "2024-09-18", last)
    assert row["value"] == pytest.approx(lead)


def test_changes_since_the_cut_are_differences_of_what_was_quoted(market: Market) -> None:
    made = {x.id: x for x in measured(market, [capital])}
    ten = market.macro("DGS10")
    assert made[f"{T}.yield_10y_change"].value == pytest.approx(
        100 * (ten.iloc[-1] - ten.loc[:"2024-09-17"].iloc[-1])
    )
    assert made[f"{T}.policy_change"].value == -175
    daily = returns().loc["2024-09-18":]
    excess = daily["HYG"] - 0.4 * daily["IEF"] - 0.6 * daily["SHY"]
    assert made[f"{T}.credit_excess_since_cut"].value == pytest.approx((1 + excess).prod() - 1)


def test_as_of_hides_what_was_not_published() -> None:
    market = Market.load(report_params(as_of="2025-12-01"))
    assert market.macro("DRTSCILM").index[-1] == pd.Timestamp("2025-10-01")
    made = {x.id: x for x in measured(market, [capital])}
    assert made[f"{T}.lending_standards_change"].end == "2025-10-01"


def test_findings_name_series_of_the_catalog(market: Market) -> None:
    assert {s for x in found().values() for s in x.series} <= set(market.catalog.series)


def test_jackson_hole_is_measured_in_eighteen_ways(market: Market) -> None:
    made = {s.label: s.value for s in measures.specifications(market)["jackson-hole-4pct"]}
    assert len(made) == 18
    day = returns().loc["2025-08-22"]
    assert made["IWM, the day itself"] == pytest.approx(day["IWM"], abs=1e-12)
    led = made["IJR, the day itself, against large caps"]
    assert led == pytest.approx(day["IJR"] - day["SPY"], abs=1e-12)
    after = returns().loc["2025-08-25":"2025-09-23", "IWM"]
    assert len(after) == 21
    told = made["IWM, 21 sessions after the day"]
    assert told == pytest.approx(float((1 + after).prod() - 1), abs=1e-12)


def test_the_cost_of_money_is_measured_from_four_bases(market: Market) -> None:
    made = {s.label: s.value for s in measures.specifications(market)["cheaper-capital"]}
    found = {f.id.split(".")[1]: f.value for f in measures.findings(market)}
    assert len(made) == 20
    assert made["Fed target, since before the first cut"] == found["policy_change"]
    assert made["10-year yield, since before the first cut"] == found["yield_10y_change"]
    ten = market.yields["DGS10"].dropna()
    expected = 100 * (ten.iloc[-1] - ten.loc["2023-07-26"])
    assert made["10-year yield, since the last rise"] == pytest.approx(expected, abs=1e-9)


def test_a_window_before_the_event_leaves_its_specifications_empty(
    market_of: Callable[..., Market],
) -> None:
    early = measures.specifications(market_of(end="2023-12-29"))
    for name in ("jackson-hole-4pct", "cheaper-capital"):
        assert {s.value for s in early[name]} == {None}


def test_abnormal_returns_of_cuts_by_hand(market: Market) -> None:
    """The market model of each cut by least squares, then plain t and sign tests."""
    both = returns()[["IWM", "SPY"]].dropna()
    days = decisions.decision_days(market)
    sums = {1: [], 21: []}
    for day in days.loc[days["kind"] == "cut", "date"]:
        at = both.index.get_loc(day)
        past = both.iloc[at - 250 : at - 20]
        slope, level = np.polyfit(past["SPY"], past["IWM"], 1)
        for length, kept in sums.items():
            part = both.iloc[at : at + length]
            kept.append(float((part["IWM"] - level - slope * part["SPY"]).sum()))
    made = {f.id: f for f in measured(market, [abnormal])}
    for name, length in {"cut_day_abnormal": 1, "cut_month_abnormal": 21}.items():
        finding, car = made[f"{T}.{name}"], np.array(sums[length])
        assert finding.n == 9
        assert finding.value == pytest.approx(car.mean(), abs=1e-10)
        half = 2.306004 * car.std(ddof=1) / 3.0
        assert (finding.low, finding.high) == pytest.approx(
            (car.mean() - half, car.mean() + half), abs=1e-8
        )
    table = abnormal.table(market).set_index(["kind", "model", "sessions"])
    row = table.loc[("cut", "market", 1)]
    assert row["ahead"] == pytest.approx(np.mean(np.array(sums[1]) > 0))
    assert table.loc[("hold", "market", 1), ["n", "dropped"]].tolist() == [95, 8]
    assert len(table) == 3 * 2 * 3


def test_the_yardstick_of_easing_is_the_share_of_all_windows(market: Market) -> None:
    growth = (1 + returns()[["IWM", "SPY"]]).cumprod().to_numpy()
    start = np.vstack([np.ones(2), growth])
    made = {f.id: f for f in measured(market, [cycles])}
    for name, length in (("half", 126), ("year", 252)):
        lead = growth[length - 1 :] / start[: len(growth) - length + 1]
        finding = made[f"{T}.easing_usual_{name}"]
        assert finding.n == len(lead)
        assert finding.value == pytest.approx(np.mean(lead[:, 0] > lead[:, 1]), abs=1e-12)


def test_one_break_of_the_beta_is_found_and_no_second(market: Market) -> None:
    assert [b.date for b in stability.sign_breaks(market)] == [stability.sign_break(market).date]
