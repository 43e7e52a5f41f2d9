"""Out-of-sample forecasts against a loop that refits at every date, and against the future."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from rotation_lib.errors import DataError
from rotation_lib.stats import prediction as p

INDEX = pd.date_range("2005-01-31", periods=200, freq="ME", unit="us")


def make(seed: int, lead: float = 0.0, n: int = 200) -> tuple[pd.Series, pd.Series]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    y = rng.normal(size=n)
    y[1:] += lead * x[:-1]
    return pd.Series(y, INDEX[:n], name="y"), pd.Series(x, INDEX[:n], name="x")


def refitted(y: pd.Series, x: pd.Series, h: int, train: int) -> pd.DataFrame:
    """At each row t: fit on pairs (x_s, y_{s+h}) with s + h <= t, forecast y_{t+h}."""
    rows = {}
    for t in range(len(y) - h):
        known = t - h + 1
        if known < train:
            continue
        outcome, lead = y.to_numpy()[h : t + 1], x.to_numpy()[:known]
        fit = sm.OLS(outcome, sm.add_constant(lead)).fit().params
        rows[y.index[t + h]] = (y.iloc[t + h], fit[0] + fit[1] * x.iloc[t], outcome.mean())
    return pd.DataFrame.from_dict(rows, orient="index", columns=["actual", "model", "mean"])


@pytest.mark.parametrize(("horizon", "train"), [(1, 60), (3, 24), (12, 40)])
def test_forecasts_are_those_of_a_refit_at_every_row(horizon: int, train: int) -> None:
    y, x = make(1, 0.3)
    got = p.lead_lag(y, x, horizon, min_train=train, draws=9)
    expected = refitted(y, x, horizon, train)
    pd.testing.assert_frame_equal(got.forecasts, expected, check_freq=False, rtol=1e-9)
    errors = expected.rsub(expected["actual"], axis=0)
    r2 = 1 - (errors["model"] ** 2).sum() / (errors["mean"] ** 2).sum()
    assert got.oos_r2 == pytest.approx(r2, rel=1e-9)
    assert got.n == len(expected)


@pytest.mark.parametrize("horizon", [1, 4])
def test_clark_west_is_the_t_of_the_adjusted_difference(horizon: int) -> None:
    y, x = make(2, 0.2)
    got = p.lead_lag(y, x, horizon, draws=9)
    f = got.forecasts
    gain = (f["actual"] - f["mean"]) ** 2 - (
        (f["actual"] - f["model"]) ** 2 - (f["mean"] - f["model"]) ** 2
    )
    fit = sm.OLS(gain, np.ones(len(gain))).fit(
        cov_type="HAC", cov_kwds={"maxlags": horizon - 1, "use_correction": False}
    )
    assert got.clark_west == pytest.approx(fit.tvalues.iloc[0], rel=1e-8)
    assert got.p_normal == pytest.approx(
        fit.pvalues.iloc[0] / 2 if got.clark_west > 0 else 1 - fit.pvalues.iloc[0] / 2
    )


@pytest.mark.parametrize("horizon", [1, 6])
def test_a_forecast_never_uses_the_future(horizon: int) -> None:
    y, x = make(3)
    later_y, later_x = y.copy(), x.copy()
    later_y.iloc[150:] += 100.0
    later_x.iloc[150:] -= 50.0
    one = p.lead_lag(y, x, horizon, draws=9).forecasts
    two = p.lead_lag(later_y, later_x, horizon, draws=9).forecasts
    # Made at row 149 at the latest, for row 149 + horizon.
    last = INDEX[149 + horizon]
    pd.testing.assert_frame_equal(
        one.loc[:last, ["model", "mean"]], two.loc[:last, ["model", "mean"]], rtol=0, atol=0
    )


def test_a_true_lead_is_found_and_noise_is_not() -> None:
    strong = p.lead_lag(*make(4, 0.6), draws=199)
    assert strong.oos_r2 > 0.05
    assert strong.p == pytest.approx(1 / 200)
    p_values = [p.lead_lag(*make(10 + i, n=120), min_train=30, draws=99).p for i in range(120)]
    assert np.mean(np.array(p_values) <= 0.05) == pytest.approx(0.05, abs=0.06)


def test_the_null_is_reproducible_and_blind_to_units() -> None:
    y, x = make(5, 0.1)
    one, two = p.lead_lag(y, x, draws=49), p.lead_lag(y, x, draws=49)
    np.testing.assert_array_equal(one.null, two.null)
    scaled = p.lead_lag(3 * y + 7, 100 * x - 2, draws=49)
    assert scaled.oos_r2 == pytest.approx(one.oos_r2, rel=1e-8)
    assert scaled.clark_west == pytest.approx(one.clark_west, rel=1e-8)
    assert "49" in one.method


def test_a_family_corrects_for_every_predictor_and_horizon() -> None:
    y, x = make(6, 0.6)
    rng = np.random.default_rng(7)
    predictors = pd.DataFrame(rng.normal(size=(200, 3)), INDEX, columns=list("abc")).assign(x=x)
    family, table = p.lead_lag_family(y, predictors, (1, 3), draws=199)
    assert family.tried == 8
    assert list(table["predictor"]) == ["a", "a", "b", "b", "c", "c", "x", "x"]
    best = table.sort_values("p_adjusted").iloc[0]
    assert (best["predictor"], best["horizon"]) == ("x", 1)
    assert best["p_adjusted"] < 0.05
    assert (table["p_adjusted"] >= table["p"]).all()
    alone = p.lead_lag(y, x, 1, draws=199, block=p._length(y, 3))
    assert table["p"].iloc[6] == pytest.approx(alone.p)
    with pytest.raises(DataError, match="at least one predictor"):
        p.lead_lag_family(y, predictors[[]])


def test_refuses_what_it_cannot_forecast() -> None:
    y, x = make(8)
    with pytest.raises(DataError, match="horizon = 0"):
        p.lead_lag(y, x, 0)
    with pytest.raises(DataError, match="same dates"):
        p.lead_lag(y, x.iloc[1:])
    with pytest.raises(DataError, match="missing"):
        p.lead_lag(y.where(y.index != INDEX[7]), x)
    with pytest.raises(DataError, match="at least 73"):
        p.lead_lag(y.iloc[:72], x.iloc[:72])
    flat = x.copy()
    flat.iloc[:60] = 1.0
    with pytest.raises(DataError, match="constant"):
        p.lead_lag(y, flat)
    settled = pd.Series(0.0, INDEX)
    settled.iloc[0] = 1.0  # known before the first pair ends
    with pytest.raises(DataError, match="tell exactly"):
        p.lead_lag(settled, x, draws=9)
    assert p.lead_lag(y.iloc[:73], x.iloc[:73], draws=9).n == 12
