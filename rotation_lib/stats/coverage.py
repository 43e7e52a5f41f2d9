"""How often the intervals of this package hold the truth, by simulation.

Histories with known parameters go in, the share of intervals that contain the truth comes out; no
market data are used. `python -m rotation_lib.stats.coverage` rewrites the record of the result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import pandas as pd

from rotation_lib.errors import DataError
from rotation_lib.stats import intervals, measures
from rotation_lib.stats.bootstrap import CONFIDENCE, SEED, Interval
from rotation_lib.stats.garch import Garch, simulate
from rotation_lib.stats.returns import SESSIONS_PER_YEAR
from rotation_lib.stats.sharpe import sharpe_difference

SESSIONS = 4169
Estimator: TypeAlias = Callable[[pd.DataFrame], Interval]
#: Where the other half of the record begins, which :mod:`.size` writes.
ALARMS_HEADING = "# Share of simulated histories in which meaningless dates were called an effect."


@dataclass(frozen=True)
class Design:
    """A large index and a small one: small = beta x large + residual, both AR(1)-GARCH(1,1)-t."""

    large: Garch
    residual: Garch
    beta: float


def _model(mean: float, phi: float, sd: float, alpha: float, beta: float, nu: float) -> Garch:
    return Garch(mean, phi, sd**2 * (1.0 - alpha - beta), alpha, beta, nu)


# Residual, beta and daily volatilities as fitted to US small against large caps, 2010 to mid-2026.
# The large index's own fit ("heavy") has infinite kurtosis; "moderate" tames its shocks so that the
# kurtosis is finite and that of histories near what was seen.
_RESIDUAL = _model(-0.0001, -0.01, 0.0066, 0.062, 0.926, 11.2)
DESIGN = Design(_model(0.0006, -0.05, 0.0108, 0.10, 0.865, 7.0), _RESIDUAL, 1.146)
HEAVY = replace(DESIGN, large=_model(0.0006, -0.05, 0.0108, 0.165, 0.824, 5.4))
DESIGNS: Mapping[str, Design] = {"moderate": DESIGN, "heavy": HEAVY}


def simulate_pairs(
    reps: int, n: int, seed: int = SEED, design: Design = DESIGN
) -> list[pd.DataFrame]:
    """Independent histories of a pair of indices.

    Args:
        reps: histories.
        n: sessions each.
        seed: of `numpy.random.default_rng`.
        design: parameters.

    Returns:
        `reps` frames of n simple daily returns, columns `small` and `large`.

    Raises:
        DataError: a count below 1.
    """
    if reps < 1 or n < 1:
        raise DataError(f"reps = {reps!r}, n = {n!r} cannot be used: both must be 1 or more.")
    rng = np.random.default_rng(seed)
    large = simulate(design.large, n, reps, rng)
    small = design.beta * large + simulate(design.residual, n, reps, rng)
    dates = pd.bdate_range("2010-01-04", periods=n, unit="us", name="date")
    return [
        pd.DataFrame({"small": s, "large": b}, index=dates)
        for s, b in zip(small, large, strict=True)
    ]


@lru_cache(maxsize=4)
def truth(design: Design = DESIGN, n: int = SESSIONS, reps: int = 1000) -> Mapping[str, float]:
    """True values by estimand.

    `volatility_ratio`, `beta`, `downside_beta`, `mean_relative` and `sharpe_difference` (per year)
    follow from the parameters; `var_99`, `cvar_99` (of all simulated days) and `max_drawdown`
    (mean over histories of n sessions) from `reps` simulated histories.

    Args:
        design: parameters of the simulation.
        n: sessions a history.
        reps: histories for what has no formula.
    """
    var_large = design.large.variance / (1.0 - design.large.phi**2)
    var_rest = design.residual.variance / (1.0 - design.residual.phi**2)
    rng = np.random.default_rng(SEED + 1)
    small = design.beta * simulate(design.large, n, reps, rng)
    small += simulate(design.residual, n, reps, rng)
    threshold = float(np.quantile(small, 0.01))
    mean_small = design.beta * design.large.mean + design.residual.mean
    reward = mean_small / np.sqrt(design.beta**2 * var_large + var_rest)
    reward -= design.large.mean / np.sqrt(var_large)
    return {
        "volatility_ratio": float(np.sqrt(design.beta**2 + var_rest / var_large)),
        "beta": design.beta,
        "downside_beta": design.beta,
        "mean_relative": mean_small - design.large.mean,
        "sharpe_difference": float(reward * np.sqrt(SESSIONS_PER_YEAR)),
        "var_99": threshold,
        "cvar_99": float(small[small <= threshold].mean()),
        "max_drawdown": float(measures.max_drawdown(small[None]).mean()),
    }


def estimators(draws: int) -> Mapping[str, Estimator]:
    """The package's intervals by estimand of `truth`, with `draws` resamples each."""
    return {
        "volatility_ratio": lambda f: intervals.volatility_ratio_interval(f["small"], f["large"]),
        "beta": lambda f: intervals.beta_interval(f["small"], f["large"], draws=draws),
        "downside_beta": lambda f: intervals.beta_interval(
            f["small"], f["large"], downside=True, draws=draws
        ),
        "mean_relative": lambda f: intervals.mean_interval(f["small"] - f["large"]),
        "sharpe_difference": lambda f: (
            sharpe_difference(f["small"], f["large"], draws=draws).interval
        ),
        "var_99": lambda f: intervals.var_interval(f["small"], draws=draws),
        "cvar_99": lambda f: intervals.cvar_interval(f["small"], draws=draws),
        "max_drawdown": lambda f: intervals.max_drawdown_interval(f["small"], draws=draws),
    }


