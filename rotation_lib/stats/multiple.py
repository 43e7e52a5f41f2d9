"""P-values that allow for the number of things tried.

The step-down needs statistics drawn TOGETHER, so that it learns how alike the tries are; it never
corrects p-values that were computed apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from rotation_lib.errors import DataError
from rotation_lib.stats._checks import complete, varying
from rotation_lib.stats.bootstrap import (
    DRAWS,
    MINIMUM,
    SEED,
    Array,
    block_length,
    resampled_sums,
)
from rotation_lib.stats.effort import capped


@dataclass(frozen=True)
class Family:
    """P-values of a family of tests.

    Attributes:
        table: one row a test; columns `statistic`, `p` (alone), `p_adjusted` (family-wise).
        tried: number of tests. method: one phrase for the report.
    """

    table: pd.DataFrame
    tried: int
    method: str


def romano_wolf(
    statistics: Sequence[float] | Array,
    null: Array,
    names: Sequence[str],
    *,
    alternative: Literal["two-sided", "greater"] = "two-sided",
) -> Family:
    """Step-down p-values controlling the family-wise error (Romano & Wolf 2005; p-values 2016).

    Args:
        statistics: k studentised statistics.
        null: the same statistics on each resample under the null (centred), shape (draws, k);
            one row is ONE resample of all of them.
        names: k labels.
        alternative: "two-sided" uses absolute values, "greater" rejects for large values.

    Returns:
        `Family`; p_adjusted is monotone in the statistic and at least p.

    NaN: refused. Raises `DataError` on missing values or shapes that do not match.
    """
    values, draws = np.asarray(statistics, dtype=float), np.asarray(null, dtype=float)
    if draws.ndim != 2 or draws.shape[1] != len(values) or len(names) != len(values):
        raise DataError(
            f"romano_wolf got {len(values)} statistics, {len(names)} names and a null of shape "
            f"{draws.shape}; the null needs one row a resample and one column a statistic."
        )
    complete(pd.Series(values), 1, "romano_wolf")
    complete(pd.DataFrame(draws), 1, "romano_wolf")
    if alternative == "two-sided":
        values, draws = np.abs(values), np.abs(draws)
    order = np.argsort(-values, kind="stable")
    # Row maxima over the hypotheses not yet stepped over: from the weakest to the strongest.
    highest = np.maximum.accumulate(draws[:, order[::-1]], axis=1)[:, ::-1]
    stepped = _tail_share(highest, values[order])
    adjusted = np.empty(len(values))
    adjusted[order] = np.maximum.accumulate(stepped)
    table = pd.DataFrame(
        {
            "statistic": np.asarray(statistics, dtype=float),
            "p": _tail_share(draws, values),
            "p_adjusted": adjusted,
        },
        index=pd.Index(list(names), name="test"),
    )
    text = f"Romano-Wolf step-down over {len(values)} tests, {len(draws):,} shared resamples"
    return Family(table, len(values), text)


def _tail_share(draws: Array, values: Array) -> Array:
    return np.asarray((1.0 + (draws >= values).sum(axis=0)) / (1.0 + len(draws)))


def family_of_means(
    frame: pd.DataFrame,
    *,
    block: int | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    alternative: Literal["two-sided", "greater"] = "two-sided",
) -> Family:
    """Romano-Wolf p-values that the mean of each column is zero.

    Each column's statistic is its mean over its stationary-bootstrap standard error; all columns
    share every resample.

    Args:
        frame: n >= 40 complete rows (returns, or differences of returns), one column a test.
        block: mean block length, None for `block_length`.
        draws: resamples.
        seed: of the resamples.
        alternative: as in `romano_wolf`.

    NaN: refused. Raises `DataError` on missing values, too few rows or a constant column.
    """
    complete(frame, MINIMUM, "family_of_means")
    varying(frame, "family_of_means")
    length = block_length(frame) if block is None else block
    columns = frame.to_numpy(dtype=float)
    means = resampled_sums(columns, length, capped(draws), seed) / len(columns)
    centre, spread = columns.mean(axis=0), means.std(axis=0, ddof=1)
    names = [str(c) for c in frame.columns]
    family = romano_wolf(centre / spread, (means - centre) / spread, names, alternative=alternative)
    text = f"{family.method}, stationary block bootstrap, mean block {length} rows, seed {seed}"
    return Family(family.table, family.tried, text)


@dataclass(frozen=True)
class Superiority:
    """Hansen's test that no alternative beats the benchmark.

    Attributes:
        lower, consistent, upper: p-values under three recentrings; report `consistent`.
        tried: alternatives. method: one phrase for the report.
    """

    lower: float
    consistent: float
    upper: float
    tried: int
    method: str


def superior_ability(
    benchmark_losses: pd.Series,
    losses: pd.DataFrame,
    *,
    block: int | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Superiority:
    """Test of superior predictive ability (Hansen 2005), by `arch.bootstrap.SPA`.

    Args:
        benchmark_losses: n >= 40 losses of the benchmark (squared errors, or negative returns).
        losses: the same n rows, one column an alternative.
        block: mean block length, None for `block_length` of the loss differences.
        draws: resamples.
        seed: of the resamples.

    NaN: refused. Raises `DataError` on missing values, other dates, too few rows, or an
    alternative whose losses differ from the benchmark's by a constant.
    """
    from arch.bootstrap import SPA

    if not losses.index.equals(benchmark_losses.index):
        raise DataError("superior_ability needs all losses on the same dates; align them first.")
    gaps = losses.rsub(benchmark_losses, axis=0)
    complete(gaps, MINIMUM, "superior_ability")
    varying(gaps, "superior_ability")
    length = block_length(gaps) if block is None else block
    draws = capped(draws)
    test = SPA(benchmark_losses, losses, block_size=length, reps=draws, seed=seed)
    test.compute()
    values = test.pvalues
    text = (
        f"superior predictive ability over {losses.shape[1]} alternatives, {draws:,} resamples, "
        f"mean block {length} rows, seed {seed}"
    )
    return Superiority(
        float(values["lower"]),
        float(values["consistent"]),
        float(values["upper"]),
        losses.shape[1],
        text,
    )
