"""Slopes with standard errors that allow for autocorrelation and changing variance.

Estimation is statsmodels'; the rolling form is the same algebra on many windows at once. Nothing
here aligns or drops rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from rotation_lib.errors import DataError
from rotation_lib.stats._checks import complete, fraction, varying
from rotation_lib.stats.bootstrap import CONFIDENCE, Array, Interval

CONSTANT = "const"


@dataclass(frozen=True)
class Regression:
    """An OLS fit with heteroskedasticity- and autocorrelation-consistent inference.

    Attributes:
        table: index `const` and the regressors; columns `coefficient`, `se`, `t`, `p`, `low`,
            `high`, in units of y per unit of the regressor.
        n: rows used. r2: share of variance explained. lags: of the Bartlett kernel.
        confidence: of `low` and `high`.
    """

    table: pd.DataFrame
    n: int
    r2: float
    lags: int
    confidence: float

    @property
    def method(self) -> str:
        """One phrase for the report."""
        return f"OLS, Newey-West standard errors, Bartlett kernel, {self.lags} lags"

    def coefficient(self, name: str) -> float:
        """Estimate for one regressor.

        Args:
            name: `const` or a regressor; `DataError` for any other.
        """
        return float(self._row(name)["coefficient"])

    def p(self, name: str) -> float:
        """Two-sided p-value of a zero coefficient.

        Args:
            name: as in `coefficient`.
        """
        return float(self._row(name)["p"])

    def interval(self, name: str) -> Interval:
        """Confidence interval of one coefficient.

        Args:
            name: as in `coefficient`.
        """
        row = self._row(name)
        return Interval(float(row["low"]), float(row["high"]), self.confidence, self.method)

    def _row(self, name: str) -> pd.Series:
        if name not in self.table.index:
            raise DataError(
                f"regressor {name!r} is not in this regression; choose one of "
                f"{', '.join(map(str, self.table.index))}."
            )
        return self.table.loc[name]


def _design(y: pd.Series, x: pd.Series | pd.DataFrame, lags: int, what: str) -> pd.DataFrame:
    design = x.to_frame(name=x.name or "x") if isinstance(x, pd.Series) else x
    if not design.index.equals(y.index):
        raise DataError(f"{what} needs y and x on the same dates; align them first.")
    least = design.shape[1] + 2 + lags
    complete(y, least, what)
    complete(design, least, what)
    varying(design, what)
    spread = (design - design.mean()) / design.std(ddof=0)
    if np.linalg.matrix_rank(spread.to_numpy(), tol=1e-8 * len(design) ** 0.5) < design.shape[1]:
        raise DataError(f"{what} got regressors that determine each other; drop one of them.")
    return design


def newey_west(
    y: pd.Series,
    x: pd.Series | pd.DataFrame,
    lags: int = 4,
    *,
    confidence: float = CONFIDENCE,
) -> Regression:
    """OLS with intercept and Newey & West (1987) standard errors (statsmodels).

    Bartlett kernel, no small-sample correction of the covariance; p-values and intervals use
    Student-t with n - k degrees of freedom.

    Args:
        y: n values.
        x: one named series or a frame of regressors, same index.
        lags: of the kernel; 0 gives White (1980).
        confidence: of the intervals.

    NaN: refused. Raises `DataError` on other dates, missing values, too few rows, a constant
    regressor or regressors that determine each other.
    """
    fit = _fit(y, x, lags, confidence)
    bounds = fit.conf_int(alpha=1.0 - confidence)
    table = pd.DataFrame(
        {
            "coefficient": fit.params,
            "se": fit.bse,
            "t": fit.tvalues,
            "p": fit.pvalues,
            "low": bounds[0],
            "high": bounds[1],
        }
    )
    return Regression(table, int(fit.nobs), float(fit.rsquared), lags, confidence)


def _fit(y: pd.Series, x: pd.Series | pd.DataFrame, lags: int, confidence: float) -> Any:
    from statsmodels.regression.linear_model import OLS
    from statsmodels.tools import add_constant

    if lags < 0:
        raise DataError(f"lags = {lags!r} cannot be used: it must be 0 or more.")
    fraction(confidence, "confidence")
    design = add_constant(_design(y, x, lags, "newey_west"), has_constant="add")
    return OLS(y, design).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False}, use_t=True
    )


@dataclass(frozen=True)
class Prediction:
    """What a regression implies for given regressors.

    Attributes:
        value: fitted y. mean: interval of the fitted value. single: interval of ONE new
            observation, wider by the residual spread, which it takes as normal and constant: in
            storms it is too narrow.
    """

    value: float
    mean: Interval
    single: Interval


def what_if(
    y: pd.Series,
    x: pd.Series | pd.DataFrame,
    scenario: dict[str, float],
    lags: int = 4,
    *,
    confidence: float = CONFIDENCE,
) -> Prediction:
    """Fitted y for a scenario of the regressors, with its prediction interval (statsmodels).

    Args:
        y: as in `newey_west`.
        x: as in `newey_west`.
        scenario: one value for every regressor, by name.
        lags: as in `newey_west`.
        confidence: of both intervals.

    NaN: refused. Raises as `newey_west`, and on a regressor missing from or foreign to `scenario`.
    """
    fit = _fit(y, x, lags, confidence)
    names = [str(n) for n in fit.params.index if n != CONSTANT]
    if set(names) != set(scenario):
        raise DataError(
            f"scenario names {', '.join(sorted(scenario))} but the regressors are "
            f"{', '.join(names)}; give one value for each."
        )
    point = pd.DataFrame([{CONSTANT: 1.0, **{n: float(scenario[n]) for n in names}}])
    row = fit.get_prediction(point).summary_frame(alpha=1.0 - confidence).iloc[0].astype(float)
    how = f"OLS, Newey-West standard errors, {lags} lags"

    def ends(kind: str, text: str) -> Interval:
        return Interval(
            float(row[f"{kind}_ci_lower"]), float(row[f"{kind}_ci_upper"]), confidence, text
        )

    return Prediction(
        float(row["mean"]), ends("mean", how), ends("obs", f"{how}, prediction interval")
    )


def rolling_slope(
    y: pd.Series,
    x: pd.Series,
    window: int,
    lags: int = 4,
    *,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """OLS slope (with intercept) over a rolling window, with a Newey-West band.

    The same estimator as `newey_west` in every window, on all windows at once: for the slope the
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
    from scipy.special import stdtrit

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
    xs = sliding_window_view(x.to_numpy(dtype=float), window)
    ys = sliding_window_view(y.to_numpy(dtype=float), window)
    spread = xs - xs.mean(axis=1, keepdims=True)
    squares = (spread * spread).sum(axis=1)
    flat = squares <= 1e-24 * np.maximum((xs * xs).sum(axis=1), np.finfo(float).tiny)
    squares = np.where(flat, np.nan, squares)
    slope = (spread * ys).sum(axis=1) / squares
    scores = spread * (ys - ys.mean(axis=1, keepdims=True) - slope[:, None] * spread)
    se = np.sqrt(_long_run(scores, lags)) / squares
    half = float(stdtrit(window - 2, 0.5 + confidence / 2.0)) * se
    table = {"slope": slope, "se": se, "low": slope - half, "high": slope + half}
    return pd.DataFrame(table, index=y.index[window - 1 :])


