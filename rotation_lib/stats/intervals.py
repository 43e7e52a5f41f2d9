"""The interval each headline statistic gets; the choice among methods rests on measured coverage.

Functions take returns of an aligned pair or of one series and never the estimate's own word for
its precision: resampled blocks, simulated histories or non-overlapping blocks supply it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from rotation_lib.errors import DataError
from rotation_lib.stats import measures
from rotation_lib.stats._checks import complete, fraction, varying
from rotation_lib.stats.bootstrap import (
    CONFIDENCE,
    DRAWS,
    MINIMUM,
    SEED,
    Array,
    Bootstrap,
    Interval,
    Statistic,
    percentile_ends,
    t_ends,
)
from rotation_lib.stats.effort import capped
from rotation_lib.stats.garch import Garch, fit_garch, simulated_statistic

BlockMethod: TypeAlias = Literal["blocks", "bootstrap"]
TailMethod: TypeAlias = Literal["auto", "garch", "bootstrap"]
BLOCKS = 8
TAIL_DOF = 7.0  # chosen by simulation: wide enough for the few clusters that make up a tail
RECORD = "measured_coverage.toml"


@lru_cache(maxsize=1)
def measured_coverage() -> dict[str, Any]:
    """The record that `rotation_lib.stats.coverage` keeps of these intervals' coverage.

    Returns:
        `reps`, `draws`, `sessions`, `confidence` and, by design of the simulation, the share of
        intervals that held the truth, by name of the statistic.
    """
    import tomllib
    from importlib.resources import files

    record = files("rotation_lib.stats").joinpath(RECORD).read_text(encoding="utf-8")
    return tomllib.loads(record)


def told(interval: Interval, name: str) -> Interval:
    """The interval with its measured coverage in the method text, where that was measured.

    Args:
        interval: returned as it is for a confidence that was not measured.
        name: of a statistic in `measured_coverage`; any other is returned as it is, too.
    """
    record = measured_coverage()
    share, heavy = (record["designs"][design].get(name) for design in ("moderate", "heavy"))
    if share is None or heavy is None or interval.confidence != record["confidence"]:
        return interval
    text = f"coverage in simulation {share:.0%}, {heavy:.0%} if the kurtosis is infinite"
    return replace(interval, method=f"{interval.method}; {text}")


def _pair(first: pd.Series, second: pd.Series, what: str) -> pd.DataFrame:
    if not first.index.equals(second.index):
        raise DataError(f"{what} needs two series on the same dates; align them first.")
    pair = pd.concat([first, second], axis=1)
    complete(pair, MINIMUM, what)
    varying(pair, what)
    return pair


def _blocks(columns: Array, statistic: Statistic, confidence: float, *, log: bool) -> Interval:
    """t interval of a statistic over consecutive blocks of the rows (Ibragimov & Müller 2010)."""
    from rotation_lib.stats.regression import ibragimov_mueller

    parts = np.array_split(columns, BLOCKS, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):  # an undefined block is refused below
        values = np.array([float(statistic(np.ascontiguousarray(part))) for part in parts])
    if not log:
        return ibragimov_mueller(values.tolist(), confidence=confidence)
    if not (np.isfinite(values) & (values > 0.0)).all():
        raise DataError("a block of this sample has no volatility.")
    found = ibragimov_mueller(np.log(values).tolist(), confidence=confidence)
    text = f"{found.method}, log scale"
    return replace(found, low=float(np.exp(found.low)), high=float(np.exp(found.high)), method=text)


def _block_method(method: str) -> None:
    if method not in ("blocks", "bootstrap"):
        raise DataError(f"method = {method!r} cannot be used: choose 'blocks' or 'bootstrap'.")


def volatility_ratio_interval(
    first: pd.Series,
    second: pd.Series,
    *,
    method: BlockMethod = "blocks",
    draws: int = DRAWS,
    seed: int = SEED,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Interval of sd(first) / sd(second), both with ddof 1.

    Volatility clusters last for months, so that even long resampled blocks understate how much the
    ratio varies; eight non-overlapping blocks of the sample do not.

    Args:
        first: n >= 40 simple returns.
        second: simple returns on the same dates.
        method: "blocks" takes the log ratio of 8 consecutive blocks and a t interval of them
            (Ibragimov & Müller 2010); "bootstrap" the stationary block bootstrap's standard error
            of the log ratio with t quantiles.
        draws: resamples of "bootstrap".
        seed: of "bootstrap".
        confidence: nominal.

    NaN: refused. Raises `DataError` on other dates, missing values, a series that is constant (on
    the sample or on a block), or an unknown method.
    """
    _block_method(method)
    pair = _pair(first, second, "volatility_ratio_interval")
    if method == "blocks":
        columns = pair.to_numpy(dtype=float).T
        found = _blocks(columns, measures.volatility_ratio, confidence, log=True)
        return told(found, "volatility_ratio")
    sample = Bootstrap(pair, None, draws, seed)
    return sample.interval(
        measures.volatility_ratio, reference="t", log=True, confidence=confidence
    )


