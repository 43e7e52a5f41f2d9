"""The risk study: fixed findings recomputed from the Parquet files alone, and its own formulas."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from rotation_lib.errors import DataError
from rotation_lib.findings import Finding, FindingSet
from rotation_lib.market import Market
from rotation_lib.project import SNAPSHOT
from rotation_lib.stats.shifts import shifted_means
from rotation_lib.studies.declared import found_by, measured
from rotation_lib.themes.risks import measures as risks

MakeMarket = Callable[..., Market]
WINDOWS = [("2010-01-04", "2026-07-31"), ("2015-01-02", "2023-12-29")]


def of(market: Market, module: ModuleType) -> dict[str, Finding]:
    """What one module measures, by the last part of its id."""
    return {f.id.split(".")[1]: f for f in measured(market, [module])}


@pytest.fixture(scope="module")
def found(results: tuple[FindingSet, object]) -> FindingSet:
    return FindingSet([f for f in results[0].values() if f.chapter == "risks"])


@pytest.fixture(scope="module")
def plain() -> pd.DataFrame:
    """Total returns straight from the file, without the project's reader."""
    table = pd.read_parquet(SNAPSHOT / "total_returns.parquet")
    table.index = pd.to_datetime(table.pop("date"))
    return table / 1_000_000


def worst_fall(returns: np.ndarray) -> float:
    level, peak, worst = 1.0, 1.0, 0.0
    for r in returns:
        level *= 1.0 + r
        peak = max(peak, level)
        worst = min(worst, level / peak - 1.0)
    return worst


def cumulated(table: pd.DataFrame, symbol: str, after: str, to: str) -> float:
    part = table.loc[(table.index > after) & (table.index <= to), symbol]
    return float(np.prod(1.0 + part.to_numpy()) - 1.0)


# -- fixed findings -------------------------------------------------------------------


@pytest.mark.parametrize(("start", "end"), WINDOWS)
def test_fixed_findings_follow_from_the_file(
    found: FindingSet, market_of: MakeMarket, plain: pd.DataFrame, start: str, end: str
) -> None:
    held = {key.split(".")[1]: finding for key, finding in found.items()}
    if (start, end) != WINDOWS[0]:
        held = of(market_of(start=start, end=end), risks.tails)
    part = plain.loc[start:end]
    small, large = part["IWM"].to_numpy(), part["SPY"].to_numpy()
    down = large < 0
    threshold = np.quantile(small, 0.01)
    expected = {
        "volatility_ratio": np.std(small, ddof=1) / np.std(large, ddof=1),
        "beta": np.polyfit(large, small, 1)[0],
        "downside_beta": np.polyfit(large[down], small[down], 1)[0],
        "max_drawdown_small": worst_fall(small),
        "max_drawdown_large": worst_fall(large),
        "var_99_small": threshold,
        "cvar_99_small": small[small <= threshold].mean(),
    }
    for key, value in expected.items():
        assert held[key].value == pytest.approx(value, rel=1e-9), key
        low, high = held[key].low, held[key].high
        assert low is not None and high is not None and low < high


def test_the_default_volatility_ratio(found: FindingSet) -> None:
    assert found["risks.volatility_ratio"].value == pytest.approx(1.298, abs=5e-4)


def test_named_windows_follow_from_the_file(found: FindingSet, plain: pd.DataFrame) -> None:
    august = cumulated(plain, "IWM", "2025-07-31", "2025-08-29")
    week = [cumulated(plain, s, "2025-04-02", "2025-04-08") for s in ("IWM", "SPY")]
    joint = [cumulated(plain, s, "2025-04-08", "2025-04-10") for s in ("IWM", "SPY")]
    assert found["risks.august_2025"].value == pytest.approx(august, abs=1e-9)
    assert found["risks.tariff_week_2025"].value == pytest.approx(week[0] - week[1], abs=1e-9)
    assert found["risks.tariff_week_small"].value == pytest.approx(week[0], abs=1e-9)
    assert found["risks.tariff_rebound_2025"].value == pytest.approx(joint[0] - joint[1], abs=1e-9)
    assert found["risks.august_2025"].low is None
    assert found["risks.august_2025"].percentile is not None


def test_fixed_findings_come_first_and_in_order(found: FindingSet) -> None:
    assert list(found)[: len(risks.FIXED)] == list(risks.FIXED)


def test_every_finding_is_measured_in_the_default_window(found: FindingSet) -> None:
    assert [f.id for f in found.values() if f.value is None] == []


def test_a_window_before_the_events_has_reasons(market_of: MakeMarket) -> None:
    early = FindingSet(risks.findings(market_of(start="2010-01-04", end="2010-06-30")))
    for key in ("august_2025", "tariff_week_2025", "barometer_p", "what_if_yield", "cpi_hot"):
        held = early[f"risks.{key}"]
        assert held.value is None and held.reason, key
    assert early["risks.volatility_ratio"].value is not None