def _long_run(scores: Array, lags: int) -> Array:
    """Bartlett-weighted sum of autocovariances of each row, not divided by n."""
    total: Array = (scores * scores).sum(axis=1)
    for lag in range(1, lags + 1):
        weight = 1.0 - lag / (lags + 1.0)
        total += 2.0 * weight * (scores[:, lag:] * scores[:, :-lag]).sum(axis=1)
    return np.asarray(np.maximum(total, 0.0))


def ibragimov_mueller(estimates: Sequence[float], *, confidence: float = CONFIDENCE) -> Interval:
    """Student-t interval of estimates from q non-overlapping blocks (Ibragimov & Müller 2010).

    Valid for a q-sample of independent, possibly unequal normal estimates, at 95 % and stricter.

    Args:
        estimates: q >= 2 block estimates; the interval is centred on their mean.
        confidence: nominal.

    NaN: refused. Raises `DataError` on fewer than two or missing values.
    """
    from scipy.special import stdtrit

    fraction(confidence, "confidence")
    values = pd.Series(list(estimates), dtype=float)
    complete(values, 2, "ibragimov_mueller")
    q = len(values)
    half = float(stdtrit(q - 1, 0.5 + confidence / 2.0) * values.std(ddof=1) / np.sqrt(q))
    centre = float(values.mean())
    text = f"t interval over {q} consecutive blocks (Ibragimov and Müller)"
    return Interval(centre - half, centre + half, confidence, text)
