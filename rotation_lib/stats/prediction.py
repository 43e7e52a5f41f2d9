"""Does one series lead another? Forecasts made only with what was known at the time.

Every forecast of row t + h is estimated on pairs whose outcome lay at or before row t. In-sample
fit is not reported, because it is no evidence of a lead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd

from rotation_lib.errors import DataError
from rotation_lib.stats._checks import complete, increasing, varying
from rotation_lib.stats.bootstrap import (
    SEED,
    Array,
    block_length,
    politis_white,
    stationary_indices,
)
from rotation_lib.stats.effort import capped
from rotation_lib.stats.multiple import Family, romano_wolf

DRAWS = 999
MINIMUM_FORECASTS = 12
_COLUMNS = pd.Index(["actual", "model", "mean"])


@dataclass(frozen=True)
class LeadLag:
    """Out-of-sample forecasts of y by a lagged x against the historical mean.

    Attributes:
        oos_r2: 1 - sum of squared errors of the model / of the historical mean (Campbell & Thompson
            2008); above 0 when x helps.
        clark_west: t statistic of the adjusted loss difference (Clark & West 2007). p_normal: its
            one-sided normal p-value. p: its one-sided bootstrap p-value.
        n: forecasts. horizon: rows ahead.
        forecasts: `actual`, `model`, `mean`, indexed by the date of the outcome.
        null: Clark-West statistics of resamples without a lead, shape (draws,).
        method: one phrase for the report.
    """

    oos_r2: float
    clark_west: float
    p_normal: float
    p: float
    n: int
    horizon: int
    forecasts: pd.DataFrame = field(repr=False)
    null: Array = field(repr=False)
    method: str


def lead_lag(
    y: pd.Series,
    x: pd.Series,
    horizon: int = 1,
    *,
    min_train: int = 60,
    block: int | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> LeadLag:
    """Forecast y `horizon` rows ahead by OLS on x, re-estimated at every row.

    The forecast made at row t is intercept + slope · x_t for y_{t+h}, fitted on the pairs
    (x_s, y_{s+h}) with s + h <= t. When y is itself a change over h rows, overlapping outcomes are
    thereby kept out of the training rows, and the variance of the statistic (Clark & West 2007) is
    Newey-West with h - 1 lags.

    The bootstrap resamples y in stationary blocks, as long as y's own dependence asks for and at
    least `horizon`, and leaves x in place: each series keeps its dynamics, the lead is gone.

    Args:
        y: n outcomes, each KNOWN at its row.
        x: n predictors known at the same rows.
        horizon: rows ahead, 1 or more.
        min_train: pairs before the first forecast.
        block: mean block length, None for the rule above.
        draws: resamples.
        seed: of the resamples.

    NaN: refused. Raises `DataError` on other dates, missing values, fewer than 12 forecasts, an x
    that does not vary over the first training rows, or a y that leaves its mean nothing to miss.
    """
    _check(y, x, horizon, min_train)
    length = _length(y, horizon) if block is None else block
    draws = capped(draws)
    ys, xs = y.to_numpy(dtype=float), x.to_numpy(dtype=float)
    known = _outcomes(ys.tobytes(), horizon, min_train, length, draws, seed)
    departures = _departures(known, xs, horizon, min_train)
    statistics = _clark_west(known.surprises, departures, horizon)
    statistic, null = float(statistics[0]), statistics[1:]
    from scipy.special import ndtr

    mean, surprise, departure = known.means[0], known.surprises[0], departures[0]
    left, total = surprise - departure, surprise @ surprise
    if total == 0.0:
        raise DataError("lead_lag needs outcomes that their historical mean does not tell exactly.")
    return LeadLag(
        oos_r2=float(1.0 - (left @ left) / total),
        clark_west=statistic,
        p_normal=float(ndtr(-statistic)),
        p=float((1.0 + (null >= statistic).sum()) / (1.0 + draws)),
        n=len(mean),
        horizon=horizon,
        forecasts=pd.DataFrame(
            np.column_stack([mean + surprise, mean + departure, mean]),
            index=y.index[len(y) - len(mean) :],
            columns=_COLUMNS.view(),  # a caller may name its own
        ),
        null=null,
        method=(
            f"expanding window from {min_train} pairs against the historical mean, {draws:,} "
            f"stationary block resamples of the outcome, mean block {length} rows, seed {seed}"
        ),
    )


def lead_lag_family(
    y: pd.Series,
    predictors: pd.DataFrame,
    horizons: Sequence[int] = (1,),
    *,
    min_train: int = 60,
    draws: int = DRAWS,
    seed: int = SEED,
) -> tuple[Family, pd.DataFrame]:
    """`lead_lag` for every predictor and horizon, with p-values for having tried them all.

    All tries share the resamples of y (with the block that the longest horizon asks for), so the
    Romano-Wolf step-down knows how alike they are.

    Args:
        y: as in `lead_lag`.
        predictors: one column a predictor, on the dates of y.
        horizons: periods ahead.
        min_train: as in `lead_lag`.

    Returns:
        The family (one-sided), and a table with one row a try: `predictor`, `horizon`, `oos_r2`,
        `clark_west`, `p`, `p_adjusted`, `n`.

    NaN: refused. Raises what `lead_lag` raises, and `DataError` without a try.
    """
    if predictors.shape[1] == 0 or len(horizons) == 0:
        raise DataError("lead_lag_family needs at least one predictor and one horizon.")
    block = _length(y, max(horizons))
    tries = {
        (str(name), h): lead_lag(
            y, predictors[name], h, min_train=min_train, block=block, draws=draws, seed=seed
        )
        for name in predictors.columns
        for h in horizons
    }
    family = romano_wolf(
        [t.clark_west for t in tries.values()],
        np.column_stack([t.null for t in tries.values()]),
        [f"{name}, {h} ahead" for name, h in tries],
        alternative="greater",
    )
    table = pd.DataFrame(
        {
            "predictor": [name for name, _ in tries],
            "horizon": [h for _, h in tries],
            "oos_r2": [t.oos_r2 for t in tries.values()],
            "clark_west": family.table["statistic"].to_numpy(),
            "p": family.table["p"].to_numpy(),
            "p_adjusted": family.table["p_adjusted"].to_numpy(),
            "n": [t.n for t in tries.values()],
        }
    )
    return family, table


def _check(y: pd.Series, x: pd.Series, horizon: int, min_train: int) -> None:
    if horizon < 1 or min_train < 10:
        raise DataError(
            f"horizon = {horizon!r} with min_train = {min_train!r} cannot be used: the horizon "
            "must be 1 or more and the training rows 10 or more."
        )
    if not x.index.equals(y.index):
        raise DataError("lead_lag needs y and x on the same dates; align them first.")
    increasing(y.index, "lead_lag")
    least = min_train + 2 * horizon - 1 + MINIMUM_FORECASTS
    complete(y, least, "lead_lag")
    complete(x, least, "lead_lag")
    varying(y, "lead_lag")
    varying(x.iloc[:min_train], "lead_lag")


def _length(y: pd.Series, horizon: int) -> int:
    """Block length from y and from its absolute values: outcomes may be autocorrelated."""
    absolute = block_length(y.rename("y"))
    own = politis_white(y.to_numpy(dtype=float))
    return int(np.clip(max(absolute, round(own), horizon), 1, max(len(y) // 8, horizon)))


@dataclass(frozen=True)
class _Outcomes:
    """Outcomes of the sample, in row 0, and of its resamples: all that every x is tried on.

    Attributes:
        trained: those of the training pairs. sums: of all known when each forecast is made.
        means: the same divided by their number. surprises: actual outcomes less these means.
    """

    trained: Array
    sums: Array
    means: Array
    surprises: Array


@lru_cache(maxsize=2)  # a family tries many x on the same outcomes, at up to two horizons in turn
def _outcomes(
    values: bytes, horizon: int, min_train: int, block: int, draws: int, seed: int
) -> _Outcomes:
    y = np.frombuffer(values)
    rows = stationary_indices(len(y), block, draws, seed)
    outcome = np.concatenate([y[None], y.take(rows)])[:, horizon:]
    pairs = outcome.shape[1] - horizon  # with which the last forecast is made
    trained = outcome[:, :pairs]
    sums = np.cumsum(trained, axis=1)[:, min_train - 1 :]
    means = sums / np.arange(min_train, pairs + 1, dtype=float)
    return _Outcomes(trained, sums, means, outcome[:, min_train + horizon - 1 :] - means)


def _departures(known: _Outcomes, x: Array, horizon: int, min_train: int) -> Array:
    """Model forecasts less the historical means, for each row of outcomes, shape (paths, n)."""
    lead, pairs = x[:-horizon] - x[0], known.trained.shape[1]
    count = np.arange(min_train, pairs + 1, dtype=float)
    mean = np.cumsum(lead[:pairs])[min_train - 1 :] / count
    spread = np.cumsum(lead[:pairs] ** 2)[min_train - 1 :] - count * mean * mean
    departures = np.cumsum(lead[:pairs] * known.trained, axis=1)[:, min_train - 1 :]
    departures -= known.sums * mean
    departures *= (lead[min_train + horizon - 1 :] - mean) / spread
    return np.asarray(departures)


def _clark_west(surprises: Array, departures: Array, horizon: int) -> Array:
    """Clark-West t statistic of each row, Newey-West with horizon - 1 lags.

    With u the surprise and d the model's departure from the mean, the adjusted difference of the
    losses, u² - ((u - d)² - d²), is 2 u d.
    """
    gain = 2.0 * surprises * departures
    centre = gain.mean(axis=1)
    gain -= centre[:, None]
    variance = np.einsum("ij,ij->i", gain, gain)
    for lag in range(1, min(horizon, gain.shape[1] - 1)):
        weight = 2.0 * (1.0 - lag / horizon)
        variance += weight * np.einsum("ij,ij->i", gain[:, lag:], gain[:, :-lag])
    floor = np.finfo(float).tiny
    return np.asarray(centre * gain.shape[1] / np.sqrt(np.maximum(variance, floor)))
