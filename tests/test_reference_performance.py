"""Performance and risk against empyrical (run here) and quantstats (its answers are stored).

Where they are right the figures must agree. Where they are known to err, the error is shown, so that
it is seen when a release mends it, and the project's function must not share it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from rotation_lib.errors import DataError
from rotation_lib.findings import FindingSet
from rotation_lib.market import Market
from rotation_lib.stats import measures
from rotation_lib.stats import returns as r

REFERENCE = Path(__file__).parent / "reference"
BASE = pd.Timestamp("2020-01-01")
GAP = slice(100, 200)


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "performance.csv", index_col="date", parse_dates=True)


@pytest.fixture(scope="module")
def quantstats() -> dict[str, float]:
    record = json.loads((REFERENCE / "performance_quantstats.json").read_text(encoding="utf-8"))
    assert set(record["versions"]) == {"quantstats", "pandas", "numpy", "scipy"}
    figures: dict[str, float] = record["figures"]
    return figures


def slope(pair: pd.DataFrame, downside: bool = False) -> float:
    statistic = measures.downside_beta if downside else measures.beta
    return float(statistic(pair.to_numpy().T[:, None, :])[0])


def ordinary(y: pd.Series, x: pd.Series) -> float:
    return float(sm.OLS(y.to_numpy(), sm.add_constant(x.to_numpy())).fit().params[1])


# ---- where they are right -------------------------------------------------------------------


def test_figures_agree_with_empyrical(data: pd.DataFrame) -> None:
    import empyrical

    small, large = data["small"], data["large"]
    pairs = [
        (r.total_return(small), empyrical.cum_returns_final(small)),
        (r.volatility(small), empyrical.annual_volatility(small)),
        (r.sharpe(small), empyrical.sharpe_ratio(small)),
        (r.sharpe(small, 0.0001), empyrical.sharpe_ratio(small, 0.0001)),
        (r.max_drawdown(small), empyrical.max_drawdown(small)),
        (r.historical_var(small), empyrical.value_at_risk(small, 0.01)),
        (r.historical_var(small, 0.95), empyrical.value_at_risk(small, 0.05)),
        (r.historical_cvar(small), empyrical.conditional_value_at_risk(small, 0.01)),
        (slope(data), empyrical.beta(small, large)),
    ]
    for ours, theirs in pairs:
        assert ours == pytest.approx(theirs, rel=1e-10)
    grown = r.wealth(small)
    np.testing.assert_allclose(grown, empyrical.cum_returns(small, 1.0), rtol=1e-12)


def test_figures_agree_with_quantstats(data: pd.DataFrame, quantstats: dict[str, float]) -> None:
    small = data["small"]
    ours = {
        "total_return": r.total_return(small),
        "volatility": r.volatility(small),
        "sharpe": r.sharpe(small),
        "max_drawdown": r.max_drawdown(small),
        "beta": slope(data),
        "cvar_99_historical": r.historical_cvar(small),
    }
    for name, value in ours.items():
        assert value == pytest.approx(quantstats[name], rel=1e-10), name


def test_betas_agree_with_statsmodels(data: pd.DataFrame) -> None:
    assert slope(data) == pytest.approx(ordinary(data["small"], data["large"]), rel=1e-10)
    falling = data[data["large"] < 0.0]
    expected = ordinary(falling["small"], falling["large"])
    assert slope(data, downside=True) == pytest.approx(expected, rel=1e-10)


# ---- known faults, not shared ---------------------------------------------------------------


def test_a_gap_filled_with_zeros_biases_beta(
    data: pd.DataFrame, quantstats: dict[str, float]
) -> None:
    """quantstats brings the benchmark onto a fund's dates with zeros; a hand-filled gap does worse."""
    short = data["small"].drop(data.index[GAP])
    pair, dropped = r.align(short, data["large"])
    assert dropped == 100
    honest = slope(pair)
    assert honest == pytest.approx(ordinary(pair["small"], pair["large"]), rel=1e-10)
    assert abs(quantstats["beta_with_gap"] - honest) > 0.04
    filled = data.assign(small=short.reindex(data.index).fillna(0.0))
    assert slope(filled) < honest - 0.1


