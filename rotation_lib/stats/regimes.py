"""Calm and stormy regimes of returns, as they could be told at the time.

Probabilities are filtered: each uses returns up to its own date. Smoothed probabilities, which use
the future, are never returned.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from rotation_lib.errors import DataError
from rotation_lib.stats._checks import complete, increasing, varying
from rotation_lib.stats.bootstrap import SEED

MINIMUM = 100
PERCENT = 100.0
AGREE = 0.05  # log-likelihood within which two starts found the same optimum


@dataclass(frozen=True)
class Regimes:
    """A Markov-switching fit, states ordered from the calmest to the most volatile.

    Attributes:
        table: one row a state: `mean` and `volatility` per period (fractions), `duration`
            (expected periods), `share` (mean filtered probability).
        probabilities: filtered, dates x states, rows sum to 1. Parameters are estimated on the
            whole sample; only the state is inferred in real time.
        transition: probability of column state next period from row state now.
        log_likelihood: of the best start. starts: how many were tried. agreeing: how many reached
            the best optimum. converged: whether the optimiser said so for the best.
    """

    table: pd.DataFrame
    probabilities: pd.DataFrame
    transition: pd.DataFrame
    log_likelihood: float
    starts: int
    agreeing: int
    converged: bool

    @property
    def method(self) -> str:
        """One phrase for the report."""
        found = f"{self.agreeing} of {self.starts} starts agree"
        state = "" if self.converged else ", optimiser NOT converged"
        return f"Markov switching in mean and variance, filtered probabilities, {found}{state}"


def fit_regimes(
    returns: pd.Series, states: int = 2, *, starts: int = 4, seed: int = SEED
) -> Regimes:
    """Markov-switching mean and variance (Hamilton 1989; `statsmodels` MarkovRegression).

    Maximum likelihood from several random starts, since the likelihood has local optima.

    Args:
        returns: n >= 100 returns per period (weekly is enough for regimes of months).
        states: 2 or 3.
        starts: random starts.
        seed: of `numpy.random.default_rng`.

    NaN: refused. Raises `DataError` on missing values, too few rows, a constant series, an
    unusable number of states, or no start that leads to a finite likelihood.
    """
    if states not in (2, 3) or starts < 1:
        raise DataError(
            f"states = {states!r}, starts = {starts!r}: 2 or 3 states, 1 start or more."
        )
    complete(returns, MINIMUM, "fit_regimes")
    increasing(returns.index, "fit_regimes")
    varying(returns, "fit_regimes")
    best, agreeing = _best(returns.to_numpy(dtype=float).tobytes(), states, starts, seed)
    return _ordered(best, returns.index, states, starts, agreeing)


@lru_cache(maxsize=2)
def _best(returns: bytes, states: int, starts: int, seed: int) -> tuple[Any, int]:
    """The likeliest fit and how many starts reached it; kept, since two chapters ask for one."""
    from rotation_lib.stats.switching import Switching  # statsmodels takes a second to import

    scaled = np.frombuffer(returns) * PERCENT
    model = Switching(scaled, k_regimes=states, trend="c", switching_variance=True)
    rng = np.random.default_rng(seed)
    fits = [f for f in (_fit(model, states, scaled, rng) for _ in range(starts)) if f is not None]
    if not fits:
        raise DataError("no start of the regime model led to a likelihood.")
    best = max(fits, key=lambda f: f.llf)
    return best, sum(bool(best.llf - f.llf < AGREE) for f in fits)


def _fit(model: Any, states: int, values: np.ndarray, rng: np.random.Generator) -> Any | None:
    stay = rng.uniform(0.85, 0.99, size=states)
    transition = np.full((states, states), 0.0) + (1.0 - stay) / (states - 1)
    np.fill_diagonal(transition, stay)
    start = model.start_params.copy()
    # statsmodels lists p[from->to] for all but the last "to" state, grouped by "to".
    start[model.parameters["regime_transition"]] = transition[:, :-1].T.ravel()
    spread = values.std()
    start[model.parameters["exog"]] = values.mean() + 0.2 * spread * rng.standard_normal(states)
    start[model.parameters["variance"]] = spread**2 * np.exp(rng.normal(0.0, 0.8, size=states))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # convergence is read from the result and reported
        with np.errstate(all="ignore"):
            try:
                fit = model.fit(
                    start_params=start, em_iter=20, maxiter=200, disp=False, cov_type="none"
                )
            except (np.linalg.LinAlgError, ValueError):
                return None
    return fit if np.isfinite(fit.llf) else None


def _ordered(fit: Any, index: pd.Index, states: int, starts: int, agreeing: int) -> Regimes:
    variance = np.asarray(fit.params[fit.model.parameters["variance"]])
    means = np.asarray(fit.params[fit.model.parameters["exog"]])
    order = np.argsort(variance)
    labels = list(range(states))
    filtered = np.asarray(fit.filtered_marginal_probabilities)[:, order]
    moves = np.asarray(fit.regime_transition)[:, :, 0].T[np.ix_(order, order)]
    table = pd.DataFrame(
        {
            "mean": means[order] / PERCENT,
            "volatility": np.sqrt(variance[order]) / PERCENT,
            "duration": 1.0 / (1.0 - np.diag(moves)),
            "share": filtered.mean(axis=0),
        },
        index=pd.Index(labels, name="state"),
    )
    return Regimes(
        table=table,
        probabilities=pd.DataFrame(filtered, index=index, columns=labels),
        transition=pd.DataFrame(moves, index=labels, columns=labels),
        log_likelihood=float(fit.llf),
        starts=starts,
        agreeing=agreeing,
        converged=bool(fit.mle_retvals["converged"]),
    )
