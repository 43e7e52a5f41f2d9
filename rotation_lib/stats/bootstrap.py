"""Intervals by resampling blocks of days, so that volatility clusters survive the resampling.

The stationary bootstrap and its block length are arch's; nothing here resamples single days, and
every draw follows from a recorded seed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from rotation_lib.errors import DataError
from rotation_lib.stats._checks import complete, floats, fraction, varying
from rotation_lib.stats.effort import capped

SEED = 20240918
DRAWS = 2000
CONFIDENCE = 0.95
MINIMUM = 40  # rows under which no block length can be estimated

Array: TypeAlias = npt.NDArray[np.float64]
Table: TypeAlias = npt.NDArray[np.integer]
Statistic: TypeAlias = Callable[[Array], Array]
"""Takes columns x rows, shape (k, …, n), and reduces the last axis and the first: shape (…)."""


#: Tables of resamples are most of what a chapter keeps in memory: the smallest integers that do,
#: and no more of them than this.
_BYTES = 20_000_000
#: Numbers in a batch of resamples: under a megabyte stays in the cache, four take thrice as long.
_BATCH = 100_000
_tables: OrderedDict[tuple[object, ...], Table] = OrderedDict()


@dataclass(frozen=True)
class Interval:
    """A confidence interval and how it came about.

    Attributes:
        low, high: ends, in the unit of the statistic.
        confidence: nominal, 0.95 for 95 %.
        method: one phrase that can stand in a report.
        draws: resamples, 0 for a formula.
        block: mean block length in rows, None where there are no blocks.
    """

    low: float
    high: float
    confidence: float
    method: str
    draws: int = 0
    block: int | None = None


def block_length(frame: pd.DataFrame | pd.Series) -> int:
    """Mean block length for resampling these returns.

    The largest length of Politis & White (2004; see `politis_white`) among the ABSOLUTE returns of
    the columns, rounded, at least 1 and at most n // 8. Absolute returns carry the volatility
    clusters: lengths chosen on the returns themselves are far too short for ratios of volatility
    and for tails.

    Args:
        frame: n complete rows.

    NaN: refused. Raises `DataError` under 40 rows or on a constant column.
    """
    complete(frame, MINIMUM, "block_length")
    absolute = frame.abs()
    varying(absolute, "block_length")
    columns = floats(absolute).reshape(len(frame), -1).T
    longest = max(politis_white(column) for column in columns)
    return int(np.clip(round(longest), 1, len(frame) // 8))


def politis_white(values: Array) -> float:
    """Best mean block length of the stationary bootstrap of a mean.

    Politis & White (2004), corrected by Patton, Politis & White (2009):
    `arch.bootstrap.optimal_block_length`. Kept, since findings share their series.

    Args:
        values: n >= 40 values that vary, none missing.
    """
    return _optimal(np.asarray(values, dtype=float).tobytes())


@lru_cache(maxsize=16)
def _optimal(values: bytes) -> float:
    from arch.bootstrap import optimal_block_length

    return float(optimal_block_length(np.frombuffer(values))["stationary"].iloc[0])


def stationary_indices(n: int, block: int, draws: int, seed: int) -> Table:
    """Row numbers of every resample: `arch.bootstrap.StationaryBootstrap` (Politis & Romano 1994).

    Args:
        n: rows of the sample.
        block: mean block length; block lengths are geometric and wrap around the end.
        draws: resamples.
        seed: of `numpy.random.default_rng`.

    Returns:
        Read-only integers, shape (draws, n), shared between callers with the same arguments; they
        are small and without a sign, for use as row numbers, not for sums.

    Raises:
        DataError: a count below 1.
    """
    for name, value in (("n", n), ("block", block), ("draws", draws)):
        if value < 1:
            raise DataError(f"{name} = {value!r} cannot be used: it must be 1 or more.")
    return _kept(_drawn, (n, block, draws, seed))


def resample_counts(n: int, block: int, draws: int, seed: int) -> Table:
    """How often each row occurs in each resample of `stationary_indices`, shape (draws, n).

    Args:
        n: rows, and the rest as in `stationary_indices`.
    """
    return _kept(_counted, (n, block, draws, seed))


def resampled_sums(terms: Array, block: int, draws: int, seed: int) -> Array:
    """Sums of every column over every resample of the rows, shape (draws, m).

    Args:
        terms: what is summed, shape (n, m); the rest as in `stationary_indices`.
    """
    counts = resample_counts(len(terms), block, draws, seed)
    step = max(1, _BATCH // len(terms))
    parts = [counts[i : i + step].astype(float) @ terms for i in range(0, draws, step)]
    return np.concatenate(parts)


def _kept(make: Callable[..., Table], choices: tuple[int, ...]) -> Table:
    """A table made before, or a new one; those used last are kept, as many as `_BYTES` hold."""
    key = (make.__name__, *choices)
    if key in _tables:
        _tables.move_to_end(key)
        return _tables[key]
    table = make(*choices)
    table.flags.writeable = False
    _tables[key] = table
    while len(_tables) > 1 and sum(t.nbytes for t in _tables.values()) > _BYTES:
        _tables.popitem(last=False)
    return table


def _drawn(n: int, block: int, draws: int, seed: int) -> Table:
    from arch.bootstrap import StationaryBootstrap

    rows = np.arange(n, dtype=np.int32)
    indices = np.empty((draws, n), dtype=np.min_scalar_type(n))
    source = StationaryBootstrap(block, rows, seed=np.random.default_rng(seed))
    for row in indices:
        row[:] = source.update_indices()
    return indices


def _counted(n: int, block: int, draws: int, seed: int) -> Table:
    return _counts_of(stationary_indices(n, block, draws, seed))


def _counts_of(indices: Table) -> Table:
    counts = np.empty(indices.shape, dtype=np.uint8)
    for number, taken in enumerate(indices):
        found = np.bincount(taken, minlength=indices.shape[1])
        if counts.itemsize == 1 and found.max() > 255:
            counts = counts.astype(np.uint32)
        counts[number] = found
    return counts


@dataclass(frozen=True)
class OfSums:
    """A statistic of sums over the rows, such as a mean of the rows that are marked.

    Its resamples need no copies of the rows: counts of rows times terms give all sums at once.

    Attributes:
        terms: from columns x rows, shape (k, …, n), to what is summed, shape (m, …, n).
        value: from the sums, shape (m, …), to the statistic, shape (…).
    """

    terms: Callable[[Array], Array]
    value: Callable[[Array], Array]

    def __call__(self, x: Array) -> Array:
        """As any `Statistic`: shape (k, …, n) to shape (…)."""
        return self.value(self.terms(x).sum(axis=-1))


@dataclass(frozen=True)
class Bootstrap:
    """One aligned frame and its resamples, shared by any number of statistics.

    Attributes:
        frame: n complete rows, k columns.
        block: mean block length, None for `block_length(frame)`.
        draws, seed: of `stationary_indices`; draws at most those of `effort.at_most`.
    """

    frame: pd.DataFrame
    block: int | None = None
    draws: int = DRAWS
    seed: int = SEED

    def __post_init__(self) -> None:
        complete(self.frame, MINIMUM, "a bootstrap")
        object.__setattr__(self, "draws", capped(self.draws))
        if self.block is None:
            object.__setattr__(self, "block", block_length(self.frame))

    @property
    def columns(self) -> Array:
        """Values as columns x rows, shape (k, n)."""
        return np.ascontiguousarray(self.frame.to_numpy(dtype=float).T)

    def estimate(self, statistic: Statistic) -> float:
        """The statistic on the sample itself."""
        with np.errstate(divide="ignore", invalid="ignore"):  # undefined shows as inf or NaN
            return float(statistic(self.columns))

    def distribution(self, statistic: Statistic) -> Array:
        """The statistic on every resample, shape (draws,)."""
        columns, n = self.columns, len(self.frame)
        key = (n, self.block or 0, self.draws, self.seed)
        if isinstance(statistic, OfSums):
            sums = resampled_sums(statistic.terms(columns).T, *key[1:])
            with np.errstate(divide="ignore", invalid="ignore"):
                return statistic.value(sums.T)
        indices, step = stationary_indices(*key), max(1, _BATCH // columns.size)
        batches = (indices[i : i + step] for i in range(0, self.draws, step))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.concatenate([statistic(columns.take(batch, axis=1)) for batch in batches])

    def interval(
        self,
        statistic: Statistic,
        *,
        reference: Literal["percentile", "t"] = "percentile",
        log: bool = False,
        dof: float | None = None,
        confidence: float = CONFIDENCE,
    ) -> Interval:
        """Interval of a statistic.

        Args:
            statistic: see `Statistic`.
            reference: "percentile" takes the quantiles of the distribution (Efron 1979); "t" takes
                estimate ± t quantile x bootstrap standard error, wider, because a long block leaves
                few independent blocks to estimate it from.
            log: build the "t" interval on the logarithm of the absolute value, for ratios and
                other statistics of one sign.
            dof: degrees of freedom of "t", None for the number of blocks in the sample less 1.
            confidence: nominal, 0.95 for 95 %.

        Raises:
            DataError: the statistic is not finite on the sample or on more than 1 % of resamples.
        """
        fraction(confidence, "confidence")
        estimate = self.estimate(statistic)
        values = self.distribution(statistic)
        usable = values[np.isfinite(values)]
        if not np.isfinite(estimate) or len(usable) < 0.99 * len(values):
            raise DataError("the statistic is not finite on this sample or its resamples.")
        how = f"stationary block bootstrap, {self.draws:,} draws, mean block {self.block} rows"
        if reference == "percentile":
            low, high = percentile_ends(usable, confidence)
            text = f"{how}, percentile interval, seed {self.seed}"
        else:
            freedom = dof or max(len(self.frame) // (self.block or 1) - 1, 1)
            low, high = t_ends(estimate, usable, freedom, confidence, log=log)
            scale = "log scale, " if log else ""
            text = f"{how}, {scale}standard error with t{freedom:g} quantiles, seed {self.seed}"
        return Interval(low, high, confidence, text, self.draws, self.block)


def percentile_ends(values: Array, confidence: float) -> tuple[float, float]:
    """Equal-tailed quantiles of a bootstrap distribution.

    Args:
        values: the statistic of every resample, shape (draws,); missing ones are not allowed.
        confidence: share between the ends.
    """
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(values, [tail, 1.0 - tail])
    return float(low), float(high)


def t_ends(
    estimate: float, values: Array, dof: float, confidence: float, *, log: bool
) -> tuple[float, float]:
    """Estimate ± t quantile x standard deviation of `values`, optionally on the log scale.

    Args:
        estimate: of the sample.
        values: the statistic of every resample, shape (draws,).
        dof: degrees of freedom of the quantile.
        confidence: share between the ends.
        log: spread and ends on the log scale.

    Raises:
        DataError: on the log scale, values of more than one sign.
    """
    from scipy.special import stdtrit

    quantile = float(stdtrit(dof, 0.5 + confidence / 2.0))
    if not log:
        half = quantile * float(np.std(values, ddof=1))
        return estimate - half, estimate + half
    if estimate == 0.0 or (np.sign(values) != np.sign(estimate)).any():
        raise DataError("a log-scale interval needs a statistic of one sign; use log=False.")
    half = quantile * float(np.std(np.log(np.abs(values)), ddof=1))
    ends = sorted((estimate * np.exp(-half), estimate * np.exp(half)))
    return float(ends[0]), float(ends[1])


def interval_of(
    statistic: Statistic,
    frame: pd.DataFrame,
    *,
    block: int | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    reference: Literal["percentile", "t"] = "percentile",
    log: bool = False,
    confidence: float = CONFIDENCE,
) -> Interval:
    """`Bootstrap(frame, block, draws, seed).interval(statistic, …)` in one call.

    Example: ``interval_of(lambda x: x[0].mean(-1) - x[1].mean(-1), frame)``.

    Arguments, NaN rule and errors (`reference`, `log` and the rest) as in `Bootstrap` and its `interval`.
    """
    sample = Bootstrap(frame, block, draws, seed)
    return sample.interval(statistic, reference=reference, log=log, confidence=confidence)