def test_a_window_that_starts_after_the_event_has_reasons(market_of: MakeMarket) -> None:
    late = market_of(start="2026-01-02")
    assert of(late, risks.tariffs)["tariff_week_2025"].value is None
    assert of(late, risks.august)["august_2025_rank"].value is None
    assert risks.tariffs.april_2025(late) is None


def test_the_smallest_window_has_all_its_findings(market_of: MakeMarket, found: FindingSet) -> None:
    shortest = FindingSet(risks.findings(market_of(start="2026-05-01")))
    assert list(shortest) == list(found)


def test_findings_are_the_same_twice(market_of: MakeMarket) -> None:
    values = {"start": "2024-01-02", "end": "2024-12-31"}
    assert risks.findings(market_of(**values)) == risks.findings(market_of(**values))


def test_an_as_of_date_hides_what_was_not_published(market_of: MakeMarket) -> None:
    past = market_of(as_of="2020-06-30")
    table = risks.breadth.quarterly(past)
    # The first quarter's profits appear 60 days after its end, the second's later still.
    assert np.isnan(table["profits"].iloc[-1])
    assert past.macro("CP").index[-1] == pd.Timestamp("2020-01-01")


# -- tails and the test of the rule ---------------------------------------------------


def test_shared_histories_give_the_intervals_of_the_library(market_of: MakeMarket) -> None:
    from rotation_lib.stats import intervals

    market = market_of(start="2022-01-03", end="2023-12-29")
    returns = market.total_returns["IWM"]
    held = risks.tails.tail_intervals(market, "IWM")
    for key, function in (("var_95", intervals.var_interval), ("cvar_99", intervals.cvar_interval)):
        alone = function(returns, int(key[-2:]) / 100)
        assert (held[key].low, held[key].high) == pytest.approx((alone.low, alone.high), rel=1e-12)


def test_coverage_tests_on_a_known_case() -> None:
    # 4 breaches in 255 days at 99 %: a textbook case, LR = 2 ln(L(4/255) / L(0.01)).
    hits = np.zeros(255)
    hits[[20, 80, 140, 200]] = 1.0
    tested = risks.backtest.coverage_tests(hits, 0.99)
    p = 4 / 255
    ratio = 2 * (251 * np.log((1 - p) / 0.99) + 4 * np.log(p / 0.01))
    from scipy.stats import chi2

    assert tested.breaches == 4
    assert tested.kupiec_p == pytest.approx(chi2.sf(ratio, 1), rel=1e-9)
    assert tested.independence_p > 0.5


def test_coverage_tests_see_clusters_and_absence() -> None:
    hits = np.zeros(1000)
    hits[500:510] = 1.0
    clustered = risks.backtest.coverage_tests(hits, 0.99)
    assert clustered.kupiec_p == pytest.approx(1.0)
    assert clustered.independence_p < 1e-6
    none = risks.backtest.coverage_tests(np.zeros(1000), 0.99)
    # LR = -2 · 1000 · ln 0.99 = 20.1
    assert none.kupiec_p < 1e-4


@pytest.mark.parametrize("bad", [[0.0], [0.0, 2.0], [0.0, np.nan]])
def test_coverage_tests_refuse_what_is_no_sequence_of_breaches(bad: list[float]) -> None:
    with pytest.raises(DataError):
        risks.backtest.coverage_tests(np.array(bad), 0.99)


def test_forecasts_use_only_what_lay_before() -> None:
    rng = np.random.default_rng(3)
    index = pd.bdate_range("2015-01-01", periods=620)
    returns = pd.Series(rng.normal(0, 0.01, 620), index=index)
    for method in risks.backtest.METHODS:
        first = risks.backtest.forecasts(returns, 0.99, method)
        changed = returns.copy()
        changed.iloc[600:] = -0.3
        second = risks.backtest.forecasts(changed, 0.99, method)
        assert first.index[0] == index[500]
        pd.testing.assert_series_equal(first.loc[: index[600]], second.loc[: index[600]])
    plain = np.quantile(returns.iloc[50:550], 0.01)
    assert risks.backtest.forecasts(returns, 0.99, "historical").loc[index[550]] == pytest.approx(
        plain
    )


# -- placebo dates --------------------------------------------------------------------


def test_shifted_means_keep_the_pattern() -> None:
    windows = pd.Series([0.0, 1.0, 2.0, 3.0, 4.0], index=pd.bdate_range("2020-01-01", periods=5))
    shifted = shifted_means(windows, windows.index[[0, 1]])
    # The pair moved by 1, 2, 3 and, round the end, by 4 places.
    assert shifted.tolist() == [1.5, 2.5, 3.5, 2.0]


def test_shifted_means_leave_out_windows_that_run_past_the_end() -> None:
    windows = pd.Series([0.0, 1.0, np.nan, np.nan], index=pd.bdate_range("2020-01-01", periods=4))
    shifted = shifted_means(windows, windows.index[[0]])
    assert shifted.tolist() == [1.0]


