"""Regimes: recovery of known states, filtered probabilities only, starts that are reported."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.regime_switching.markov_regression import MarkovRegression

from rotation_lib.errors import DataError
from rotation_lib.stats import regimes as g


@pytest.fixture(scope="module")
def simulated() -> tuple[pd.Series, np.ndarray]:
    rng = np.random.default_rng(1)
    state = np.zeros(600, dtype=int)
    for t in range(1, 600):
        state[t] = state[t - 1] if rng.random() < 0.95 else 1 - state[t - 1]
    values = np.where(state == 0, 0.002, -0.004) + np.where(state == 0, 0.01, 0.04) * (
        rng.normal(size=600)
    )
    index = pd.date_range("2010-01-08", periods=600, freq="W-FRI", unit="us")
    return pd.Series(values, index=index, name="x"), state


@pytest.fixture(scope="module")
def fit(simulated: tuple[pd.Series, np.ndarray]) -> g.Regimes:
    return g.fit_regimes(simulated[0])


def test_states_are_recovered_calm_first(
    simulated: tuple[pd.Series, np.ndarray], fit: g.Regimes
) -> None:
    assert fit.table["volatility"].tolist() == pytest.approx([0.01, 0.04], rel=0.15)
    assert fit.table["volatility"].is_monotonic_increasing
    assert fit.table["mean"][0] == pytest.approx(0.002, abs=0.002)
    assert np.diag(fit.transition).tolist() == pytest.approx([0.95, 0.95], abs=0.04)
    np.testing.assert_allclose(fit.transition.sum(axis=1), 1.0, atol=1e-8)
    told = (fit.probabilities[1] > 0.5).to_numpy() == (simulated[1] == 1)
    assert told.mean() > 0.9
    assert fit.table["share"].sum() == pytest.approx(1.0)


def test_probabilities_are_filtered_and_never_smoothed(
    simulated: tuple[pd.Series, np.ndarray], fit: g.Regimes
) -> None:
    values = simulated[0].to_numpy()
    table, moves = fit.table, fit.transition.to_numpy()
    # Hamilton's filter, written out, from the stationary distribution.
    stay = np.diag(moves)
    prior = np.array([1 - stay[1], 1 - stay[0]]) / (2 - stay.sum())
    filtered = np.empty((600, 2))
    for t, value in enumerate(values):
        sd = table["volatility"].to_numpy()
        density = np.exp(-0.5 * ((value - table["mean"].to_numpy()) / sd) ** 2) / sd
        joint = prior * density
        filtered[t] = joint / joint.sum()
        prior = filtered[t] @ moves
    np.testing.assert_allclose(fit.probabilities, filtered, atol=1e-6)


def test_the_likelihood_is_as_high_as_statsmodels_own_search(
    simulated: tuple[pd.Series, np.ndarray], fit: g.Regimes
) -> None:
    model = MarkovRegression(
        100 * simulated[0].to_numpy(), k_regimes=2, trend="c", switching_variance=True
    )
    assert fit.log_likelihood >= model.fit(disp=False).llf - 1e-3
    assert fit.converged
    assert 1 <= fit.agreeing <= fit.starts == 4
    assert f"{fit.agreeing} of 4 starts agree" in fit.method


def test_it_is_reproducible_and_scales(simulated: tuple[pd.Series, np.ndarray]) -> None:
    x = simulated[0].iloc[:200]
    one, two = g.fit_regimes(x, starts=2), g.fit_regimes(x, starts=2)
    pd.testing.assert_frame_equal(one.probabilities, two.probabilities, rtol=0, atol=0)
    double = g.fit_regimes(2 * x, starts=2)
    np.testing.assert_allclose(double.table["volatility"], 2 * one.table["volatility"], rtol=1e-2)


@pytest.mark.slow
def test_three_states_are_ordered(simulated: tuple[pd.Series, np.ndarray]) -> None:
    fit = g.fit_regimes(simulated[0].iloc[:250], 3, starts=2)
    assert list(fit.table.index) == [0, 1, 2]
    assert fit.table["volatility"].is_monotonic_increasing
    np.testing.assert_allclose(fit.probabilities.sum(axis=1), 1.0, atol=1e-8)
    np.testing.assert_allclose(fit.transition.sum(axis=1), 1.0, atol=1e-8)


def test_refuses_what_it_cannot_fit(simulated: tuple[pd.Series, np.ndarray]) -> None:
    x = simulated[0]
    with pytest.raises(DataError, match="at least 100"):
        g.fit_regimes(x.iloc[:99])
    with pytest.raises(DataError, match="states = 4"):
        g.fit_regimes(x, 4)
    with pytest.raises(DataError, match="missing"):
        g.fit_regimes(x.where(x > x.min()))
    with pytest.raises(DataError, match="constant"):
        g.fit_regimes(0 * x)