def beta_interval(
    small: pd.Series,
    large: pd.Series,
    *,
    downside: bool = False,
    draws: int = DRAWS,
    seed: int = SEED,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Interval of the OLS slope (with intercept) of `small` on `large`.

    Stationary block bootstrap (Politis & Romano 1994) of the pairs of days; standard error with t
    quantiles.

    Args:
        small: n >= 40 simple returns.
        large: simple returns on the same dates.
        downside: keep the days with `large` < 0.
        draws: resamples.
        seed: of the resamples.
        confidence: nominal.

    NaN: refused. Raises `DataError` on other dates, missing values, or a constant series.
    """
    statistic = measures.downside_beta if downside else measures.beta
    sample = Bootstrap(_pair(small, large, "beta_interval"), None, draws, seed)
    found = sample.interval(statistic, reference="t", confidence=confidence)
    return told(found, "downside_beta" if downside else "beta")


def mean_interval(
    returns: pd.Series,
    *,
    method: BlockMethod = "blocks",
    draws: int = DRAWS,
    seed: int = SEED,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Interval of the mean of one series, for example of daily relative returns.

    Args:
        returns: n >= 40 values in order of time.
        method: "blocks" takes the means of 8 consecutive blocks and a t interval of them
            (Ibragimov & Müller 2010), centred on their mean, which is the sample mean when 8
            divides n and next to it otherwise; "bootstrap" the stationary bootstrap's percentiles.
        draws: resamples of "bootstrap".
        seed: of "bootstrap".
        confidence: nominal.

    Returns:
        Interval in the unit of `returns`.

    NaN: refused. Raises `DataError` on missing values, too few rows or an unknown method.
    """
    _block_method(method)
    complete(returns, MINIMUM, "mean_interval")
    if method == "bootstrap":
        sample = Bootstrap(returns.to_frame(), None, draws, seed)
        return sample.interval(measures.mean, confidence=confidence)
    columns = returns.to_numpy(dtype=float)[None]
    return told(_blocks(columns, measures.mean, confidence, log=False), "mean_relative")


def tail_intervals(
    returns: pd.Series,
    levels: Sequence[float] = (0.95, 0.99),
    *,
    method: TailMethod = "auto",
    draws: int = DRAWS,
    seed: int = SEED,
    confidence: float = CONFIDENCE,
) -> dict[str, Interval]:
    """Intervals of `returns.historical_var` and `historical_cvar`, from the same histories.

    Args:
        returns: n >= 40 simple returns per session.
        levels: 0.99 for the worst 1 % of days.
        method: "garch" simulates `draws` histories of n sessions from an AR(1)-GARCH(1,1)-t model
            fitted to the returns (n >= 250). VaR gets the percentiles of the figure across them;
            CVaR the median ± spread on the log scale x t quantiles, or percentiles where the
            figure changes sign. "bootstrap" takes percentiles of resampled blocks, which are too
            narrow for tails. "auto" is "garch" where that model can be fitted.
        draws: simulated histories or resamples.
        seed: of either.
        confidence: nominal.

    Returns:
        `Interval` by name: `var_95`, `cvar_95`, `var_99`, … An interval is stretched to the
        historical figure where the model, fitted to a short sample with a crash, would leave it
        out.

    NaN: refused. Raises `DataError` on missing values, too few rows, an unknown method, or, for
    "garch", a model that does not converge.
    """
    for level in levels:
        fraction(level, "level")
    fraction(confidence, "confidence")
    complete(returns, MINIMUM, "a tail interval")
    varying(returns, "a tail interval")
    figures: dict[str, Statistic] = {}
    for level in levels:
        figures[f"var_{level * 100:g}"] = measures.value_at_risk(level)
        figures[f"cvar_{level * 100:g}"] = measures.expected_shortfall(level)
    model = _tail_model(returns, method)
    draws = capped(draws)
    if model is None:
        sample = Bootstrap(returns.to_frame(), None, draws, seed)
        return {n: sample.interval(f, confidence=confidence) for n, f in figures.items()}

    every = measures.tails(levels)
    values = simulated_statistic(model, every, len(returns), draws, seed)
    historical = every(returns.to_numpy(dtype=float)[None])
    how = f"AR(1)-GARCH(1,1)-t model, {draws:,} simulated histories"
    found = {}
    for name, column, figure in zip(figures, values.T, historical, strict=True):
        low, high, text = _tail_ends(name, column, confidence)
        low, high = min(low, float(figure)), max(high, float(figure))
        interval = Interval(low, high, confidence, f"{how}, {text}, seed {seed}", draws)
        found[name] = told(interval, name)
    return found


def _tail_model(returns: pd.Series, method: TailMethod) -> Garch | None:
    """The model to simulate from, None for resampled blocks."""
    if method not in ("auto", "garch", "bootstrap"):
        raise DataError(f"method = {method!r} cannot be used: choose 'auto', 'garch', 'bootstrap'.")
    if method == "bootstrap":
        return None
    try:
        return fit_garch(returns)
    except DataError:
        if method == "garch":
            raise
        return None


def _tail_ends(name: str, values: Array, confidence: float) -> tuple[float, float, str]:
    centre = float(np.median(values))
    if name.startswith("var_") or (np.sign(values) != np.sign(centre)).any() or centre == 0.0:
        return *percentile_ends(values, confidence), "percentile interval"
    ends = t_ends(centre, values, TAIL_DOF, confidence, log=True)
    return *ends, f"log scale, median and spread with t{TAIL_DOF:g} quantiles"


def var_interval(
    returns: pd.Series,
    level: float = 0.99,
    *,
    method: TailMethod = "auto",
    draws: int = DRAWS,
    seed: int = SEED,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Interval of `returns.historical_var`: one of `tail_intervals`, same rules and errors."""
    every = tail_intervals(
        returns, (level,), method=method, draws=draws, seed=seed, confidence=confidence
    )
    return every[f"var_{level * 100:g}"]


def cvar_interval(
    returns: pd.Series,
    level: float = 0.99,
    *,
    method: TailMethod = "auto",
    draws: int = DRAWS,
    seed: int = SEED,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Interval of `returns.historical_cvar`: one of `tail_intervals`, same rules and errors."""
    every = tail_intervals(
        returns, (level,), method=method, draws=draws, seed=seed, confidence=confidence
    )
    return every[f"cvar_{level * 100:g}"]


def max_drawdown_interval(
    returns: pd.Series,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Percentile interval of the deepest drawdown of histories like this one.

    Stationary block bootstrap (Politis & Romano 1994). It is an interval for the EXPECTED deepest
    drawdown of a history of this length; too narrow as a forecast for the next such history.

    Args:
        returns: n >= 40 simple returns per session.
        draws: resamples.
        seed: of the resamples.
        confidence: nominal.

    NaN: refused. Raises `DataError` on missing values or too few rows.
    """
    complete(returns, MINIMUM, "max_drawdown_interval")
    sample = Bootstrap(returns.to_frame(), None, draws, seed)
    return told(sample.interval(measures.max_drawdown, confidence=confidence), "max_drawdown")
