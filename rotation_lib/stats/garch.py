"""Simulated paths from an AR(1)-GARCH(1,1) model with Student-t shocks, fitted by arch.

It serves intervals of tail figures, where resampled blocks hold too few extreme days. It never
produces an estimate itself: figures stay historical.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rotation_lib.errors import DataError
from rotation_lib.stats._checks import complete, varying
from rotation_lib.stats.bootstrap import Array, Statistic

MINIMUM = 250
BURN_IN = 500


@dataclass(frozen=True)
class Garch:
    """Parameters of r_t = mean + phi (r_{t-1} - mean) + e_t, e_t = sigma_t z_t.

    sigma²_t = omega + alpha e²_{t-1} + beta sigma²_{t-1}; z_t is Student-t with `nu` degrees of
    freedom scaled to variance 1. Returns are fractions, so omega is a squared fraction.
    """

    mean: float
    phi: float
    omega: float
    alpha: float
    beta: float
    nu: float

    @property
    def variance(self) -> float:
        """Unconditional variance of the shocks e_t."""
        return self.omega / (1.0 - self.alpha - self.beta)


def fit_garch(returns: pd.Series) -> Garch:
    """Maximum likelihood by `arch.univariate` (Bollerslev 1987).

    Args:
        returns: n >= 250 simple returns per session, fractions.

    NaN: refused. Raises `DataError` when too short, constant, or the fit does not converge.
    """
    from arch import arch_model

    complete(returns, MINIMUM, "fit_garch")
    varying(returns, "fit_garch")
    unit = float(returns.std())  # the optimiser needs variances near 1
    scaled = returns.to_numpy(dtype=float) / unit
    model = arch_model(scaled, mean="AR", lags=1, vol="GARCH", p=1, q=1, dist="t", rescale=False)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # a failure shows in the convergence flag
        fit = model.fit(disp="off", show_warning=False, options={"ftol": 1e-10, "maxiter": 500})
    const, phi, *rest = (float(v) for v in fit.params)
    if fit.convergence_flag != 0 or abs(phi) >= 1.0:  # with such a phi every path runs away
        raise DataError("the GARCH model did not converge on these returns.")
    return _settled(const, phi, *rest, unit=unit)


def _settled(
    const: float, phi: float, omega: float, alpha: float, beta: float, nu: float, *, unit: float
) -> Garch:
    """The estimates in the returns' own unit, to the digits on which all machines agree.

    Where an optimiser stops depends on the machine in the sixth digit; `nu` steers a rejection
    sampler, whose draws would all differ. The digits dropped are far below the standard errors.
    """
    variance = omega / (1.0 - alpha - beta) if alpha + beta < 1.0 else math.inf
    alpha, beta = round(alpha, 4), round(beta, 4)
    # An estimate on the boundary of stationarity has no unconditional variance to start from.
    excess = (alpha + beta) / 0.9995
    if excess > 1.0:
        alpha, beta = alpha / excess, beta / excess
        variance = omega / (1.0 - alpha - beta)
    omega = float(f"{variance:.3e}") * (1.0 - alpha - beta) * unit**2
    mean = round(const / (1.0 - phi), 4) * unit
    return Garch(mean, round(phi, 4), omega, alpha, beta, max(round(nu, 1), 2.1))


def simulate(model: Garch, n: int, paths: int, rng: np.random.Generator) -> Array:
    """Simple returns from the model, shape (paths, n), after 500 discarded periods.

    Args:
        model: parameters.
        n: periods a path.
        paths: independent paths.
        rng: source of randomness.
    """
    total = n + BURN_IN
    shocks = rng.standard_t(model.nu, size=(total, paths))
    shocks *= np.sqrt((model.nu - 2.0) / model.nu)
    return path_of(model, shocks)[BURN_IN:].T


def path_of(model: Garch, shocks: Array) -> Array:
    """The recursion of `Garch` on unit-variance shocks, shape (n, paths).

    Args:
        model: parameters; the first variance is the unconditional one.
        shocks: z_t, any shape whose first axis is time.
    """
    from scipy.signal import lfilter

    # omega + alpha e² + beta sigma², with e² = z² sigma²: one product and one sum a period.
    # In place, since each of these tables is as large as the shocks.
    growth = model.alpha * shocks
    growth *= shocks
    growth += model.beta
    variance = np.empty_like(shocks)
    before = variance[0]
    before[:] = model.variance
    for grown, after in zip(growth[:-1], variance[1:], strict=True):
        np.multiply(grown, before, out=after)
        after += model.omega
        before = after
    del growth
    errors = np.sqrt(variance, out=variance)
    errors *= shocks
    path = np.asarray(lfilter([1.0], [1.0, -model.phi], errors, axis=0))
    path += model.mean
    return path


def simulated_statistic(model: Garch, statistic: Statistic, n: int, draws: int, seed: int) -> Array:
    """The statistic on `draws` simulated histories of n sessions, shape (draws,).

    Args:
        model: parameters.
        statistic: from shape (1, paths, n) to (paths, …).
        n: periods a path.
    """
    rng = np.random.default_rng(seed)
    step = max(1, 2_000_000 // (n + BURN_IN))
    sizes = [min(step, draws - i) for i in range(0, draws, step)]
    return np.concatenate([statistic(simulate(model, n, size, rng)[None]) for size in sizes])