def test_placebo_p_finds_planted_events(market_of: MakeMarket) -> None:
    index = pd.bdate_range("2015-01-01", periods=900)
    values = pd.Series(np.random.default_rng(5).normal(0, 0.01, 900), index=index)
    planted = index[[50, 300, 520, 760]]
    values[planted] -= 0.05
    mean, p, n = risks.aligned.placebo_p(values, planted)
    assert (mean < -0.03, p < 0.01, n) == (True, True, 4)
    with pytest.raises(DataError):
        risks.aligned.placebo_p(values, planted[:2])


# -- inflation ------------------------------------------------------------------------


def test_release_days_by_hand(market: Market, plain: pd.DataFrame) -> None:
    days = risks.inflation.cpi_days(market)
    assert len(days) == 198
    observations = pd.read_parquet(SNAPSHOT / "observations.parquet")
    two = observations[observations["series_id"] == "DGS2"]
    two = pd.Series(two["value"].to_numpy(), index=pd.to_datetime(two["date"]))
    day = pd.Timestamp("2024-07-11")
    assert days.loc[day, "two_year"] == pytest.approx(two[day] - two[pd.Timestamp("2024-07-10")])
    assert days.loc[day, "relative"] == pytest.approx(plain.loc[day, "IWM"] - plain.loc[day, "SPY"])
    x, y = days["two_year"].to_numpy(), days["relative"].to_numpy()
    found = risks.inflation.slope(days).coefficient("two_year")
    assert found == pytest.approx(np.polyfit(x, y, 1)[0], rel=1e-9)


# -- tariffs --------------------------------------------------------------------------


def test_every_listed_event_exists_and_has_one_direction(market: Market) -> None:
    dates = set(market.events["date"].dt.strftime("%Y-%m-%d"))
    listed = (*risks.tariffs.ESCALATION, *risks.tariffs.EASING)
    assert len(set(listed)) == len(listed)
    assert set(listed) <= dates
    assert set(risks.tariffs.EXPECTED) <= set(risks.tariffs.ESCALATION)


def test_sessions_with_news_of_both_kinds_are_unclear(market: Market) -> None:
    table = risks.tariffs.tariff_events(market).set_index("session")
    assert table.loc["2025-02-03", "direction"] == "unclear"
    assert table.loc["2025-04-03", "direction"] == "escalation"
    assert table.loc["2025-05-29", "direction"] == "easing"
    assert table.index.is_unique


def test_event_paths_start_at_the_close_before(market: Market) -> None:
    paths = risks.tariffs.event_paths(market)
    escalation = paths[paths["series"] == "Escalation"].set_index("x")
    assert escalation.loc[-1, "value"] == 0.0
    days = risks.tariffs.sessions_of(market, "escalation")
    both = np.log1p(market.total_returns[["IWM", "SPY"]])
    gap = both["IWM"] - both["SPY"]
    last = gap.index[-21]
    whole = [d for d in days if d <= last]
    at = gap.index.get_indexer(whole)
    expected = np.mean([gap.iloc[a : a + 3].sum() for a in at])
    assert escalation.loc[2, "value"] == pytest.approx(expected, abs=1e-12)
    assert (paths["low"] <= paths["high"]).all()


def test_april_2025_adds_up(market: Market) -> None:
    table = risks.tariffs.april_2025(market)
    assert table is not None
    assert table["day"].tolist()[-1] == "9 and 10 April"
    small, large = ((1 + table[c].iloc[1:]).prod() for c in ("small", "large"))
    assert table["cumulative"].iloc[-1] == pytest.approx(small - large)
    assert table["cumulative"].iloc[0] == 0.0


# -- reward for risk ------------------------------------------------------------------


def test_the_difference_of_sharpe_ratios_follows_from_the_file(
    found: FindingSet, plain: pd.DataFrame
) -> None:
    held = plain[["IWM", "SPY", "BIL"]].dropna()
    excess = held[["IWM", "SPY"]].sub(held["BIL"], axis=0)
    each = excess.mean() / excess.std(ddof=0) * np.sqrt(252.0)
    gap, p = found["risks.sharpe_difference"], found["risks.sharpe_difference_p"]
    assert gap.value == pytest.approx(each["IWM"] - each["SPY"], abs=1e-9)
    assert gap.n == len(held)
    assert gap.low is not None
    assert gap.high is not None
    assert p.value is not None
    # A symmetric interval and a p-value of one distribution agree on whether zero is in.
    assert (gap.low + gap.high) / 2 == pytest.approx(gap.value, abs=1e-9)
    assert (gap.low <= 0.0 <= gap.high) is (p.value > 0.05)
    assert "Ledoit and Wolf" in gap.method
    assert "coverage in simulation" in gap.method


def test_a_fund_that_never_falls_leaves_a_reason_and_no_error(market_of: MakeMarket) -> None:
    (made,) = found_by(market_of(large="BIL", start="2024-01-02"), risks.tails.downside_beta)
    assert made.value is None
    assert made.reason == "the statistic is not finite on this sample or its resamples."


def test_bills_cannot_be_set_against_themselves(market_of: MakeMarket) -> None:
    made = of(market_of(large="BIL", start="2024-01-02"), risks.reward)
    assert all(f.value is None and "Treasury bills" in str(f.reason) for f in made.values())
