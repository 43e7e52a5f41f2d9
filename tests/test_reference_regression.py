"""Regressions against R (sandwich, lmtest): its answers are stored with the script that asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rotation_lib.stats import regression as g
from rotation_lib.stats import slopes

REFERENCE = Path(__file__).parent / "reference"
CLOSE = 1e-8


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "regression.csv", index_col="date", parse_dates=True)


@pytest.fixture(scope="module")
def answers() -> pd.Series:
    frame = pd.read_csv(REFERENCE / "regressions_r.csv")
    return frame.set_index(["case", "term", "name"])["value"]


def test_the_record_names_the_versions_that_answered() -> None:
    versions = pd.read_csv(REFERENCE / "regressions_r_versions.csv", dtype=str)
    assert versions["package"].tolist() == ["R", "sandwich", "lmtest"]
    assert versions["version"].str.match(r"\d+\.\d+").all()


def same(fit: g.Regression, expected: pd.Series) -> None:
    for term, row in fit.table.iterrows():
        for name, value in row.items():
            assert value == pytest.approx(expected[(term, name)], rel=CLOSE), (term, name)
    assert fit.r2 == pytest.approx(expected[("all", "r2")], rel=CLOSE)
    assert fit.n == expected[("all", "n")]


@pytest.mark.parametrize("lags", [0, 1, 4, 12])
def test_two_regressors_as_in_r(data: pd.DataFrame, answers: pd.Series, lags: int) -> None:
    same(g.newey_west(data["y"], data[["x", "z"]], lags), answers[f"both, {lags} lags"])


def test_one_regressor_and_a_rolling_window_as_in_r(data: pd.DataFrame, answers: pd.Series) -> None:
    same(g.newey_west(data["y"], data["x"], 4), answers["x alone, 4 lags"])
    last = slopes.rolling_slope(data["y"], data["x"], 104).iloc[-1]
    expected = answers["x alone, last 104, 4 lags"]["x"]
    names = ["coefficient", "se", "low", "high"]
    np.testing.assert_allclose(last.to_numpy(), expected[names].to_numpy(), rtol=CLOSE)


def test_a_what_if_as_in_r(data: pd.DataFrame, answers: pd.Series) -> None:
    got = g.what_if(data["y"], data[["x", "z"]], {"x": 0.25, "z": -0.05})
    expected = answers["what if"]
    assert got.value == pytest.approx(expected[("all", "value")], rel=CLOSE)
    for kind, interval in (("mean", got.mean), ("single", got.single)):
        ends = (expected[(kind, "low")], expected[(kind, "high")])
        assert (interval.low, interval.high) == pytest.approx(ends, rel=CLOSE)


def test_the_t_interval_over_blocks_as_in_r(data: pd.DataFrame, answers: pd.Series) -> None:
    blocks = np.array_split(data[["y", "x"]].to_numpy(), 8)
    slopes = [float(np.polyfit(part[:, 1], part[:, 0], 1)[0]) for part in blocks]
    got = g.ibragimov_mueller(slopes)
    expected = answers["eight blocks"]["x"]
    assert np.mean(slopes) == pytest.approx(expected["value"], rel=CLOSE)
    assert (got.low, got.high) == pytest.approx((expected["low"], expected["high"]), rel=CLOSE)
