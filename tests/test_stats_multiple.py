"""Step-down p-values and superior ability, against a direct computation, arch, and error rates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from arch.bootstrap import SPA, StepM
from hypothesis import given, settings
from hypothesis import strategies as st

from rotation_lib.errors import DataError
from rotation_lib.stats import multiple as m


def stepdown(statistics: np.ndarray, null: np.ndarray) -> np.ndarray:
    """Romano & Wolf (2016), algorithm 4.2, written as loops."""
    order = sorted(range(len(statistics)), key=lambda i: -statistics[i])
    adjusted, previous = {}, 0.0
    for step, i in enumerate(order):
        remaining = order[step:]
        exceed = sum(max(row[j] for j in remaining) >= statistics[i] for row in null)
        previous = max(previous, (1 + exceed) / (1 + len(null)))
        adjusted[i] = previous
    return np.array([adjusted[i] for i in range(len(statistics))])


def test_by_hand() -> None:
    null = np.array([[1.0, 0.0], [0.0, 3.0], [0.5, 0.5]])
    got = m.romano_wolf([2.0, 0.8], null, ["a", "b"], alternative="greater").table
    assert got["p"].tolist() == [1 / 4, 2 / 4]
    # a: row maxima 1, 3, 0.5 exceed 2 once; b then alone: 0, 3, 0.5 exceed 0.8 once, kept at a's.
    assert got["p_adjusted"].tolist() == [2 / 4, 2 / 4]


def test_two_sided_uses_absolute_values_and_keeps_the_sign() -> None:
    null = np.random.default_rng(1).normal(size=(200, 3))
    one = m.romano_wolf([-2.5, 1.0, 0.2], null, list("abc"))
    two = m.romano_wolf([2.5, 1.0, 0.2], null, list("abc"))
    assert one.table["p_adjusted"].tolist() == two.table["p_adjusted"].tolist()
    assert one.table["statistic"].tolist() == [-2.5, 1.0, 0.2]
    assert one.tried == 3
    assert "3 tests" in one.method


@given(st.integers(1, 6), st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_agrees_with_the_loops_whatever_the_order(k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values, null = rng.normal(1.0, 1.0, k), rng.normal(size=(40, k))
    names = [str(i) for i in range(k)]
    got = m.romano_wolf(values, null, names, alternative="greater").table
    np.testing.assert_allclose(got["p_adjusted"], stepdown(values, null), rtol=1e-12)
    assert (got["p_adjusted"] >= got["p"] - 1e-15).all()
    order = rng.permutation(k)
    turned = m.romano_wolf(
        values[order], null[:, order], [names[i] for i in order], alternative="greater"
    ).table
    np.testing.assert_allclose(turned.loc[names, "p_adjusted"], got["p_adjusted"], rtol=1e-12)


def test_one_test_needs_no_correction() -> None:
    null = np.random.default_rng(1).normal(size=(99, 1))
    got = m.romano_wolf([1.7], null, ["only"]).table
    assert got["p"].tolist() == got["p_adjusted"].tolist()


def test_refuses_shapes_that_do_not_match_and_missing_values() -> None:
    null = np.zeros((5, 2))
    with pytest.raises(DataError, match="null of shape"):
        m.romano_wolf([1.0], null, ["a"])
    with pytest.raises(DataError, match="null of shape"):
        m.romano_wolf([1.0, 2.0], null, ["a"])
    with pytest.raises(DataError, match="missing"):
        m.romano_wolf([1.0, np.nan], null, ["a", "b"])


def frame(seed: int, means: tuple[float, ...], n: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    values = 0.01 * (common + rng.normal(size=(n, len(means)))) + np.array(means)
    return pd.DataFrame(values, columns=[f"s{i}" for i in range(len(means))])


def test_family_of_means_finds_the_one_that_is_not_zero() -> None:
    got = m.family_of_means(frame(2, (0.004, 0.0, 0.0, 0.0)), block=5, draws=500).table
    assert got.loc["s0", "p_adjusted"] < 0.01
    assert (got["p_adjusted"].iloc[1:] > 0.05).all()


def test_family_of_means_is_reproducible_and_blind_to_scale() -> None:
    data = frame(3, (0.001, 0.0))
    one = m.family_of_means(data, block=5, draws=200).table
    two = m.family_of_means(data, block=5, draws=200).table
    pd.testing.assert_frame_equal(one, two)
    scaled = m.family_of_means(100 * data, block=5, draws=200).table
    pd.testing.assert_frame_equal(one, scaled)
    with pytest.raises(DataError, match="s1 is constant"):
        m.family_of_means(data.assign(s1=0.1))


def test_family_wise_error_is_near_its_level() -> None:
    false = [
        m.family_of_means(frame(100 + i, (0.0,) * 5, 120), block=2, draws=99).table
        for i in range(150)
    ]
    alone = np.mean([(t["p"] <= 0.05).any() for t in false])
    adjusted = np.mean([(t["p_adjusted"] <= 0.05).any() for t in false])
    assert adjusted <= 0.12
    assert alone > adjusted + 0.05


def test_what_survives_the_step_down_survives_arch_s() -> None:
    """The same set as arch's StepM (Romano & Wolf 2005), which gives no p-values."""
    for seed, means in enumerate([(0.004, 0.003, 0.0, -0.002, 0.0), (0.0,) * 5, (0.01,) * 3]):
        data = frame(seed, means)
        ours = m.family_of_means(data, block=5, draws=500, alternative="greater").table
        theirs = StepM(np.zeros(len(data)), -data, size=0.05, block_size=5, reps=500, seed=seed)
        theirs.compute()
        kept = set(ours.index[ours["p_adjusted"] <= 0.05])
        assert kept == set(theirs.superior_models), means


def test_superior_ability_is_arch_s() -> None:
    rng = np.random.default_rng(4)
    benchmark = pd.Series(rng.normal(1.0, 1.0, 200))
    losses = pd.DataFrame(
        {
            "a": benchmark - 0.3 + rng.normal(0, 0.5, 200),
            "b": benchmark + 1e-3 * rng.normal(size=200),
        }
    )
    got = m.superior_ability(benchmark, losses, block=5, draws=300, seed=1)
    spa = SPA(benchmark, losses, block_size=5, reps=300, seed=1)
    spa.compute()
    assert (got.lower, got.consistent, got.upper) == tuple(spa.pvalues)
    assert got.consistent < 0.05
    assert got.tried == 2
    with pytest.raises(DataError, match="same dates"):
        m.superior_ability(benchmark, losses.iloc[1:])
    with pytest.raises(DataError, match="constant"):
        m.superior_ability(benchmark, pd.DataFrame({"a": benchmark, "b": losses["b"]}))
