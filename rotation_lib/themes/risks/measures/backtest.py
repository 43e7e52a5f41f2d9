"""Would a value-at-risk rule have held? Forecasts made a day ahead, breaches counted and tested.

Every forecast uses returns up to the session before. Tests: Kupiec (1995) for the number of
breaches, Christoffersen (1998) for their independence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ....errors import DataError
from ....market import Market
from ....stats.bootstrap import Bootstrap
from ....studies.declared import SMALL, Measured, finding
from .aligned import Array

WINDOW = 500
DECAY = 0.94
MINIMUM = 250
METHODS = {
    "historical": f"quantile of the last {WINDOW} sessions",
    "filtered": f"the same, scaled by exponentially weighted volatility (decay {DECAY})",
}


@dataclass(frozen=True)
class Coverage:
    """Tests of a sequence of breaches.

    Attributes:
        n: forecasts. breaches: days below the forecast. rate: their share.
        kupiec_p: p-value that the rate is the promised one.
        independence_p: p-value that a breach does not follow a breach more often than chance.
        joint_p: both together (conditional coverage).
    """

    n: int
    breaches: int
    rate: float
    kupiec_p: float
    independence_p: float
    joint_p: float


def coverage_tests(hits: Array, level: float) -> Coverage:
    """Likelihood-ratio tests of Kupiec (1995) and Christoffersen (1998).

    Args:
        hits: n zeros and ones in order of time, 1 for a breach.
        level: promised coverage, 0.99 for breaches on 1 % of days.

    NaN: refused. Raises `DataError` on fewer than two days or values other than 0 and 1.
    """
    from scipy.stats import chi2

    values = np.asarray(hits, dtype=float)
    if len(values) < 2 or not np.isin(values, (0.0, 1.0)).all():
        raise DataError("coverage_tests needs two or more zeros and ones; pass breach indicators.")
    n, x = len(values), int(values.sum())
    share = 1.0 - level
    unconditional = 2.0 * (_loglik(n - x, x, x / n) - _loglik(n - x, x, share))
    before, after = values[:-1], values[1:]
    counts = {(i, j): int(((before == i) & (after == j)).sum()) for i in (0, 1) for j in (0, 1)}
    moves = counts[0, 1] + counts[1, 1]
    pooled = moves / (n - 1)
    from_calm = _share(counts[0, 1], counts[0, 0])
    from_breach = _share(counts[1, 1], counts[1, 0])
    split = _loglik(counts[0, 0], counts[0, 1], from_calm) + _loglik(
        counts[1, 0], counts[1, 1], from_breach
    )
    independence = max(2.0 * (split - _loglik(n - 1 - moves, moves, pooled)), 0.0)
    return Coverage(
        n=n,
        breaches=x,
        rate=x / n,
        kupiec_p=float(chi2.sf(unconditional, 1)),
        independence_p=float(chi2.sf(independence, 1)),
        joint_p=float(chi2.sf(unconditional + independence, 2)),
    )


def _share(hit: int, miss: int) -> float:
    return hit / (hit + miss) if hit + miss else 0.0


def _loglik(misses: int, hits: int, p: float) -> float:
    """Binomial log likelihood, with 0 · log 0 = 0."""
    total = 0.0
    if misses:
        total += misses * np.log1p(-p) if p < 1.0 else -np.inf
    if hits:
        total += hits * np.log(p) if p > 0.0 else -np.inf
    return float(total)


def forecasts(returns: pd.Series, level: float, method: str) -> pd.Series:
    """One-day value at risk for every session with 500 sessions before it.

    Args:
        returns: simple daily returns, none missing.
        level: 0.99 for the 1 % quantile.
        method: ``"historical"`` or ``"filtered"`` (filtered historical simulation of
            Barone-Adesi et al. 1999 with RiskMetrics volatility).

    Returns:
        Negative fractions by the session forecast; empty with 500 sessions or fewer.
    """
    values = returns.to_numpy(dtype=float)
    if len(values) <= WINDOW:
        return pd.Series(dtype=float, index=returns.index[:0])
    scale = np.ones(len(values) + 1)
    if method == "filtered":
        scale = np.sqrt(_ewma(values))
    standard = values / scale[:-1]
    # The first 20 scales rest on the seed of the recursion: no forecast uses them as they age out.
    quantiles = pd.Series(standard).rolling(WINDOW).quantile(1.0 - level).to_numpy()
    return pd.Series(quantiles[WINDOW - 1 : -1] * scale[WINDOW:-1], index=returns.index[WINDOW:])


def _ewma(values: Array) -> Array:
    """RiskMetrics variance known before each session (n + 1 values), seeded with 20 sessions."""
    from scipy.signal import lfilter

    seed = float(np.mean(values[:20] ** 2))
    after, _ = lfilter([1.0 - DECAY], [1.0, -DECAY], values * values, zi=[DECAY * seed])
    return np.asarray(np.maximum(np.append(seed, after), 1e-10))


def breaches(market: Market, who: str, level: float, method: str) -> pd.DataFrame:
    """Forecast and outcome by session of the window: ``forecast, actual, hit`` (0 or 1).

    Forecasts may use returns before the window, since those were known.

    Args:
        who: "small" or "large".
        level: 0.99 for a limit that one day in a hundred should breach.
        method: how the limit is made, a key of this module.
    """
    symbol = market.small if who == "small" else market.large
    returns = market.history[symbol].dropna()
    ahead = forecasts(returns, level, method)
    ahead = ahead[ahead.index >= market.start]
    actual = returns.reindex(ahead.index)
    return pd.DataFrame(
        {"forecast": ahead, "actual": actual, "hit": (actual < ahead).astype(float)}
    )


def backtest_table(market: Market) -> pd.DataFrame:
    """Both funds, methods and levels: breaches expected and seen, with the tests' p-values.

    Columns fund, method, level, n, expected, breaches, rate, kupiec_p, independence_p, joint_p;
    empty where fewer than 250 sessions can be forecast.
    """
    rows = []
    for who, symbol in (("small", market.small), ("large", market.large)):
        for method in METHODS:
            for level in (0.95, 0.99):
                hits = breaches(market, who, level, method)["hit"].to_numpy()
                if len(hits) < MINIMUM:
                    continue
                c = coverage_tests(hits, level)
                rows.append(
                    {
                        "fund": symbol,
                        "method": method,
                        "level": level,
                        "n": c.n,
                        "expected": (1 - level) * c.n,
                        "breaches": c.breaches,
                        "rate": c.rate,
                        "kupiec_p": c.kupiec_p,
                        "independence_p": c.independence_p,
                        "joint_p": c.joint_p,
                    }
                )
    return pd.DataFrame(rows)


@finding(
    "risks.var_breaches_historical",
    "Days below the 99% value at risk of {small}, historical rule",
    "fraction",
    SMALL,
    rule="historical",
)
@finding(
    "risks.var_breaches_historical_p",
    "p-value that the historical rule keeps its promise",
    "p-value",
    SMALL,
    rule="historical",
)
@finding(
    "risks.var_breaches_filtered",
    "Days below the 99% value at risk of {small}, filtered rule",
    "fraction",
    SMALL,
    rule="filtered",
)
@finding(
    "risks.var_breaches_filtered_p",
    "p-value that the filtered rule keeps its promise",
    "p-value",
    SMALL,
    rule="filtered",
)
def promise(market: Market, rule: str) -> tuple[Measured, Measured]:
    """Share of days below the 99% value at risk, and whether the rule keeps its promise.

    Args:
        market: data and window.
        rule: of the backtest.
    """
    frame = breaches(market, "small", 0.99, rule)
    if len(frame) < MINIMUM:
        raise DataError(
            f"only {len(frame)} sessions of the window have {WINDOW} sessions before them; "
            f"{MINIMUM} are needed"
        )
    tested = coverage_tests(frame["hit"].to_numpy(), 0.99)
    interval, method = None, f"one-day forecasts from the {METHODS[rule]}"
    if 0 < tested.breaches < tested.n:
        interval = Bootstrap(frame[["hit"]], block=20).interval(lambda x: x[0].mean(axis=-1))
        method += f"; {interval.method}"
    joint = "Christoffersen conditional coverage: number and independence of breaches"
    return (
        Measured(tested.rate, interval, frame.index, method),
        Measured(tested.joint_p, None, frame.index, joint),
    )
