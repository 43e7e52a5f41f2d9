"""Does one series lead another? Forecasts made only with what was known at the time.

Every forecast of row t + h is estimated on pairs whose outcome lay at or before row t. In-sample
fit is not reported, because it is no evidence of a lead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from rotation_lib.errors import DataError
from rotation_lib.stats._checks import complete, increasing, varying
from rotation_lib.stats.bootstrap import SEED, Array, block_length, stationary_indices
from rotation_lib.stats.effort import capped
from rotation_lib.stats.multiple import Family, romano_wolf

DRAWS = 999
MINIMUM_FORECASTS = 12


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

    NaN: refused. Raises `DataError` on other dates, missing values, fewer than 12 forecasts, or an
    x that does not vary over the first training rows.
    """
    _check(y, x, horizon, min_train)
    length = _length(y, horizon) if block is None else block
    draws = capped(draws)
    rows = stationary_indices(len(y), length, draws, seed)
    xs, ys = x.to_numpy(dtype=float), y.to_numpy(dtype=float)
    actual, model, mean = _forecasts(ys[None], xs, horizon, min_train)
    statistic = float(_clark_west(actual, model, mean, horizon)[0])
    null = _clark_west(*_forecasts(ys[rows], xs, horizon, min_train), horizon)
    from scipy.special import ndtr

    outcome = y.index[len(y) - actual.shape[1] :]
    return LeadLag(
        oos_r2=float(1.0 - ((actual - model) ** 2).sum() / ((actual - mean) ** 2).sum()),
        clark_west=statistic,
        p_normal=float(ndtr(-statistic)),
        p=float((1.0 + (null >= statistic).sum()) / (1.0 + draws)),
        n=actual.shape[1],
        horizon=horizon,
        forecasts=pd.DataFrame(
            {"actual": actual[0], "model": model[0], "mean": mean[0]}, index=outcome
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
    from arch.bootstrap import optimal_block_length

    absolute = block_length(y.rename("y"))
    own = float(optimal_block_length(y.to_numpy(dtype=float))["stationary"].iloc[0])
    return int(np.clip(max(absolute, round(own), horizon), 1, max(len(y) // 8, horizon)))


def _forecasts(y: Array, x: Array, horizon: int, min_train: int) -> tuple[Array, Array, Array]:
    """Outcome, model forecast and historical mean for each row of y, shape (paths, n)."""
    lead, outcome = x[:-horizon] - x[0], y[:, horizon:]
    count = np.arange(1, len(lead) + 1, dtype=float)
    mean_x = np.cumsum(lead) / count
    spread = np.cumsum(lead * lead) - count * mean_x * mean_x
    mean_y = np.cumsum(outcome, axis=1) / count
    cross = np.cumsum(lead * outcome, axis=1) - count * mean_x * mean_y
    first = min_train + horizon - 1  # the first pair forecast from min_train earlier outcomes
    known = slice(min_train - 1, len(lead) - horizon)
    slope = cross[:, known] / spread[known]
    model = mean_y[:, known] + slope * (lead[first:] - mean_x[known])
    return outcome[:, first:], model, mean_y[:, known]


def _clark_west(actual: Array, model: Array, mean: Array, horizon: int) -> Array:
    """Clark-West t statistic of each row, Newey-West with horizon - 1 lags."""
    gain = (actual - mean) ** 2 - (actual - model) ** 2 + (mean - model) ** 2
    centre = gain.mean(axis=1)
    deviation = gain - centre[:, None]
    variance = (deviation * deviation).sum(axis=1)
    for lag in range(1, min(horizon, gain.shape[1] - 1)):
        product = (deviation[:, lag:] * deviation[:, :-lag]).sum(axis=1)
        variance += 2.0 * (1.0 - lag / horizon) * product
    floor = np.finfo(float).tiny
    return np.asarray(centre * gain.shape[1] / np.sqrt(np.maximum(variance, floor)))