def test_a_gap_filled_with_zeros_calms_a_series(data: pd.DataFrame) -> None:
    """empyrical compounds over a gap as if nothing had happened; ours refuses it."""
    import empyrical

    holed = data["small"].mask(np.arange(len(data)) // 100 == 1)
    assert empyrical.cum_returns_final(holed) == empyrical.cum_returns_final(holed.fillna(0.0))
    for figure in (r.total_return, r.volatility, r.max_drawdown, r.historical_var, r.sharpe):
        with pytest.raises(DataError, match="missing"):
            figure(holed)
    with pytest.raises(DataError, match="inside 'small'"):
        r.wealth(holed)


def test_returns_are_never_guessed_to_be_prices(quantstats: dict[str, float]) -> None:
    """Four returns, one above 100 %: quantstats takes them for prices and differences them."""
    days = pd.bdate_range("2020-01-02", periods=4)
    soaring = pd.Series([0.0, 0.5, 1.2, 0.1], index=days)
    honest = float(np.std(soaring, ddof=1) * np.sqrt(252.0))
    assert r.volatility(soaring) == pytest.approx(honest, rel=1e-12)
    as_prices = float(soaring.pct_change(fill_method=None).iloc[2:].std() * np.sqrt(252.0))
    assert quantstats["volatility_of_soaring_returns"] == pytest.approx(as_prices, rel=1e-10)
    assert as_prices > 2 * honest


def test_prices_are_never_guessed_to_be_returns(quantstats: dict[str, float]) -> None:
    """Prices below 1 that fell by 47 %: quantstats compounds them as gains and sees no fall."""
    days = pd.bdate_range("2020-01-02", periods=4)
    prices = pd.Series([0.9, 0.95, 0.5, 0.99], index=days)
    assert quantstats["max_drawdown_of_penny_prices"] == 0.0
    returns = prices.pct_change(fill_method=None).dropna()
    assert r.max_drawdown(returns) == pytest.approx(0.5 / 0.95 - 1.0, rel=1e-12)


def test_growth_counts_days_and_not_rows(data: pd.DataFrame, quantstats: dict[str, float]) -> None:
    """Rows / 252 makes a year of the calendar's length only by accident."""
    import empyrical

    small = data["small"]
    wealth = 1.0 + r.total_return(small)
    by_rows = wealth ** (252.0 / len(small)) - 1.0
    assert empyrical.annual_return(small) == pytest.approx(by_rows, rel=1e-10)
    assert quantstats["cagr"] == pytest.approx(by_rows, rel=1e-10)
    years = (small.index[-1] - BASE).days / 365.25
    assert r.annualised_growth(small, BASE) == pytest.approx(wealth ** (1 / years) - 1, rel=1e-12)
    assert abs(r.annualised_growth(small, BASE) - by_rows) > 0.001
    # A fund that trades every other day has grown as much in the same years.
    pairs = np.add.reduceat(np.log1p(small.to_numpy()), np.arange(0, len(small), 2))
    ends = small.index[np.minimum(np.arange(1, len(small) + 1, 2), len(small) - 1)]
    sparse = pd.Series(np.expm1(pairs), index=ends)
    assert r.annualised_growth(sparse, BASE) == pytest.approx(r.annualised_growth(small, BASE))
    assert empyrical.annual_return(sparse) > 1.8 * empyrical.annual_return(small)


def test_value_at_risk_is_historical_and_says_so(
    data: pd.DataFrame, quantstats: dict[str, float]
) -> None:
    """Quantstats' value at risk is a normal distribution's, though its name does not say so."""
    from scipy import stats

    small = data["small"]
    gaussian = stats.norm(small.mean(), small.std())
    assert quantstats["value_at_risk_99"] == pytest.approx(gaussian.ppf(0.01), rel=1e-10)
    beyond = small.mean() - small.std() * stats.norm.pdf(stats.norm.ppf(0.01)) / 0.01
    assert quantstats["cvar_99"] == pytest.approx(beyond, rel=1e-10)
    assert r.historical_cvar(small) < quantstats["cvar_99"] - 0.002  # the tail it does not see
    for function in (r.historical_var, r.historical_cvar):
        assert "historical" in function.__name__
        assert "istorical" in (function.__doc__ or "")


def test_every_tail_finding_says_historical(
    market: Market, studied: Callable[[str, Market], FindingSet]
) -> None:
    named = [f for f in studied("risks", market).values() if "var_9" in f.id]
    assert len(named) >= 8
    assert all("istorical" in f.label for f in named), [f.label for f in named]
