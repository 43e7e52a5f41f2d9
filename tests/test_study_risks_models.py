"""The risk study's models: regimes, what-ifs, months, and the barometer, on made-up and real data."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from rotation_lib.market import Market
from rotation_lib.project import SNAPSHOT
from rotation_lib.themes.risks import measures as risks

MakeMarket = Callable[..., Market]


@pytest.fixture(scope="module")
def plain() -> pd.DataFrame:
    """Total returns straight from the file, without the project's reader."""
    table = pd.read_parquet(SNAPSHOT / "total_returns.parquet")
    table.index = pd.to_datetime(table.pop("date"))
    return table / 1_000_000


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
    frame = risks.sliders.slider_frame(model).set_index("term")
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


def test_a_perfect_fit_has_no_negative_spread_out_of_sample() -> None:
    frame = fake_factors() * 1e4
    frame["relative"] = 0.001 + frame[list(risks.scenario.TERMS)] @ np.arange(1.0, 6.0)
    found = risks.scenario.out_of_sample(frame)
    assert found.notna().all(axis=None)
    np.testing.assert_allclose(found["model"], found["actual"], rtol=1e-9, atol=1e-6)


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
    assert risks.august.august_2025_rank(market).value == rank


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


def test_prices_are_told_as_simple_and_modelled_as_log_returns(market: Market) -> None:
    frame = risks.scenario.factor_frame(market)
    model = risks.scenario.fit(frame)
    table = risks.scenario.scenario_table(market)
    row = table[(table["scenario"] == "Growth scare") & (table["sample"] == "Whole window")].iloc[0]
    assert row["market"] == pytest.approx(-0.15, abs=1e-12)
    moves = {**row[["two_year", "curve", "breakeven"]].to_dict()}
    moves |= {t: float(np.log1p(row[t])) for t in ("credit", "market")}
    assert row["value"] == pytest.approx(model.predict(moves, 13)["value"], rel=1e-12)


def test_sliders_reach_as_far_as_a_quarter_went(market: Market) -> None:
    table = risks.sliders.slider_model(market).set_index("term")
    moved = risks.scenario.factor_frame(market)["two_year"].rolling(13).sum()
    assert table.loc["two_year", "lowest"] == pytest.approx(moved.min())
    assert table.loc["two_year", "highest"] == pytest.approx(moved.max())
    large = risks.scenario.factor_frame(market)["market"].rolling(13).sum()
    assert table.loc["market", "lowest"] == pytest.approx(np.expm1(large.min()))
    assert table.loc["const", ["lowest", "highest"]].tolist() == [0.0, 0.0]


def test_a_short_window_has_no_slider_model(market_of: MakeMarket) -> None:
    assert risks.sliders.slider_model(market_of(start="2024-01-02")).empty
