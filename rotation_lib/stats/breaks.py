"""Dates at which a mean or a regression changed, when the date is not known beforehand.

A date picked because it fits best must be judged against the best date of data without a break;
nothing here tests a date as if it had been chosen in advance.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from rotation_lib.errors import DataError
from rotation_lib.stats._checks import complete, fraction, increasing, varying
from rotation_lib.stats.bootstrap import CONFIDENCE, SEED, Array
from rotation_lib.stats.effort import capped

DRAWS = 999
MINIMUM = 40
TRIM = 0.15
BURN_IN = 50
#: Share of the squares of the outcome up to which those of the residuals are rounding errors.
PERFECT = 1e-26
#: Numbers of one batch of outcomes: a quarter of a megabyte, which stays in the cache.
_CACHED = 1 << 15


@dataclass(frozen=True)
class Break:
    """The likeliest single break of a regression and the test that there is one.

    Attributes:
        date: first row of the new regime. low, high: interval of that date.
        statistic: sup-F. p: bootstrap p-value of no break.
        before, after: coefficients on either side, by name (`const` and the regressors).
        path: F statistic by candidate date. n: rows. method: one phrase for the report.
    """

    date: pd.Timestamp
    low: pd.Timestamp
    high: pd.Timestamp
    statistic: float
    p: float
    before: pd.Series
    after: pd.Series
    path: pd.Series
    n: int
    method: str


def break_test(
    y: pd.Series,
    x: pd.Series | pd.DataFrame | None = None,
    *,
    trim: float = TRIM,
    draws: int = DRAWS,
    seed: int = SEED,
    confidence: float = CONFIDENCE,
) -> Break:
    """Sup-F test for one break at an unknown date (Andrews 1993).

    F compares one regression with two, at every date between the trimmed ends. Its p-value comes
    from a bootstrap with regressors fixed (Hansen 2000): an autoregression of an order chosen by
    BIC carries the autocorrelation of the residuals (sieve, Bühlmann 1997), its innovations keep
    their place and take random signs (wild, Gonçalves & Kilian 2004), so that changing variance
    stays as it is. Residuals are those of the broken regression, so that a large break does not
    pass for autocorrelation and hide itself; the price is that with strong autocorrelation (0.8
    from row to row) the test rejects a true null about three times as often as it says.

    The interval of the date is the percentile interval of a sieve bootstrap around the broken
    regression, with innovations drawn anew: those next to the chosen date are not typical. It
    cannot leave the trimmed range.

    Args:
        y: n >= 40 values in order of time.
        x: regressors on the same index whose coefficients may break along with the intercept;
            None tests the mean.
        trim: share of rows at each end in which no break is sought.
        draws: resamples.
        seed: of `numpy.random.default_rng`.
        confidence: of the interval of the date.

    NaN: refused. Raises `DataError` on other dates, missing values, too few rows, a constant y, or
    a regressor without variation on one side of a candidate date.
    """
    design = _design(y, x, trim)
    fraction(confidence, "confidence")
    draws = capped(draws)
    values = y.to_numpy(dtype=float)
    n, k = design.shape
    edge = max(int(np.ceil(trim * n)), k + 2)
    search = _Search(design.to_numpy(dtype=float), edge)
    path = search.path(values)
    at = edge + int(np.argmax(path))
    before, after = search.fits(values, at)
    rng = np.random.default_rng(seed)
    broken = np.where(np.arange(n) < at, search.x @ before, search.x @ after)
    residuals = _unless_perfect(values - broken, values)
    sieve = _Sieve(residuals)
    null, _ = search.largest(sieve.resampled(draws, rng, wild=True))
    _, found = search.largest(broken + sieve.resampled(draws, rng, wild=False))
    dates = edge + found
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(dates, [tail, 1.0 - tail], method="nearest").astype(int)
    index = pd.DatetimeIndex(y.index)
    names = design.columns
    return Break(
        date=index[at],
        low=index[min(low, at)],
        high=index[max(high, at)],
        statistic=float(path.max()),
        p=float((1.0 + (null >= path.max()).sum()) / (1.0 + draws)),
        before=pd.Series(before, index=names),
        after=pd.Series(after, index=names),
        path=pd.Series(path, index=index[edge : n - edge + 1], name="f"),
        n=n,
        method=(
            f"sup-F test, {trim:.0%} trimmed at each end, sieve wild bootstrap, {draws:,} draws, "
            f"seed {seed}"
        ),
    )


def break_dates(
    y: pd.Series,
    x: pd.Series | pd.DataFrame | None = None,
    *,
    max_breaks: int = 3,
    level: float = 0.05,
    trim: float = TRIM,
    draws: int = DRAWS,
    seed: int = SEED,
) -> list[Break]:
    """Breaks found one after another: test, split at the break, test the parts (Bai 1997).

    At each step the segment with the strongest rejection is split, while its p-value, times the
    number of segments tested at that step, stays below `level`.

    Args:
        y: as in `break_test`.
        x: as in `break_test`.
        max_breaks: search no further.
        level: of each test.
        trim: as in `break_test`.

    Returns:
        At most `max_breaks` breaks in order of date; empty when there is none. Each one's
        coefficients and interval refer to the segment in which it was found.

    NaN and errors: as `break_test`; segments under 40 rows are not searched.
    """
    fraction(level, "level")
    found: list[Break] = []
    segments = [(0, len(y))]
    tests: dict[tuple[int, int], Break] = {}
    while len(found) < max_breaks:
        for a, b in segments:
            if (a, b) not in tests and (b - a >= MINIMUM or not found):
                part = None if x is None else x.iloc[a:b]
                tests[a, b] = break_test(y.iloc[a:b], part, trim=trim, draws=draws, seed=seed)
        open_tests = {s: tests[s] for s in segments if s in tests}
        if not open_tests:
            break
        segment, best = min(open_tests.items(), key=lambda i: (i[1].p, -i[1].statistic))
        if best.p * len(open_tests) >= level:
            break
        found.append(best)
        cut = int(y.index.get_indexer([best.date])[0])
        segments.remove(segment)
        segments += [(segment[0], cut), (cut, segment[1])]
    return sorted(found, key=lambda b: b.date)


def _design(y: pd.Series, x: pd.Series | pd.DataFrame | None, trim: float) -> pd.DataFrame:
    if not 0.05 <= trim <= 0.4:
        raise DataError(f"trim = {trim!r} cannot be used: a share between 0.05 and 0.4 can.")
    increasing(y.index, "break_test")
    complete(y, MINIMUM, "break_test")
    varying(y, "break_test")
    design = pd.DataFrame({"const": 1.0}, index=y.index)
    if x is None:
        return design
    extra = x.to_frame(name=x.name or "x") if isinstance(x, pd.Series) else x
    if not extra.index.equals(y.index):
        raise DataError("break_test needs y and x on the same dates; align them first.")
    complete(extra, MINIMUM, "break_test")
    edge = max(int(np.ceil(trim * len(y))), extra.shape[1] + 3)
    varying(extra.iloc[:edge], "break_test")
    varying(extra.iloc[-edge:], "break_test")
    return pd.concat([design, extra.astype(float)], axis=1)


class _Search:
    """F statistics of a break at every admissible row, for many outcomes on fixed regressors."""

    def __init__(self, x: Array, edge: int) -> None:
        self.x, self.edge = x, edge
        self.n, self.k = x.shape
        # Orthonormal regressors: the same fit, better conditioned.
        self.q = np.linalg.qr(x)[0]
        products = np.cumsum(self.q[:, :, None] * self.q[:, None, :], axis=0)
        left = products[edge - 1 : self.n - edge]  # before each first row of a new regime
        self.weights = np.linalg.inv(left) + np.linalg.inv(products[-1] - left)

    def path(self, y: Array) -> Array:
        """F at every candidate row, for one y of shape (n,)."""
        gain, rest = self._gain(y[None])
        if rest[0] <= PERFECT * (y @ y):
            return np.zeros(gain.shape[1])  # without a break
        return self._f(gain[0], rest[0])

    def largest(self, y: Array) -> tuple[Array, npt.NDArray[np.intp]]:
        """The largest F of each row of y, shape (paths, n), and its place among the candidates."""
        step = max(1, _CACHED // self.n)
        parts = [self._largest(y[i : i + step]) for i in range(0, len(y), step)]
        return np.concatenate([f for f, _ in parts]), np.concatenate([at for _, at in parts])

    def _largest(self, y: Array) -> tuple[Array, npt.NDArray[np.intp]]:
        gain, rest = self._gain(y)  # F rises with the gain
        return self._f(gain.max(axis=1), rest), gain.argmax(axis=1)

    def _f(self, gain: Array, rest: Array) -> Array:
        left = np.maximum(rest - gain, np.finfo(float).eps * rest + np.finfo(float).tiny)
        return np.asarray(gain / self.k / (left / (self.n - 2 * self.k)))

    def _gain(self, y: Array) -> tuple[Array, Array]:
        """Fall of the squared residuals at every candidate row, and their sum without a break.

        Both sides' normal equations start from the residuals e of the fit without a break: their
        sums of q e before a row, and the same with the opposite sign after it, are all it takes.
        """
        residuals = y - (y @ self.q) @ self.q.T
        before = residuals[:, : self.n - self.edge]
        running = [np.cumsum(before * q[: before.shape[1]], axis=1) for q in self.q.T]
        sums = [s[:, self.edge - 1 :] for s in running]
        gain = np.zeros_like(sums[0])
        for i, left in enumerate(sums):
            weighted = left * self.weights[:, i, i]
            for j in range(i + 1, self.k):  # the weights are symmetric
                weighted += sums[j] * (2.0 * self.weights[:, i, j])
            weighted *= left
            gain += weighted
        return gain, (residuals * residuals).sum(axis=1)

    def fits(self, y: Array, at: int) -> tuple[Array, Array]:
        """Coefficients before row `at` and from it on."""
        before = np.linalg.lstsq(self.x[:at], y[:at], rcond=None)[0]
        after = np.linalg.lstsq(self.x[at:], y[at:], rcond=None)[0]
        return np.asarray(before, dtype=float), np.asarray(after, dtype=float)


def _unless_perfect(residuals: Array, values: Array) -> Array:
    """The residuals, or zeros where they are the rounding errors of a perfect fit."""
    if residuals @ residuals <= PERFECT * (values @ values):
        return np.zeros_like(residuals)
    return residuals


def _autoregression(values: Array, most: int) -> Array:
    """Weights of the lags, without a constant, of the order up to `most` that has the least BIC."""
    from statsmodels.tools.sm_exceptions import SingularMatrixWarning
    from statsmodels.tsa.ar_model import AutoReg, ar_select_order

    if not values.any():
        return np.empty(0)
    with np.errstate(divide="ignore"), warnings.catch_warnings():
        # Where one order leaves nothing (BIC -inf), higher ones repeat its lags: any of them will do.
        warnings.simplefilter("ignore", SingularMatrixWarning)
        lags = ar_select_order(values, most, ic="bic", trend="n").ar_lags or []
        weights = AutoReg(values, lags, trend="n").fit().params if lags else np.empty(0)
    return np.asarray(weights, dtype=float)


class _Sieve:
    """An autoregression of the residuals, and new residuals that follow it."""

    def __init__(self, residuals: Array) -> None:
        from scipy.signal import lfilter

        weights = _autoregression(residuals, max(1, round(4.0 * (len(residuals) / 100.0) ** 0.25)))
        self.polynomial = np.concatenate([[1.0], -weights])
        innovations = lfilter(self.polynomial, [1.0], residuals)
        settled = innovations[len(weights) :]
        self.settled = settled - settled.mean()
        # The first ones lack a past: residuals stand in for their innovations.
        self.kept = np.concatenate([innovations[: len(weights)], self.settled])

    def resampled(self, draws: int, rng: np.random.Generator, *, wild: bool) -> Array:
        """Residuals with the same autocorrelation, shape (draws, n); `wild` keeps their places."""
        from scipy.signal import lfilter

        size = (draws, len(self.kept))
        if wild:
            shocks = rng.choice([-1.0, 1.0], size=size) * self.kept
        else:
            shocks = rng.choice(self.settled, size=size)
        before = rng.choice(self.settled, size=(draws, BURN_IN))
        if len(self.polynomial) == 1:
            return np.asarray(shocks)  # no past to carry
        paths = lfilter([1.0], self.polynomial, np.concatenate([before, shocks], axis=1))
        return np.asarray(paths[:, BURN_IN:])
