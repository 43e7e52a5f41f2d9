"""Slopes of many samples at once: of every window of a series, and of every weekday's weeks.

The estimator is that of :mod:`rotation_lib.stats.regression`. Nothing here aligns or drops rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from rotation_lib.errors import DataError
from rotation_lib.stats._checks import complete, fraction
from rotation_lib.stats.bootstrap import CONFIDENCE, Array, Interval
from rotation_lib.stats.regression import least_squares, quantile

#: Numbers of one block of windows: half a megabyte.
_CACHED = 1 << 16


def mean_slope(
    samples: Sequence[tuple[pd.Series, pd.Series]], lags: int = 2, *, confidence: float = CONFIDENCE
) -> tuple[float, Interval, int]:
    """Mean of the slopes of several samplings of the same weeks, such as those of each weekday.

    One sampling day is as good as another, and their slopes share most of what moves them. What
    each week adds to each slope (its influence, adjusted for leverage as in `newey_west`) is
    averaged over the samplings; the error is that of the weekly sums, Bartlett kernel.

    Args:
        samples: y and x of each sampling, on the same dates.
        lags: of the kernel, in weeks; neighbouring weeks overlap.
        confidence: of the interval.

    Returns:
        Mean slope, interval (Student-t with weeks - 2 degrees of freedom; at 160 weeks of clustered
        volatility a 95 % one covers 92 %), and weeks.

    NaN: refused. Raises `DataError` as `newey_west` does, and without a sample.
    """
    if not samples:
        raise DataError("mean_slope needs at least one sample.")
    slopes, added = [], []
    for y, x in samples:
        fit = least_squares(y, x, lags, confidence)
        weeks = pd.DatetimeIndex(y.index).to_period("W-SUN")
        slopes.append(float(fit.params[1]))
        added.append(pd.Series(fit.influence, index=y.index).groupby(weeks).sum())
    sums = pd.concat(added).groupby(level=0).sum().to_numpy() / len(samples)
    from statsmodels.stats.sandwich_covariance import S_hac_simple

    n, mean = len(sums), float(np.mean(slopes))
    half = quantile(n - 2, confidence) * float(np.sqrt(S_hac_simple(sums[:, None], lags)[0, 0]))
    text = (
        f"mean of {len(samples)} OLS slopes, Newey-West standard errors of their weekly sums, "
        f"Bartlett kernel, {lags} lags, residuals adjusted for leverage"
    )
    return mean, Interval(mean - half, mean + half, confidence, text), n


def rolling_slope(
    y: pd.Series,
    x: pd.Series,
    window: int,
    lags: int = 4,
    *,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """OLS slope (with intercept) over a rolling window, with a Newey-West band.

    The same estimator as `newey_west` (Newey & West 1987) in every window, on all at once: for the slope the
    sandwich reduces to the long-run variance of (x - mean x) e over the squared spread of x.

    Args:
        y: n values.
        x: n values on the same index.
        window: rows a window.
        lags: of the Bartlett kernel.
        confidence: of the band.

    Returns:
        `slope`, `se`, `low`, `high` indexed by each window's LAST row (n - window + 1 rows); empty
        when n < window. A window in which x is constant gives NaN.

    NaN: refused. Raises `DataError` on other dates, missing values or a window under lags + 3.
    """
    fraction(confidence, "confidence")
    if lags < 0 or window < lags + 3:
        raise DataError(
            f"window = {window!r} with lags = {lags!r} cannot be used: lags must be 0 or more and "
            "the window at least lags + 3 rows."
        )
    if not x.index.equals(y.index):
        raise DataError("rolling_slope needs y and x on the same dates; align them first.")
    complete(y, 1, "rolling_slope")
    complete(x, 1, "rolling_slope")
    columns = ["slope", "se", "low", "high"]
    if len(y) < window:
        return pd.DataFrame(columns=columns, index=y.index[:0], dtype=float)
    slope, se = _windows(y.to_numpy(dtype=float), x.to_numpy(dtype=float), window, lags)
    half = quantile(window - 2, confidence) * se
    table = {"slope": slope, "se": se, "low": slope - half, "high": slope + half}
    return pd.DataFrame(table, index=y.index[window - 1 :])


def _windows(y: Array, x: Array, window: int, lags: int) -> tuple[Array, Array]:
    """Slope and its standard error in every window.

    Windows are taken a few hundred at a time, so that what is computed of them stays in the
    processor's own memory: three times as quick as all at once. Running sums would be as quick,
    but lose five digits of the standard error.
    """
    xs, ys = sliding_window_view(x, window), sliding_window_view(y, window)
    slope, se = np.empty(len(xs)), np.empty(len(xs))
    rows = max(1, _CACHED // window)
    for first in range(0, len(xs), rows):
        part = slice(first, first + rows)
        spread = xs[part] - xs[part].mean(axis=1, keepdims=True)
        scores = ys[part] - ys[part].mean(axis=1, keepdims=True)
        squares = _products(spread, spread)
        flat = squares <= 1e-24 * np.maximum(_products(xs[part], xs[part]), np.finfo(float).tiny)
        squares = np.where(flat, np.nan, squares)
        slope[part] = _products(spread, scores) / squares
        scores -= slope[part, None] * spread
        scores *= spread
        se[part] = np.sqrt(_long_run(scores, lags)) / squares
    return slope, se


def _products(one: Array, other: Array) -> Array:
    """Sum of products, row by row."""
    total: Array = np.einsum("ij,ij->i", one, other)
    return total


def _long_run(scores: Array, lags: int) -> Array:
    """Bartlett-weighted sum of autocovariances of each row, not divided by n."""
    total = _products(scores, scores)
    for lag in range(1, lags + 1):
        weight = 1.0 - lag / (lags + 1.0)
        total += 2.0 * weight * _products(scores[:, lag:], scores[:, :-lag])
    return np.asarray(np.maximum(total, 0.0))
