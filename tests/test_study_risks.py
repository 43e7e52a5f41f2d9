"""The risk study: fixed findings recomputed from the Parquet files alone, and its own formulas."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from rotation_lib.errors import DataError
from rotation_lib.findings import FindingSet
from rotation_lib.market import Market
from rotation_lib.project import SNAPSHOT
from rotation_lib.studies import risks

MakeMarket = Callable[..., Market]
WINDOWS = [("2010-01-04", "2026-07-31"), ("2015-01-02", "2023-12-29")]


@pytest.fixture(scope="module")
def found(market: Market) -> FindingSet:
    return FindingSet(risks.findings(market))


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
    market_of: MakeMarket, plain: pd.DataFrame, start: str, end: str
) -> None:
    held = risks.tails.findings(market_of(start=start, end=end))
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
    assert [i.split(".")[1] for i in list(found)[: len(risks.FIXED)]] == list(risks.FIXED)


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
    assert risks.tariffs.findings(late)["tariff_week_2025"].value is None
    assert risks.august.findings(late)["august_2025_rank"].value is None
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
    held = risks.tails.tail_intervals(market, "small")
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
    shifted = risks.common.shifted_means(windows, windows.index[[0, 1]])
    # The pair moved by 1, 2, 3 and, round the end, by 4 places.
    assert shifted.tolist() == [1.5, 2.5, 3.5, 2.0]


def test_shifted_means_leave_out_windows_that_run_past_the_end() -> None:
    windows = pd.Series([0.0, 1.0, np.nan, np.nan], index=pd.bdate_range("2020-01-01", periods=4))
    shifted = risks.common.shifted_means(windows, windows.index[[0]])
    assert shifted.tolist() == [1.0]


def test_placebo_p_finds_planted_events(market_of: MakeMarket) -> None:
    index = pd.bdate_range("2015-01-01", periods=900)
    values = pd.Series(np.random.default_rng(5).normal(0, 0.01, 900), index=index)
    planted = index[[50, 300, 520, 760]]
    values[planted] -= 0.05
    mean, p, n = risks.common.placebo_p(values, planted)
    assert (mean < -0.03, p < 0.01, n) == (True, True, 4)
    with pytest.raises(DataError):
        risks.common.placebo_p(values, planted[:2])


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


# -- regimes --------------------------------------------------------------------------


def test_regimes_find_a_planted_storm(made_up: Callable[..., Market], dataset: object) -> None:
    index = dataset.total_returns.index  # type: ignore[attr-defined]
    rng = np.random.default_rng(11)
    sigma = np.where((index >= "2013-01-01") & (index < "2014-01-01"), 0.03, 0.005)
    large = pd.Series(rng.normal(0, sigma), index=index)
    frame = pd.DataFrame({"SPY": large, "IWM": large + rng.normal(0, 0.002, len(index))})
    market = made_up(frame, start="2011-01-03", end="2015-12-31")
    states, spells, table = risks.regimes.storm_frames(market)
    assert states is not None and spells is not None
    storm = states["storm"] > 0.5
    assert storm.loc["2013-02":"2013-11"].mean() > 0.95
    assert storm.loc["2011-02":"2012-11"].mean() < 0.05
    # A week is sorted by the week before it, never by itself.
    assert states["stormy"].iloc[1:].tolist() == storm.iloc[:-1].astype(float).tolist()
    assert table["state"].tolist() == ["Calm", "Stormy"]


# -- scenarios ------------------------------------------------------------------------


def fake_factors(n: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(
        rng.normal(0, 0.1, (n, 5)),
        columns=list(risks.scenario.TERMS),
        index=pd.date_range("2012-01-06", periods=n, freq="W-FRI"),
    )
    frame["relative"] = (
        0.001 - 0.05 * frame["two_year"] + 0.2 * frame["market"] + rng.normal(0, 0.01, n)
    )
    return frame


def test_the_factor_model_answers_as_the_library(market: Market) -> None:
    from rotation_lib.stats.regression import what_if

    frame = fake_factors()
    terms = list(risks.scenario.TERMS)
    moves = {"two_year": 0.3, "curve": -0.1, "breakeven": 0.0, "credit": -0.02, "market": 0.05}
    ours = risks.scenario.fit(frame).predict(moves, weeks=1)
    theirs = what_if(frame["relative"], frame[terms], moves)
    assert np.log1p(ours["value"]) == pytest.approx(theirs.value, abs=1e-12)
    assert np.log1p(ours["low"]) == pytest.approx(theirs.single.low, abs=1e-9)
    assert np.log1p(ours["high"]) == pytest.approx(theirs.single.high, abs=1e-9)


def test_a_longer_horizon_adds_weekly_errors() -> None:
    model = risks.scenario.fit(fake_factors())
    none = model.predict({}, weeks=13)
    assert none["effect"] == 0.0
    drift = float(model.coefficients["const"])
    spread = model.quantile * np.sqrt(
        169 * model.covariance.loc["const", "const"] + 13 * model.residual**2
    )
    assert np.log1p(none["value"]) == pytest.approx(13 * drift)
    assert np.log1p(none["high"]) - np.log1p(none["value"]) == pytest.approx(spread)


def test_the_slider_frame_is_enough_to_recompute_a_scenario() -> None:
    model = risks.scenario.fit(fake_factors())
    frame = risks.scenario.slider_frame(model).set_index("term")
    x = pd.Series({"const": 13.0, "two_year": 1.0}).reindex(frame.index, fill_value=0.0)
    value = float((x * frame["coefficient"]).sum())
    covariance = frame[[f"cov_{t}" for t in frame.index]].to_numpy()
    half = frame["quantile"].iloc[0] * np.sqrt(
        x @ covariance @ x + 13 * frame["residual"].iloc[0] ** 2
    )
    told = model.predict({"two_year": 1.0}, weeks=13)
    assert np.expm1(value) == pytest.approx(told["value"])
    assert np.expm1(value - half) == pytest.approx(told["low"])


def test_out_of_sample_weeks_are_predicted_from_earlier_ones() -> None:
    frame = fake_factors(260)
    first = risks.scenario.out_of_sample(frame)
    changed = frame.copy()
    changed.loc[changed.index[200] :, "relative"] = 5.0
    second = risks.scenario.out_of_sample(changed)
    until = frame.index[200]
    pd.testing.assert_series_equal(first.loc[:until, "model"], second.loc[:until, "model"])
    row = risks.scenario.TRAIN
    x = np.column_stack([np.ones(row), frame[list(risks.scenario.TERMS)].iloc[:row]])
    b = np.linalg.lstsq(x, frame["relative"].iloc[:row], rcond=None)[0]
    at = np.r_[1.0, frame[list(risks.scenario.TERMS)].iloc[row]]
    assert first["model"].iloc[0] == pytest.approx(at @ b)


def test_the_yield_shock_drives_the_first_scenarios(market: Market) -> None:
    table = risks.scenario.scenario_table(market, -0.5)
    first = table[table["scenario"] == "2-year −0.5 pp alone"]
    assert first["two_year"].tolist() == [-0.5, -0.5]
    assert first[["curve", "breakeven", "credit", "market"]].abs().sum().sum() == 0.0


def test_replays_leave_their_own_weeks_out(market: Market) -> None:
    table = risks.scenario.replays(market)
    assert table["episode"].tolist() == list(risks.scenario.EPISODES)
    frame = risks.scenario.factor_frame(market)
    part = frame[(frame.index > "2024-07-05") & (frame.index <= "2024-07-26")]
    row = table.set_index("episode").loc["Rotation, July 2024"]
    assert row["weeks"] == len(part) == 3
    assert row["actual"] == pytest.approx(np.expm1(part["relative"].sum()))


# -- months, breadth, barometer -------------------------------------------------------


def test_months_and_the_rank_of_august(market: Market, plain: pd.DataFrame) -> None:
    table = risks.august.augusts(market)
    assert table["year"].tolist() == list(range(2010, 2026))
    by_hand = {
        year: float((1 + plain.loc[f"{year}-08", "IWM"]).prod() - 1) for year in range(2010, 2026)
    }
    assert table["small"].tolist() == pytest.approx(list(by_hand.values()))
    rank = 1 + sum(v > by_hand[2025] for v in by_hand.values())
    assert risks.august.findings(market)["august_2025_rank"].value == rank


def test_a_month_cut_short_by_the_end_is_left_out(market_of: MakeMarket) -> None:
    cut = risks.august.monthly(market_of(end="2025-08-28"), "IWM")
    assert str(cut.index[-1]) == "2025-07"
    whole = risks.august.monthly(market_of(end="2025-08-29"), "IWM")
    assert str(whole.index[-1]) == "2025-08"


def test_outcomes_are_known_only_once_published(market: Market) -> None:
    dates = pd.DatetimeIndex(["2019-04-30", "2019-05-31"])
    known = risks.barometer.known_at(market, "INDPRO", dates)
    series = market.macro("INDPRO")
    # March's figure appears in mid-April, April's in mid-May.
    assert known.tolist() == [series["2019-03-01"], series["2019-04-01"]]
    ended = risks.barometer.known_at(market, "CFNAI", pd.DatetimeIndex(["2026-07-31"]))
    assert ended.isna().all()


def test_the_trial_finds_a_planted_lead_and_only_that(
    made_up: Callable[..., Market], dataset: object
) -> None:
    index = dataset.total_returns.index  # type: ignore[attr-defined]
    rng = np.random.default_rng(2)
    month = index.to_period("M").astype("int64")
    strength = rng.normal(0, 0.03, month.max() + 2)
    days = pd.Series(month, index=index).groupby(month).transform("size").to_numpy()
    # The market of each month follows the relative strength of the three months before.
    lead = np.convolve(strength, np.ones(3), "full")[month - 1]
    large = pd.Series(lead / days / 3 + rng.normal(0, 0.001, len(index)), index=index)
    small = large + strength[month] / days
    market = made_up(pd.DataFrame({"IWM": small, "SPY": large}), end="2024-12-31")
    table = risks.barometer.trial(market).table
    best = table.loc[table["oos_r2"].idxmax()]
    assert best["outcome"] == "market"
    assert best["p_adjusted"] < 0.05
    others = table[table["outcome"] != "market"]
    assert (others["p_adjusted"] > 0.05).all()
    assert len(table) == 24


def test_specifications_are_many_and_named_apart(market_of: MakeMarket) -> None:
    made = risks.specifications(market_of(start="2018-01-02"))
    assert set(made) == {
        "more-volatile", "inflation-reversal", "trade-policy-reversal",
        "strong-august-2025", "needs-broader-earnings", "barometer",
    }  # fmt: skip
    for claim, specs in made.items():
        labels = [s.label for s in specs]
        assert len(set(labels)) == len(labels), claim
    assert len(made["inflation-reversal"]) >= 8
