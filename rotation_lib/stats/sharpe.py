"""Do two portfolios differ in reward per unit of risk?

The difference of Sharpe ratios is tested by a studentised block bootstrap. It never uses the
Jobson-Korkie formula, which fails for fat tails and clustered volatility.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rotation_lib.errors import DataError
from rotation_lib.stats._checks import complete, fraction, varying
from rotation_lib.stats.bootstrap import (
    CONFIDENCE,
    DRAWS,
    MINIMUM,
    SEED,
    Array,
    Interval,
    block_length,
)
from rotation_lib.stats.effort import capped
from rotation_lib.stats.intervals import told
from rotation_lib.stats.returns import SESSIONS_PER_YEAR


@dataclass(frozen=True)
class SharpeDifference:
    """Sharpe ratio of the first minus that of the second, per year.

    Attributes:
        value: the difference. interval: symmetric, studentised. p: two-sided, of no difference.
    """

    value: float
    interval: Interval
    p: float


def sharpe_difference(
    first: pd.Series,
    second: pd.Series,
    *,
    block: int | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    sessions: int = SESSIONS_PER_YEAR,
    confidence: float = CONFIDENCE,
) -> SharpeDifference:
    """Studentised circular-block bootstrap of Ledoit & Wolf (2008).

    Their algorithm, with three choices of ours: population moments (ddof 0), a quadratic-spectral
    long-run variance with automatic bandwidth from `arch.covariance` (without prewhitening) on the
    sample, and the block length of `block_length` in place of their calibration.

    Args:
        first: n >= 40 EXCESS returns per session.
        second: excess returns on the same dates.
        block: rows a block, None for `block_length`.
        draws: resamples.
        seed: of `numpy.random.default_rng`.
        sessions: sessions a year, which scale the difference.
        confidence: nominal.

    NaN: refused. Raises `DataError` on other dates, missing values, too few rows, a constant
    series, two series that differ by a scale only, or ones that hardly ever vary.
    """
    if not first.index.equals(second.index):
        raise DataError("sharpe_difference needs two series on the same dates; align them first.")
    fraction(confidence, "confidence")
    pair = pd.concat([first.rename("first"), second.rename("second")], axis=1)
    complete(pair, MINIMUM, "sharpe_difference")
    varying(pair, "sharpe_difference")
    scaled = (pair / pair.std()).to_numpy()
    if np.ptp(scaled[:, 0] - scaled[:, 1]) <= 1e-10 * np.ptp(scaled[:, 0]):
        raise DataError("sharpe_difference got the same returns twice, up to scale; change one.")
    length = block_length(pair) if block is None else block
    if not 1 <= length <= len(pair) // 2:
        raise DataError(
            f"block = {length!r} cannot be used: 1 to {len(pair) // 2} rows can, half the sample."
        )
    x = pair.to_numpy(dtype=float)
    moments = np.column_stack([x, x * x])
    draws = capped(draws)
    value, error = _sample(moments)
    with np.errstate(divide="ignore", invalid="ignore"):  # resamples without variation drop out
        values, errors = _resamples(moments, length, draws, np.random.default_rng(seed))
        distances = np.abs(values - value) / errors
    distances = distances[np.isfinite(distances)]
    if error == 0.0 or len(distances) < 0.99 * draws:
        raise DataError("the difference of Sharpe ratios is not defined on too many resamples.")
    half = float(np.quantile(distances, confidence)) * error
    year = float(np.sqrt(sessions))
    text = (
        f"studentised circular block bootstrap (Ledoit and Wolf), {draws:,} draws, "
        f"block {length} rows, seed {seed}"
    )
    interval = Interval(
        (value - half) * year, (value + half) * year, confidence, text, draws, length
    )
    p = (1.0 + (distances >= abs(value) / error).sum()) / (1.0 + len(distances))
    return SharpeDifference(value * year, told(interval, "sharpe_difference"), float(p))


def _difference(mean: Array) -> Array:
    """Difference of Sharpe ratios from moments (m1, m2, s1, s2) on the last axis."""
    m1, m2, s1, s2 = np.moveaxis(mean, -1, 0)
    return np.asarray(m1 / np.sqrt(s1 - m1**2) - m2 / np.sqrt(s2 - m2**2))


def _gradient(mean: Array) -> Array:
    """Derivative of `_difference` by the four moments, on the last axis."""
    m1, m2, s1, s2 = np.moveaxis(mean, -1, 0)
    v1, v2 = (s1 - m1**2) ** 1.5, (s2 - m2**2) ** 1.5
    return np.stack([s1 / v1, -s2 / v2, -0.5 * m1 / v1, 0.5 * m2 / v2], axis=-1)


def _sample(moments: Array) -> tuple[float, float]:
    """Difference and its standard error on the sample."""
    from arch.covariance.kernel import QuadraticSpectral

    mean = moments.mean(axis=0)
    influence = (moments - mean) @ _gradient(mean)
    variance = float(np.squeeze(QuadraticSpectral(influence[:, None]).cov.long_run))
    return float(_difference(mean)), float(np.sqrt(variance / len(moments)))


def _resamples(
    moments: Array, length: int, draws: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Differences and natural block standard errors (Götze & Künsch 1996) of circular resamples."""
    n = len(moments)
    count = n // length
    circle = np.concatenate([moments, moments[: length - 1]])
    wrapped = np.concatenate([np.zeros((1, 4)), np.cumsum(circle, axis=0)])
    sums = wrapped[length:] - wrapped[:-length]  # of the block that starts at each row
    blocks = sums[rng.integers(0, n, size=(draws, count))]
    mean = blocks.mean(axis=1) / length
    centred = blocks - length * mean[:, None, :]
    projected = np.einsum("dbk,dk->db", centred, _gradient(mean)) / np.sqrt(length)
    return _difference(mean), np.sqrt((projected**2).mean(axis=1) / (count * length))
