"""Properties that hold for any data: scale, order of columns, joining of spans, no look-ahead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rotation_lib.catalog import load_catalog
from rotation_lib.findings import Finding
from rotation_lib.market import Market
from rotation_lib.params import report_params
from rotation_lib.project import measuring
from rotation_lib.sources import Dataset
from rotation_lib.stats import eventstudy, intervals, measures, regression
from rotation_lib.stats import returns as r
from rotation_lib.stats.bootstrap import Bootstrap

RETURN = st.floats(-0.15, 0.15)
PAIRS = st.lists(st.tuples(RETURN, RETURN), min_size=60, max_size=120)
SCALE = st.floats(0.05, 4.0)


def frame(values: list[tuple[float, float]], seed: int = 0) -> pd.DataFrame:
    """Two columns of returns; a whisper of noise keeps any of them from being constant."""
    noise = np.random.default_rng(seed).normal(0, 1e-3, (len(values), 2))
    index = pd.bdate_range("2020-01-02", periods=len(values), unit="us", name="date")
    return pd.DataFrame(np.array(values) + noise, index=index, columns=["small", "large"])


# -- scale ----------------------------------------------------------------------------


@given(PAIRS, SCALE)
@settings(max_examples=25, deadline=None)
def test_scaling_both_series_changes_no_ratio(
    values: list[tuple[float, float]], scale: float
) -> None:
    one = frame(values).to_numpy().T[:, None, :]
    for statistic in (measures.volatility_ratio, measures.beta):
        assert statistic(one * scale) == pytest.approx(statistic(one), rel=1e-9)
    first, second = frame(values), frame(values) * scale
    kept = intervals.volatility_ratio_interval(first["small"], first["large"])
    again = intervals.volatility_ratio_interval(second["small"], second["large"])
    assert (again.low, again.high) == pytest.approx((kept.low, kept.high), rel=1e-8)


@given(PAIRS, SCALE)
@settings(max_examples=25, deadline=None)
def test_scaling_one_series_scales_its_slope_mean_and_tail(
    values: list[tuple[float, float]], scale: float
) -> None:
    data = frame(values)
    small, large = data["small"], data["large"]
    fit, grown = regression.newey_west(small, large), regression.newey_west(small * scale, large)
    for name in ("coefficient", "se", "low", "high"):
        expected = scale * fit.table.loc["large", name]
        assert grown.table.loc["large", name] == pytest.approx(expected, rel=1e-7, abs=1e-12)
    assert grown.p("large") == pytest.approx(fit.p("large"), rel=1e-6, abs=1e-12)
    mean, scaled = intervals.mean_interval(small), intervals.mean_interval(small * scale)
    assert scaled.low == pytest.approx(scale * mean.low, rel=1e-9, abs=1e-14)
    assert r.historical_var(small * scale) == pytest.approx(scale * r.historical_var(small))


@given(PAIRS, SCALE)
@settings(max_examples=10, deadline=None)
def test_a_resampled_interval_scales_exactly(
    values: list[tuple[float, float]], scale: float
) -> None:
    data = frame(values)[["small"]]
    one = Bootstrap(data, 5, 50).interval(measures.mean)
    two = Bootstrap(data * scale, 5, 50).interval(measures.mean)
    assert (two.low, two.high) == pytest.approx((scale * one.low, scale * one.high), abs=1e-14)


# -- order of columns -----------------------------------------------------------------


@given(PAIRS)
@settings(max_examples=20, deadline=None)
def test_the_order_of_columns_changes_no_figure(values: list[tuple[float, float]]) -> None:
    data = frame(values)
    turned = data[["large", "small"]]
    for figure in (r.wealth, r.drawdown):
        pd.testing.assert_frame_equal(figure(turned)[["small", "large"]], figure(data))
    base = pd.Timestamp("2020-01-01")
    weekly, again = r.weekly_log_returns(data, base), r.weekly_log_returns(turned, base)
    pd.testing.assert_frame_equal(again[["small", "large"]], weekly)
    aligned, _ = r.align(data["small"], data["large"])
    swapped, _ = r.align(data["large"], data["small"])
    pd.testing.assert_frame_equal(swapped[["small", "large"]], aligned)


@given(PAIRS, st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_the_order_of_regressors_changes_no_slope(
    values: list[tuple[float, float]], seed: int
) -> None:
    x = frame(values)
    y = pd.Series(np.random.default_rng(seed).normal(size=len(x)), index=x.index)
    one, two = regression.newey_west(y, x), regression.newey_west(y, x[["large", "small"]])
    pd.testing.assert_frame_equal(two.table.loc[one.table.index], one.table, rtol=1e-7, atol=1e-9)


# -- joining of spans -----------------------------------------------------------------


@given(PAIRS, st.integers(1, 59))
@settings(max_examples=30, deadline=None)
def test_growth_over_two_spans_is_the_product(values: list[tuple[float, float]], cut: int) -> None:
    small = frame(values)["small"]
    first, second = small.iloc[:cut], small.iloc[cut:]
    joined = r.wealth(first).iloc[-1] * r.wealth(second)
    np.testing.assert_allclose(joined, r.wealth(small).iloc[cut:], rtol=1e-10)
    both = (1 + r.total_return(first)) * (1 + r.total_return(second)) - 1
    assert r.total_return(small) == pytest.approx(both, rel=1e-9, abs=1e-12)
    deepest = min(r.max_drawdown(first), r.max_drawdown(second))
    assert r.max_drawdown(small) <= deepest + 1e-12


@given(PAIRS, st.integers(1, 20), st.integers(1, 20))
@settings(max_examples=30, deadline=None)
def test_windows_join(values: list[tuple[float, float]], one: int, two: int) -> None:
    small = frame(values)["small"]
    whole = eventstudy.window_returns(small, one + two)
    first = eventstudy.window_returns(small, one)
    rest = eventstudy.window_returns(small, two).shift(-one)
    np.testing.assert_allclose(1 + whole, (1 + first) * (1 + rest), rtol=1e-9)


# -- no look-ahead through the whole market -------------------------------------------

AS_OF = "2023-06-30"
THEMES = ("rate_sensitivity", "tech_valuations", "reshoring_sectors", "risks")


def _scrambled(dataset: Dataset, day: pd.Timestamp) -> Dataset:
    """The same data up to ``day``; everything that was not public by then is nonsense."""
    rng = np.random.default_rng(5)

    def returns(table: pd.DataFrame) -> pd.DataFrame:
        changed = table.copy()
        later = changed.index > day
        noise = pd.DataFrame(
            rng.normal(0.01, 0.05, (int(later.sum()), changed.shape[1])),
            index=changed.index[later], columns=changed.columns,
        )  # fmt: skip
        changed.loc[later] = noise.where(changed.loc[later].notna())
        return changed

    catalog = load_catalog()
    observations = dataset.observations.copy()
    for series_id, part in observations.groupby("series_id"):
        entry = catalog[str(series_id)]
        public = catalog.published(entry.id, part["date"]) if entry.point_in_time else part["date"]
        late = part.index[np.asarray(public > day)]
        observations.loc[late, "value"] = rng.normal(100.0, 50.0, len(late))
    decisions = dataset.decisions.copy()
    decisions.loc[decisions["reaction_session"] > day, "change_bp"] *= -1
    facts = dataset.fundamentals.copy()
    late = facts["end"] > day
    facts.loc[late, "value"] = facts.loc[late, "value"] * -3.0
    return replace(
        dataset,
        total_returns=returns(dataset.total_returns),
        price_returns=returns(dataset.price_returns),
        observations=observations,
        fundamentals=facts,
        decisions=decisions,
    )


@pytest.fixture(scope="module")
def markets(dataset: Dataset) -> Iterator[tuple[Market, Market]]:
    params = report_params(start="2016-01-04", as_of=AS_OF)
    changed = _scrambled(dataset, pd.Timestamp(AS_OF))
    yield Market.from_dataset(dataset, params), Market.from_dataset(changed, params)


def _differences(one: list[Finding], two: list[Finding]) -> list[str]:
    return [a.id for a, b in zip(one, two, strict=True) if a != b]


def test_the_scrambled_future_is_really_different(
    dataset: Dataset, market_of: Callable[..., Market]
) -> None:
    changed = _scrambled(dataset, pd.Timestamp(AS_OF))
    later = Market.from_dataset(changed, report_params(start="2016-01-04"))
    honest = market_of(start="2016-01-04")
    assert r.total_return(later.total_returns["IWM"]) != pytest.approx(
        r.total_return(honest.total_returns["IWM"]), abs=0.1
    )


@pytest.mark.parametrize("theme", THEMES)
def test_no_finding_knows_what_was_not_yet_public(
    markets: tuple[Market, Market], theme: str
) -> None:
    """Every finding and specification of a theme is the same whatever the future brings."""
    study = import_module(measuring(theme))
    honest, changed = markets
    assert honest.end == changed.end == pd.Timestamp(AS_OF)
    known = study.findings(honest)
    assert sum(f.value is not None for f in known) >= 15
    assert _differences(known, study.findings(changed)) == []
    assert study.specifications(honest) == study.specifications(changed)
