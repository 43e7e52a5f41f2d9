"""Newey-West, rolling slopes, what-ifs and block intervals, against statsmodels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.regression.rolling import RollingOLS

from rotation_lib.errors import DataError
from rotation_lib.stats import regression as g
from rotation_lib.stats import slopes


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    index = pd.bdate_range("2015-01-02", periods=300, unit="us")
    x = rng.normal(size=300)
    z = 0.5 * x + rng.normal(size=300)
    noise = np.convolve(rng.normal(size=304), np.ones(5) / 5, mode="valid") * (1 + 0.5 * abs(x))
    return pd.DataFrame({"y": 0.3 + 0.7 * x - 0.2 * z + noise, "x": x, "z": z}, index=index)


def sandwich(y: np.ndarray, design: np.ndarray, lags: int) -> tuple[np.ndarray, np.ndarray]:
    """Newey-West (1987), written out."""
    bread = np.linalg.inv(design.T @ design)
    coefficients = bread @ design.T @ y
    scores = design * (y - design @ coefficients)[:, None]
    meat = scores.T @ scores
    for lag in range(1, lags + 1):
        one = scores[lag:].T @ scores[:-lag]
        meat += (1 - lag / (lags + 1)) * (one + one.T)
    return coefficients, np.sqrt(np.diag(bread @ meat @ bread))


@pytest.mark.parametrize("lags", [0, 1, 4, 12])
def test_newey_west_is_the_sandwich(data: pd.DataFrame, lags: int) -> None:
    fit = g.newey_west(data["y"], data[["x", "z"]], lags)
    design = np.column_stack([np.ones(300), data[["x", "z"]]])
    coefficients, se = sandwich(data["y"].to_numpy(), design, lags)
    np.testing.assert_allclose(fit.table["coefficient"], coefficients, rtol=1e-10)
    np.testing.assert_allclose(fit.table["se"], se, rtol=1e-10)
    quantile = stats.t.ppf(0.975, 297)
    np.testing.assert_allclose(fit.table["low"], coefficients - quantile * se, rtol=1e-9)
    assert fit.p("x") == pytest.approx(2 * stats.t.sf(abs(coefficients[1] / se[1]), 297))
    assert list(fit.table.index) == ["const", "x", "z"]
    assert (fit.n, fit.lags) == (300, lags)


def test_newey_west_tells_its_method_and_interval(data: pd.DataFrame) -> None:
    fit = g.newey_west(data["y"], data["x"], confidence=0.9)
    interval = fit.interval("x")
    assert interval.low < fit.coefficient("x") < interval.high
    assert interval.confidence == 0.9
    assert "4 lags" in interval.method
    with pytest.raises(DataError, match="choose one of const, x"):
        fit.interval("q")


def test_newey_west_refuses_what_it_cannot_use(data: pd.DataFrame) -> None:
    y, x = data["y"], data["x"]
    with pytest.raises(DataError, match="same dates"):
        g.newey_west(y, x.iloc[1:])
    with pytest.raises(DataError, match="missing"):
        g.newey_west(y.mask(y.index == y.index[4]), x)
    with pytest.raises(DataError, match="flat is constant"):
        g.newey_west(y, pd.DataFrame({"flat": 0.1}, index=y.index))
    with pytest.raises(DataError, match="determine each other"):
        g.newey_west(y, pd.DataFrame({"a": x, "b": 2 * x + 1}))
    with pytest.raises(DataError, match="at least 7"):
        g.newey_west(y.iloc[:6], x.iloc[:6])
    with pytest.raises(DataError, match="lags = -1"):
        g.newey_west(y, x, -1)


@pytest.mark.parametrize("lags", [0, 4])
@pytest.mark.parametrize("level", [0.0, 40.0])
def test_every_figure_is_that_of_statsmodels(data: pd.DataFrame, level: float, lags: int) -> None:
    x = data[["x", "z"]] + level
    fit = sm.OLS(data["y"], sm.add_constant(x)).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False}, use_t=True
    )
    got = g.newey_west(data["y"], x, lags, confidence=0.9)
    columns = (fit.params, fit.bse, fit.tvalues, fit.pvalues, *fit.conf_int(0.1).to_numpy().T)
    np.testing.assert_allclose(got.table, np.column_stack(columns), rtol=1e-8)
    assert got.r2 == pytest.approx(fit.rsquared, rel=1e-9)


def test_a_level_far_from_zero_costs_no_accuracy(data: pd.DataFrame) -> None:
    far = data[["x", "z"]] + 1e5
    near = g.newey_west(data["y"], far - 1e5).table.loc["x"]
    got = g.newey_west(data["y"], far).table.loc["x"]
    np.testing.assert_allclose(got[["coefficient", "se"]], near[["coefficient", "se"]], rtol=1e-10)


def test_what_is_explained_in_full_or_never_varies_has_no_error(data: pd.DataFrame) -> None:
    x = data["x"]
    whole = g.newey_west(x.rename("y"), x)
    assert whole.coefficient("x") == pytest.approx(1.0, rel=1e-14)
    assert whole.r2 == pytest.approx(1.0, rel=1e-14)
    assert whole.p("x") < 1e-300
    nothing = g.newey_west(0.0 * x, x)
    assert (nothing.coefficient("x"), nothing.interval("x").high) == (0.0, 0.0)
    assert np.isnan(nothing.p("x"))
    assert np.isnan(nothing.r2)


@given(st.floats(0.01, 100.0), st.floats(-5.0, 5.0))
@settings(max_examples=15, deadline=None)
def test_a_slope_scales_with_y_and_ignores_shifts(scale: float, shift: float) -> None:
    rng = np.random.default_rng(3)
    y, x = pd.Series(rng.normal(size=40)), pd.Series(rng.normal(size=40), name="x")
    one, two = g.newey_west(y, x), g.newey_west(scale * y + shift, x + shift)
    assert two.coefficient("x") == pytest.approx(scale * one.coefficient("x"), rel=1e-8)
    assert two.p("x") == pytest.approx(one.p("x"), rel=1e-6)


def test_what_if_equals_the_textbook_prediction(data: pd.DataFrame) -> None:
    got = g.what_if(data["y"], data[["x", "z"]], {"z": -1.0, "x": 2.0})
    fit = sm.OLS(data["y"], sm.add_constant(data[["x", "z"]])).fit(
        cov_type="HAC", cov_kwds={"maxlags": 4}, use_t=True
    )
    point = np.array([1.0, 2.0, -1.0])
    variance = point @ fit.cov_params().to_numpy() @ point
    quantile = stats.t.ppf(0.975, 297)
    assert got.value == pytest.approx(float(point @ fit.params), rel=1e-12)
    assert got.mean.high - got.value == pytest.approx(quantile * np.sqrt(variance), rel=1e-9)
    residual = fit.ssr / 297
    assert got.single.high - got.value == pytest.approx(
        quantile * np.sqrt(variance + residual), rel=1e-9
    )
    with pytest.raises(DataError, match="give one value for each"):
        g.what_if(data["y"], data[["x", "z"]], {"x": 2.0})


def test_rolling_slope_equals_statsmodels(data: pd.DataFrame) -> None:
    rolled = slopes.rolling_slope(data["y"], data["x"], 60)
    plain = RollingOLS(data["y"], sm.add_constant(data[["x"]]), 60).fit().params["x"].dropna()
    assert rolled.index.equals(plain.index)
    np.testing.assert_allclose(rolled["slope"], plain, atol=1e-10)
    for last in (59, 130, 299):
        part = data.iloc[last - 59 : last + 1]
        fit = g.newey_west(part["y"], part["x"])
        row = rolled.loc[data.index[last]]
        assert row["se"] == pytest.approx(fit.table.loc["x", "se"], rel=1e-9)
        assert (row["low"], row["high"]) == pytest.approx(
            (fit.interval("x").low, fit.interval("x").high), rel=1e-9
        )


def test_rolling_slope_never_looks_ahead(data: pd.DataFrame) -> None:
    changed = data.copy()
    changed.iloc[200:] = 9.0 + np.arange(300).reshape(100, 3)
    one = slopes.rolling_slope(data["y"], data["x"], 50)
    two = slopes.rolling_slope(changed["y"], changed["x"], 50)
    pd.testing.assert_frame_equal(one.loc[: data.index[199]], two.loc[: data.index[199]])


def test_rolling_slope_of_short_or_flat_series(data: pd.DataFrame) -> None:
    assert slopes.rolling_slope(data["y"].iloc[:20], data["x"].iloc[:20], 30).empty
    flat = data["x"].copy()
    flat.iloc[:40] = 0.3
    slope = slopes.rolling_slope(data["y"], flat, 30)["slope"]
    assert slope.iloc[:11].isna().all()
    assert slope.iloc[11:].notna().all()
    with pytest.raises(DataError, match="window = 6"):
        slopes.rolling_slope(data["y"], data["x"], 6)


def test_ibragimov_mueller_is_the_t_interval_of_block_estimates() -> None:
    values = [1.0, 2.0, 4.0, 5.0]
    got = g.ibragimov_mueller(values)
    low, high = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert (got.low, got.high) == pytest.approx((low, high), rel=1e-12)
    with pytest.raises(DataError, match="at least 2"):
        g.ibragimov_mueller([1.0])
    with pytest.raises(DataError, match="missing"):
        g.ibragimov_mueller([1.0, float("nan")])


def test_a_regressor_too_small_to_square_is_refused() -> None:
    index = pd.bdate_range("2020-01-01", periods=80)
    rng = np.random.default_rng(5)
    x, y = (pd.Series(rng.normal(size=80), index=index, name=name) for name in "xy")
    plain, small = (g.newey_west(y, x * scale, 4) for scale in (1.0, 2.0**-400))
    assert small.coefficient("x") * 2.0**-400 == pytest.approx(plain.coefficient("x"), rel=1e-12)
    assert small.p("x") == pytest.approx(plain.p("x"), rel=1e-9)
    with pytest.raises(DataError, match="rescale it"):
        g.newey_west(y, x * 2.0**-600, 4)
