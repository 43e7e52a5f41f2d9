"""Array forms of the statistics that get intervals: columns x rows in, one value a resample out.

Each takes shape (k, …, n) and returns shape (…); each equals its scalar counterpart on one sample.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rotation_lib.stats.bootstrap import Array, Statistic


def mean(x: Array) -> Array:
    """Mean of the first column."""
    return np.asarray(x[0].mean(axis=-1))


def mean_difference(x: Array) -> Array:
    """Mean of the first column minus that of the second."""
    return np.asarray(x[0].mean(axis=-1) - x[1].mean(axis=-1))


def volatility_ratio(x: Array) -> Array:
    """Standard deviation (ddof 1) of the first column over that of the second.

    >>> float(volatility_ratio(np.array([[0.02, -0.02, 0.02], [0.01, -0.01, 0.01]])))
    2.0
    """
    return np.asarray(x[0].std(axis=-1, ddof=1) / x[1].std(axis=-1, ddof=1))


def beta(x: Array) -> Array:
    """OLS slope (with intercept) of the first column on the second.

    >>> round(float(beta(np.array([[0.03, 0.00, -0.03], [0.02, 0.00, -0.02]]))), 6)
    1.5
    """
    market = x[1] - x[1].mean(axis=-1, keepdims=True)
    return np.asarray((x[0] * market).sum(axis=-1) / (market * market).sum(axis=-1))


def downside_beta(x: Array) -> Array:
    """OLS slope (with intercept) of the first column on the second where the second is below 0."""
    down = (x[1] < 0.0).astype(float)
    count = down.sum(axis=-1, keepdims=True)
    market = down * (x[1] - (down * x[1]).sum(axis=-1, keepdims=True) / count)
    return np.asarray((x[0] * market).sum(axis=-1) / (market * market).sum(axis=-1))


def value_at_risk(level: float) -> Statistic:
    """`returns.historical_var` at `level` of the first column."""

    def statistic(x: Array) -> Array:
        return np.asarray(np.quantile(x[0], 1.0 - level, axis=-1))

    return statistic


def expected_shortfall(level: float) -> Statistic:
    """`returns.historical_cvar` at `level` of the first column."""

    def statistic(x: Array) -> Array:
        threshold = np.quantile(x[0], 1.0 - level, axis=-1, keepdims=True)
        tail = x[0] <= threshold
        return np.asarray((x[0] * tail).sum(axis=-1) / tail.sum(axis=-1))

    return statistic


def tails(levels: Sequence[float]) -> Statistic:
    """`value_at_risk` and `expected_shortfall` of every level in turn, on a new last axis.

    Args:
        levels: 0.99 for the worst 1 % of days. One sort serves all; it is quicker than to select.
    """

    def statistic(x: Array) -> Array:
        ordered = np.sort(np.ascontiguousarray(x[0]), axis=-1)
        return np.stack([v for level in levels for v in _tail(ordered, 1.0 - level)], axis=-1)

    return statistic


def _tail(ordered: Array, share: float) -> tuple[Array, Array]:
    """Quantile of sorted rows as `np.quantile` has it, and the mean of what is not above it."""
    place = share * (ordered.shape[-1] - 1)
    first = int(place)
    below, above = ordered[..., first], ordered[..., min(first + 1, ordered.shape[-1] - 1)]
    weight, step = place - first, above - below  # from the nearer of the two, as numpy rounds
    threshold = below + weight * step if weight < 0.5 else above - (1.0 - weight) * step
    count = np.count_nonzero(ordered <= threshold[..., None], axis=-1)
    front = ordered[..., : count.max()]
    return threshold, (front * (front <= threshold[..., None])).sum(axis=-1) / count


def max_drawdown(x: Array) -> Array:
    """`returns.max_drawdown` of the first column."""
    level = np.cumprod(1.0 + x[0], axis=-1)
    peak = np.maximum(np.maximum.accumulate(level, axis=-1), 1.0)
    return np.asarray((level / peak - 1.0).min(axis=-1))  # at most 0: no level is above its peak


def difference(statistic: Callable[[Array], Array]) -> Statistic:
    """A one-column statistic of the first column minus that of the second."""
    return lambda x: statistic(x[:1]) - statistic(x[1:2])