@dataclass(frozen=True)
class Coverage:
    """Share of intervals that hold the truth.

    Attributes:
        rate: the share. se: its standard error. width: mean length of the intervals. reps: their
            number. confidence: what they promise.
    """

    rate: float
    se: float
    width: float
    reps: int
    confidence: float


def coverage(
    estimator: Estimator,
    estimand: float,
    reps: int = 200,
    *,
    n: int = SESSIONS,
    seed: int = SEED,
    design: Design = DESIGN,
) -> Coverage:
    """Run `estimator` on simulated histories and count how often it holds `estimand`.

    Args:
        estimator: from a frame with columns `small`, `large` to an `Interval`.
        estimand: the true value.
        reps: histories.
        n: sessions each.
        seed: of the simulation.
        design: of the simulation.

    Raises:
        DataError: counts below 1, or whatever the estimator raises.
    """
    found = [estimator(pair) for pair in simulate_pairs(reps, n, seed, design)]
    rate = float(np.mean([i.low <= estimand <= i.high for i in found]))
    width = float(np.mean([i.high - i.low for i in found]))
    se = float(np.sqrt(rate * (1.0 - rate) / reps))
    return Coverage(rate, se, width, reps, found[0].confidence)


def record(reps: int, draws: int, n: int = SESSIONS) -> str:
    """Coverage of every interval in every design, as the TOML that `intervals` reads.

    Args:
        reps: histories a design.
        draws: resamples an interval.
        n: sessions a history.
    """
    lines = [
        "# Share of simulated histories in which each interval held the truth.",
        "# Written by: python -m rotation_lib.stats.coverage",
        f"reps = {reps}",
        f"draws = {draws}",
        f"sessions = {n}",
        f"confidence = {CONFIDENCE}",
        f"seed = {SEED}",
    ]
    for label, design in DESIGNS.items():
        lines += ["", f"[designs.{label}]"]
        for name, estimator in estimators(draws).items():
            found = coverage(estimator, truth(design, n)[name], reps, n=n, design=design)
            lines.append(f"{name} = {found.rate:.3f}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    from pathlib import Path

    from rotation_lib.project import need_checkout

    need_checkout("This record")
    kept = Path(__file__).with_name(intervals.RECORD)
    _, mark, alarms = kept.read_text(encoding="utf-8").partition(ALARMS_HEADING)
    kept.write_text(record(500, 500) + f"\n{mark}{alarms}", encoding="utf-8")
