"""Blocks, shared resamples and intervals, against arch and against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from arch.bootstrap import StationaryBootstrap, optimal_block_length
from hypothesis import given, settings
from hypothesis import strategies as st

from rotation_lib.errors import DataError
from rotation_lib.stats import bootstrap as b
from rotation_lib.stats import measures, returns
from rotation_lib.stats.coverage import simulate_pairs
from rotation_lib.stats.regression import newey_west


@pytest.fixture(scope="module")
def pair() -> pd.DataFrame:
    return simulate_pairs(1, 900, seed=3)[0]


def test_block_length_is_the_longest_of_the_absolute_returns(pair: pd.DataFrame) -> None:
    lengths = optimal_block_length(pair.abs())["stationary"]
    assert b.block_length(pair) == min(round(lengths.max()), 900 // 8)
    assert b.block_length(pair["small"]) == min(round(lengths["small"]), 900 // 8)


def test_block_length_is_capped_at_an_eighth_and_at_least_one() -> None:
    trend = pd.DataFrame({"x": np.linspace(0.001, 0.1, 80)})
    assert b.block_length(trend) == 10
    rng = np.random.default_rng(1)
    assert b.block_length(pd.DataFrame({"x": rng.normal(size=80)})) >= 1


def test_block_length_refuses_what_it_cannot_use() -> None:
    with pytest.raises(DataError, match="at least 40"):
        b.block_length(pd.DataFrame({"x": np.arange(39.0)}))
    with pytest.raises(DataError, match="x is constant"):
        b.block_length(pd.DataFrame({"x": np.full(50, 0.01)}))
    with pytest.raises(DataError, match="1 missing"):
        b.block_length(pd.DataFrame({"x": [np.nan, *np.arange(50.0)]}))


def test_indices_are_arch_s_own() -> None:
    source = StationaryBootstrap(7, np.arange(50), seed=np.random.default_rng(11))
    expected = np.array([data[0] for data, _ in source.bootstrap(20)])
    np.testing.assert_array_equal(b.stationary_indices(50, 7, 20, 11), expected)


def test_indices_follow_the_law_of_the_stationary_bootstrap() -> None:
    indices = b.stationary_indices(200, 10, 2000, 5).astype(int)
    step = np.diff(indices, axis=1) % 200
    # A row continues its block with probability 1 - 1/10, or by chance after a restart.
    assert (step == 1).mean() == pytest.approx(0.9 + 0.1 / 200, abs=0.002)
    counts = np.bincount(indices.ravel(), minlength=200)
    assert abs(counts / counts.mean() - 1.0).max() < 0.1


def test_indices_are_shared_and_cannot_be_changed() -> None:
    one = b.stationary_indices(50, 5, 10, 1)
    assert one is b.stationary_indices(50, 5, 10, 1)
    with pytest.raises(ValueError, match="read-only"):
        one[0, 0] = 3
    with pytest.raises(DataError, match="draws = 0"):
        b.stationary_indices(50, 5, 0, 1)


def test_the_same_seed_gives_the_same_bits_and_another_does_not(pair: pd.DataFrame) -> None:
    kinds = [b.Bootstrap(pair, 30, 50, seed) for seed in (1, 1, 2)]
    first, again, other = (k.distribution(measures.volatility_ratio) for k in kinds)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_batches_do_not_change_a_distribution(pair: pd.DataFrame) -> None:
    sample = b.Bootstrap(pair, 30, 1500, 9)  # several batches of 500,000 // 900 resamples
    indices = b.stationary_indices(900, 30, 1500, 9)
    small = pair["small"].to_numpy()
    np.testing.assert_allclose(
        sample.distribution(measures.mean), [small[row].mean() for row in indices], rtol=1e-12
    )


def test_array_forms_equal_their_scalar_forms(pair: pd.DataFrame) -> None:
    sample = b.Bootstrap(pair, 20, 2)
    small, large = pair["small"], pair["large"]
    down = pair[large < 0.0]
    expected = {
        measures.mean: small.mean(),
        measures.mean_difference: (small - large).mean(),
        measures.volatility_ratio: returns.volatility(small) / returns.volatility(large),
        measures.beta: newey_west(small, large).coefficient("large"),
        measures.downside_beta: newey_west(down["small"], down["large"]).coefficient("large"),
        measures.value_at_risk(0.99): returns.historical_var(small),
        measures.expected_shortfall(0.95): returns.historical_cvar(small, 0.95),
        measures.max_drawdown: returns.max_drawdown(small),
        measures.difference(measures.mean): small.mean() - large.mean(),
    }
    for statistic, value in expected.items():
        assert sample.estimate(statistic) == pytest.approx(value, rel=1e-12)


def test_a_resample_s_statistic_is_that_of_its_rows(pair: pd.DataFrame) -> None:
    sample = b.Bootstrap(pair, 20, 3, 4)
    rows = b.stationary_indices(900, 20, 3, 4)[2]
    taken = pair.iloc[rows].reset_index(drop=True)
    down = taken[taken["large"] < 0.0]
    for statistic, value in (
        (measures.downside_beta, np.polyfit(down["large"], down["small"], 1)[0]),
        (measures.max_drawdown, returns.max_drawdown(taken["small"])),
        (measures.expected_shortfall(0.99), returns.historical_cvar(taken["small"])),
    ):
        assert sample.distribution(statistic)[2] == pytest.approx(value, rel=1e-9)


def test_percentile_ends_by_hand() -> None:
    assert b.percentile_ends(np.arange(101.0), 0.90) == pytest.approx((5.0, 95.0))


def test_t_ends_by_hand() -> None:
    values = np.array([1.0, 2.0, 3.0])  # standard deviation 1
    low, high = b.t_ends(2.0, values, 7.0, 0.95, log=False)
    assert (low, high) == pytest.approx((2 - 2.3646242510, 2 + 2.3646242510))
    logs = np.exp(values)
    low, high = b.t_ends(-5.0, -logs, 7.0, 0.95, log=True)
    assert (low, high) == pytest.approx((-5 * np.exp(2.3646242510), -5 * np.exp(-2.3646242510)))
    with pytest.raises(DataError, match="one sign"):
        b.t_ends(1.0, np.array([-1.0, 1.0]), 7.0, 0.95, log=True)


def test_intervals_scale_and_say_what_they_are(pair: pd.DataFrame) -> None:
    one = b.interval_of(measures.mean, pair, block=25, draws=200)
    ten = b.interval_of(measures.mean, 10.0 * pair, block=25, draws=200)
    assert (ten.low, ten.high) == pytest.approx((10 * one.low, 10 * one.high), rel=1e-12)
    assert (one.draws, one.block, one.confidence) == (200, 25, 0.95)
    assert "200 draws" in one.method
    assert "seed 20240918" in one.method
    wide = b.interval_of(measures.mean, pair, block=25, draws=200, confidence=0.99)
    assert wide.low < one.low < one.high < wide.high


@given(st.permutations([0, 1]))
@settings(max_examples=4, deadline=None)
def test_the_order_of_columns_only_turns_the_ratio(order: list[int]) -> None:
    frame = simulate_pairs(1, 120, seed=8)[0]
    swapped = frame.iloc[:, order]
    straight = b.Bootstrap(frame, 12, 60).distribution(measures.volatility_ratio)
    other = b.Bootstrap(swapped, 12, 60).distribution(measures.volatility_ratio)
    np.testing.assert_allclose(other, straight if order == [0, 1] else 1.0 / straight, rtol=1e-12)


def test_a_bootstrap_refuses_short_or_missing_rows_and_undefined_statistics() -> None:
    with pytest.raises(DataError, match="at least 40"):
        b.Bootstrap(pd.DataFrame({"x": np.arange(30.0)}))
    frame = pd.DataFrame({"x": np.random.default_rng(1).normal(size=60)})
    with pytest.raises(DataError, match="missing"):
        b.Bootstrap(frame.where(frame["x"] > frame["x"].min()))
    with pytest.raises(DataError, match="block = 0"):
        b.interval_of(measures.mean, frame, block=0, draws=20)
    with pytest.raises(DataError, match="not finite"):
        b.interval_of(lambda x: measures.mean(x) * np.nan, frame, block=5, draws=20)
    with pytest.raises(DataError, match="between 0 and 1"):
        b.interval_of(measures.mean, frame, block=5, draws=20, confidence=95.0)
