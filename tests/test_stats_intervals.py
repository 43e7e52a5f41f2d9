"""Intervals of the headline figures, the GARCH paths behind the tails, and measured coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from arch.univariate import ARX, GARCH, StudentsT

from rotation_lib.errors import DataError
from rotation_lib.stats import coverage as c
from rotation_lib.stats import garch, intervals, measures, returns
from rotation_lib.stats.bootstrap import Interval
from rotation_lib.stats.regression import ibragimov_mueller

MODEL = garch.Garch(mean=0.001, phi=-0.2, omega=2e-6, alpha=0.1, beta=0.85, nu=8.0)


@pytest.fixture(scope="module")
def pair() -> pd.DataFrame:
    return c.simulate_pairs(1, 1200, seed=31)[0]


# ---- GARCH ----------------------------------------------------------------------------------


def test_paths_follow_the_recursion_of_arch() -> None:
    rng = np.random.default_rng(1)
    shocks = rng.standard_t(8.0, size=(300, 1)) * np.sqrt(6.0 / 8.0)

    volatility = GARCH(1, 0, 1)
    simulated, variance = volatility.simulate(
        np.array([2e-6, 0.1, 0.85]),
        300,
        lambda size: shocks[:size, 0],
        burn=0,
        initial_value=MODEL.variance,
    )
    expected = np.empty(300)
    before = 0.0
    for t, error in enumerate(simulated):
        before = -0.2 * before + error
        expected[t] = 0.001 + before
    np.testing.assert_allclose(garch.path_of(MODEL, shocks)[:, 0], expected, rtol=1e-10)
    assert variance[0] == pytest.approx(MODEL.variance)


def test_simulated_histories_have_the_model_s_variance() -> None:
    paths = garch.simulate(MODEL, 2000, 200, np.random.default_rng(2))
    assert paths.shape == (200, 2000)
    assert paths.mean() == pytest.approx(0.001, abs=1e-4)
    assert paths.var() == pytest.approx(MODEL.variance / (1 - 0.2**2), rel=0.05)


def test_a_fit_recovers_the_model() -> None:
    x = pd.Series(garch.simulate(MODEL, 20_000, 1, np.random.default_rng(3))[0])
    fit = garch.fit_garch(x)
    assert fit.phi == pytest.approx(-0.2, abs=0.03)
    assert fit.alpha == pytest.approx(0.10, abs=0.02)
    assert fit.beta == pytest.approx(0.85, abs=0.03)
    assert fit.nu == pytest.approx(8.0, abs=1.5)
    assert fit.variance == pytest.approx(MODEL.variance, rel=0.15)
    model = ARX(100 * x.to_numpy(), lags=1, volatility=GARCH(), distribution=StudentsT())
    reference = model.fit(disp="off").params
    assert fit.omega * 1e4 == pytest.approx(reference["omega"], rel=1e-2)


def test_a_fit_on_the_edge_of_stationarity_is_pulled_inside() -> None:
    explosive = garch.Garch(0.0, 0.0, 1e-8, 0.12, 0.8799, 6.0)
    x = pd.Series(garch.simulate(explosive, 3000, 1, np.random.default_rng(4))[0])
    fit = garch.fit_garch(x)
    assert fit.alpha + fit.beta <= 0.9995 + 1e-12
    assert np.isfinite(fit.variance)


def test_a_fit_refuses_short_or_flat_series() -> None:
    with pytest.raises(DataError, match="at least 250"):
        garch.fit_garch(pd.Series(np.arange(200.0)))
    with pytest.raises(DataError, match="constant"):
        garch.fit_garch(pd.Series(np.full(300, 0.01), name="x"))


def test_a_mean_that_would_run_away_is_no_model() -> None:
    """One crash in a quiet year makes the likeliest autoregression an explosive one."""
    crash = pd.Series(np.where(np.arange(260) == 100, 0.5, 0.0))
    with pytest.raises(DataError, match="did not converge"):
        garch.fit_garch(crash)
    held = intervals.tail_intervals(crash, draws=50)
    assert all("block bootstrap" in interval.method for interval in held.values())


def test_simulated_statistics_do_not_depend_on_batches() -> None:
    whole = garch.simulated_statistic(MODEL, measures.mean, 400, 30, seed=5)
    rng = np.random.default_rng(5)
    np.testing.assert_allclose(whole, garch.simulate(MODEL, 400, 30, rng).mean(axis=1), rtol=1e-12)
    assert len(garch.simulated_statistic(MODEL, measures.mean, 4000, 1000, seed=5)) == 1000


# ---- intervals ------------------------------------------------------------------------------


def test_volatility_ratio_by_blocks_is_the_t_interval_of_log_ratios(pair: pd.DataFrame) -> None:
    got = intervals.volatility_ratio_interval(pair["small"], pair["large"])
    logs = [
        np.log(part["small"].std() / part["large"].std())
        for part in (pair.iloc[i * 150 : (i + 1) * 150] for i in range(8))
    ]
    expected = ibragimov_mueller(logs)
    assert (np.log(got.low), np.log(got.high)) == pytest.approx((expected.low, expected.high))
    assert "8 consecutive blocks" in got.method
    assert "coverage in simulation" in got.method


def test_volatility_ratio_turns_with_its_arguments(pair: pd.DataFrame) -> None:
    one = intervals.volatility_ratio_interval(pair["small"], pair["large"])
    two = intervals.volatility_ratio_interval(pair["large"], pair["small"])
    assert (two.low, two.high) == pytest.approx((1 / one.high, 1 / one.low), rel=1e-10)
    three = intervals.volatility_ratio_interval(2 * pair["small"], pair["large"])
    assert (three.low, three.high) == pytest.approx((2 * one.low, 2 * one.high), rel=1e-10)


def test_mean_by_blocks_by_hand() -> None:
    x = pd.Series(np.repeat([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], 5))
    got = intervals.mean_interval(x)
    expected = ibragimov_mueller([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
    assert (got.low, got.high) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("downside", [False, True])
def test_beta_interval_holds_its_estimate(pair: pd.DataFrame, downside: bool) -> None:
    small, large = pair["small"], pair["large"]
    got = intervals.beta_interval(small, large, downside=downside, draws=200)
    kept = pair[large < 0] if downside else pair
    slope = np.polyfit(kept["large"], kept["small"], 1)[0]
    assert (got.low + got.high) / 2 == pytest.approx(slope, rel=1e-9)
    assert got.draws == 200
    assert got.block is not None


@pytest.mark.parametrize("method", ["garch", "bootstrap"])
def test_tail_intervals_hold_their_estimates(pair: pd.DataFrame, method: str) -> None:
    small = pair["small"]
    var = intervals.var_interval(small, method=method, draws=200)  # type: ignore[arg-type]
    cvar = intervals.cvar_interval(small, method=method, draws=200)  # type: ignore[arg-type]
    assert var.low < returns.historical_var(small) < var.high < 0
    assert cvar.low < returns.historical_cvar(small) < cvar.high < 0
    assert cvar.low < var.low
    assert ("GARCH" in cvar.method) == (method == "garch")
    assert "{" not in cvar.method + var.method


def test_tail_intervals_share_their_histories(pair: pd.DataFrame) -> None:
    every = intervals.tail_intervals(pair["small"], draws=100)
    assert list(every) == ["var_95", "cvar_95", "var_99", "cvar_99"]
    assert every["cvar_99"] == intervals.cvar_interval(pair["small"], draws=100)
    assert every["var_95"] == intervals.var_interval(pair["small"], 0.95, draws=100)
    model = garch.fit_garch(pair["small"])
    figures = garch.simulated_statistic(model, measures.value_at_risk(0.99), 1200, 100, c.SEED)
    ends = np.quantile(figures, [0.025, 0.975])
    assert (every["var_99"].low, every["var_99"].high) == pytest.approx(tuple(ends), rel=1e-12)
    shortfalls = garch.simulated_statistic(
        model, measures.expected_shortfall(0.99), 1200, 100, c.SEED
    )
    middle, spread = np.median(shortfalls), np.log(-shortfalls).std(ddof=1)
    assert every["cvar_99"].low == pytest.approx(middle * np.exp(2.3646242510 * spread))


def test_a_tail_interval_is_stretched_to_the_historical_figure(pair: pd.DataFrame) -> None:
    crash = pair["small"].iloc[:300].copy()
    crash.iloc[150:156] = -0.30
    got = intervals.cvar_interval(crash, draws=100)
    assert got.low <= returns.historical_cvar(crash) <= got.high


def test_tail_intervals_of_a_series_that_barely_falls_are_percentiles() -> None:
    rng = np.random.default_rng(8)
    cash = pd.Series(1e-4 + 2e-5 * rng.standard_normal(300))
    got = intervals.cvar_interval(cash, 0.9, draws=200)
    assert got.low <= returns.historical_cvar(cash, 0.9) <= got.high


def test_tail_intervals_scale(pair: pd.DataFrame) -> None:
    one = intervals.cvar_interval(pair["small"], draws=200)
    two = intervals.cvar_interval(2 * pair["small"], draws=200)
    assert (two.low, two.high) == pytest.approx((2 * one.low, 2 * one.high), rel=1e-9)


def test_tail_intervals_of_a_short_series_come_from_blocks(pair: pd.DataFrame) -> None:
    short = pair["small"].iloc[:100]
    assert "bootstrap" in intervals.cvar_interval(short, 0.95, draws=100).method
    with pytest.raises(DataError, match="at least 250"):
        intervals.cvar_interval(short, method="garch")


def test_max_drawdown_interval_lies_below_zero(pair: pd.DataFrame) -> None:
    got = intervals.max_drawdown_interval(pair["small"], draws=200)
    assert -1.0 < got.low < got.high < 0.0


def test_simulated_tails_do_not_hang_on_the_last_digits(pair: pd.DataFrame) -> None:
    """Machines differ in the last digits of a sum: the draws of a fitted model must not."""
    small = pair["small"]
    nudged = small * (1.0 + 1e-12 * np.random.default_rng(1).normal(size=len(small)))
    one, two = garch.fit_garch(small), garch.fit_garch(nudged)
    assert (one.nu, one.alpha, one.beta, one.phi) == (two.nu, two.alpha, two.beta, two.phi)
    kept, again = (intervals.cvar_interval(x, draws=50) for x in (small, nudged))
    assert (again.low, again.high) == pytest.approx((kept.low, kept.high), rel=1e-9)


def test_intervals_are_reproducible(pair: pd.DataFrame) -> None:
    small, large = pair["small"], pair["large"]
    assert intervals.cvar_interval(small, draws=50) == intervals.cvar_interval(small, draws=50)
    one = intervals.beta_interval(small, large, draws=50)
    assert one == intervals.beta_interval(small, large, draws=50)
    assert one != intervals.beta_interval(small, large, draws=50, seed=1)


def test_coverage_is_only_told_for_the_confidence_that_was_measured(pair: pd.DataFrame) -> None:
    small, large = pair["small"], pair["large"]
    told = intervals.volatility_ratio_interval(small, large)
    assert "coverage in simulation" in told.method
    silent = intervals.volatility_ratio_interval(small, large, confidence=0.9)
    assert "coverage in simulation" not in silent.method
    assert "coverage in simulation" not in intervals.cvar_interval(small, 0.9, draws=50).method


def test_intervals_refuse_what_they_cannot_use(pair: pd.DataFrame) -> None:
    small, large = pair["small"], pair["large"]
    with pytest.raises(DataError, match="same dates"):
        intervals.volatility_ratio_interval(small, large.iloc[1:])
    with pytest.raises(DataError, match="missing"):
        intervals.beta_interval(small.where(small > small.min()), large)
    flat = small.copy()
    flat.iloc[:400] = 0.0
    with pytest.raises(DataError, match="no volatility"):
        intervals.volatility_ratio_interval(flat, large)
    with pytest.raises(DataError, match="choose 'blocks'"):
        intervals.mean_interval(small, method="iid")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="choose 'auto'"):
        intervals.cvar_interval(small, method="normal")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="level = 1"):
        intervals.var_interval(small, 1.0)
    with pytest.raises(DataError, match="at least 40"):
        intervals.mean_interval(small.iloc[:39])


# ---- coverage -------------------------------------------------------------------------------


@pytest.mark.slow
def test_simulated_pairs_have_the_design_s_moments() -> None:
    frames = c.simulate_pairs(60, 2000, seed=6)
    every = pd.concat(frames)
    true = c.truth()
    ratio = every["small"].std() / every["large"].std()
    assert ratio == pytest.approx(true["volatility_ratio"], rel=0.03)
    slope = np.polyfit(every["large"], every["small"], 1)[0]
    assert slope == pytest.approx(true["beta"], rel=0.01)
    assert returns.historical_cvar(every["small"]) == pytest.approx(true["cvar_99"], rel=0.06)
    assert len(frames) == 60
    pd.testing.assert_frame_equal(frames[3], c.simulate_pairs(60, 2000, seed=6)[3])


def test_coverage_counts() -> None:
    def always(frame: pd.DataFrame) -> Interval:
        return Interval(0.0, 2.0, 0.95, "all")

    assert c.coverage(always, 1.0, 5, n=50).rate == 1.0
    assert c.coverage(always, 3.0, 5, n=50).rate == 0.0
    assert c.coverage(always, 1.0, 5, n=50).width == 2.0
    with pytest.raises(DataError, match="reps = 0"):
        c.coverage(always, 1.0, 0)


def test_the_record_matches_the_designs_and_a_fresh_simulation() -> None:
    kept = intervals.measured_coverage()
    assert set(kept["designs"]) == set(c.DESIGNS)
    assert set(kept["designs"]["moderate"]) == set(c.estimators(10)) == set(c.truth())
    fresh = c.coverage(
        c.estimators(0)["volatility_ratio"], c.truth()["volatility_ratio"], 100, seed=99
    )
    assert fresh.rate == pytest.approx(kept["designs"]["moderate"]["volatility_ratio"], abs=0.09)


def test_a_record_is_toml_of_every_design() -> None:
    import tomllib

    text = c.record(reps=2, draws=20, n=300)
    got = tomllib.loads(text)
    assert got["reps"] == 2
    assert got["sessions"] == 300
    assert set(got["designs"]["heavy"]) == set(c.truth())
    assert all(0.0 <= v <= 1.0 for v in got["designs"]["moderate"].values())
