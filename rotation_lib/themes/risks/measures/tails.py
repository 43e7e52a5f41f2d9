"""Volatility, beta, drawdowns and tails of small caps beside large caps.

Figures are historical; intervals come from resampled blocks or, for tails, from simulated
histories. A realised drawdown is a fact of the sample and is never called a forecast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from ....errors import DataError
from ....findings import Finding, Specification
from ....market import Market
from ....stats import intervals, measures, slopes
from ....stats import returns as rt
from ....stats.bootstrap import Bootstrap, Interval
from ....studies.declared import LARGE, PAIR, SMALL, Measured, finding
from .aligned import Array, pair

LEVELS = (0.95, 0.99)
ROLLING = 252
SQRT_YEAR = rt.SESSIONS_PER_YEAR**0.5


@finding("risks.volatility_ratio", "Volatility of {small} over that of {large}", "ratio", PAIR)
def volatility_ratio(market: Market) -> Measured:
    """Ratio of the standard deviations of daily returns."""
    both = pair(market)
    interval = intervals.volatility_ratio_interval(both["small"], both["large"])
    return Measured(float(measures.volatility_ratio(_rows(both))), interval, both.index)


@finding("risks.beta", "Beta of {small} to {large}", "ratio", PAIR)
def beta(market: Market) -> Measured:
    """Slope of daily returns, all days."""
    both = pair(market)
    interval = intervals.beta_interval(both["small"], both["large"])
    return Measured(float(measures.beta(_rows(both))), interval, both.index)


@finding("risks.downside_beta", "Beta of {small} on days when {large} falls", "ratio", PAIR)
def downside_beta(market: Market) -> Measured:
    """Slope of daily returns, days on which the large fund falls."""
    both = pair(market)
    interval = intervals.beta_interval(both["small"], both["large"], downside=True)
    return Measured(float(measures.downside_beta(_rows(both))), interval, both.index)


def _rows(both: pd.DataFrame) -> Array:
    return np.asarray(both.to_numpy(dtype=float).T)


@finding(
    "risks.volatility_small",
    "Volatility of {small} a year (252 sessions)",
    "fraction",
    SMALL,
    role="small",
)
@finding(
    "risks.volatility_large",
    "Volatility of {large} a year (252 sessions)",
    "fraction",
    LARGE,
    role="large",
)
def volatility(market: Market, role: str) -> Measured:
    """Volatility a year of one fund, over the sessions with both.

    Args:
        market: data and window.
        role: of the fund.
    """
    both = pair(market)
    sample = Bootstrap(both[[role]])
    interval = sample.interval(_annual_volatility, reference="t", log=True)
    return Measured(sample.estimate(_annual_volatility), interval, both.index)


def _annual_volatility(x: Array) -> Array:
    return np.asarray(x[0].std(axis=-1, ddof=1) * SQRT_YEAR)


@finding("risks.max_drawdown_small", "Deepest drawdown of {small}", "fraction", SMALL, role="small")
@finding("risks.max_drawdown_large", "Deepest drawdown of {large}", "fraction", LARGE, role="large")
def max_drawdown(market: Market, role: str) -> Measured:
    """Deepest fall of a fund from a highest close.

    Args:
        market: data and window.
        role: of the fund.
    """
    returns = market.total_returns[getattr(market, role)].dropna()
    interval = intervals.max_drawdown_interval(returns)
    method = (
        "realised; the interval is that of the deepest drawdown expected of a history of this "
        f"length: {interval.method}"
    )
    return Measured(rt.max_drawdown(returns), interval, returns.index, method)


@finding("risks.beta_latest", f"Beta of {{small}} over the last {ROLLING} sessions", "ratio", PAIR)
def beta_latest(market: Market) -> Measured:
    """The last of :func:`rolling_beta`."""
    rolling = rolling_beta(market)
    if rolling.empty:
        raise DataError(f"the window holds fewer than {ROLLING} sessions")
    last = rolling.iloc[-1]
    interval = Interval(
        last["low"], last["high"], 0.95, "OLS, Newey-West standard errors, Bartlett kernel, 4 lags"
    )
    return Measured(float(last["value"]), interval, pair(market).index[-ROLLING:])


# -- tails ----------------------------------------------------------------------------


def tail_intervals(market: Market, symbol: str) -> dict[str, Interval]:
    """Intervals of ``var_95``, ``cvar_95``, ``var_99``, ``cvar_99`` from one set of histories.

    Args:
        symbol: a fund.
    """
    return intervals.tail_intervals(market.total_returns[symbol].dropna(), LEVELS)


@finding(
    "risks.var_95_small",
    "One-day historical value at risk of {small}, 95%",
    "fraction",
    SMALL,
    role="small",
)
@finding(
    "risks.cvar_95_small",
    "One-day historical shortfall (CVaR) of {small}, 95%",
    "fraction",
    SMALL,
    role="small",
)
@finding(
    "risks.var_99_small",
    "One-day historical value at risk of {small}, 99%",
    "fraction",
    SMALL,
    role="small",
)
@finding(
    "risks.cvar_99_small",
    "One-day historical shortfall (CVaR) of {small}, 99%",
    "fraction",
    SMALL,
    role="small",
)
@finding(
    "risks.var_95_large",
    "One-day historical value at risk of {large}, 95%",
    "fraction",
    LARGE,
    role="large",
)
@finding(
    "risks.cvar_95_large",
    "One-day historical shortfall (CVaR) of {large}, 95%",
    "fraction",
    LARGE,
    role="large",
)
@finding(
    "risks.var_99_large",
    "One-day historical value at risk of {large}, 99%",
    "fraction",
    LARGE,
    role="large",
)
@finding(
    "risks.cvar_99_large",
    "One-day historical shortfall (CVaR) of {large}, 99%",
    "fraction",
    LARGE,
    role="large",
)
def tails(market: Market, role: str) -> tuple[Measured, ...]:
    """Value at risk and shortfall of a fund at each level, in the order of :data:`LEVELS`.

    Args:
        market: data and window.
        role: of the fund.
    """
    returns = market.total_returns[getattr(market, role)].dropna()
    ends = tail_intervals(market, getattr(market, role))
    made = []
    for level in LEVELS:
        var = ends[f"var_{level * 100:.0f}"]
        for kind, measure in (("var", rt.historical_var), ("cvar", rt.historical_cvar)):
            held = ends[f"{kind}_{level * 100:.0f}"]
            # A shortfall is the mean beyond its quantile, so no end of it is milder.
            interval = replace(held, low=min(held.low, var.low), high=min(held.high, var.high))
            method = f"historical; {interval.method}"
            made.append(Measured(measure(returns, level), interval, returns.index, method))
    return tuple(made)


# -- frames ---------------------------------------------------------------------------


def rolling_beta(market: Market) -> pd.DataFrame:
    """Beta over rolling years: ``date``, ``value`` (a ratio), ``low, high``; empty under 252 sessions."""
    both = pair(market)
    table = slopes.rolling_slope(both["small"], both["large"], ROLLING)
    return table.rename(columns={"slope": "value"})[["value", "low", "high"]].reset_index(
        names="date"
    )


def drawdown_frame(market: Market) -> pd.DataFrame:
    """Drawdowns from the base close on: dates × (small, large), fractions at or below zero."""
    both = market.total_returns[[market.small, market.large]].dropna()
    return rt.drawdown(both, market.base)


def episodes(market: Market, top: int = 5) -> pd.DataFrame:
    """The deepest drawdowns of the small fund, with what the large one did from peak to trough.

    Columns peak, trough, recovery (NaT while under water), small, large, days_to_trough,
    days_to_recovery.

    Args:
        top: how many, deepest first.
    """
    returns = market.total_returns[market.small].dropna()
    table = rt.drawdown_episodes(returns, market.base, top)
    large = market.total_returns[market.large]
    fell = [
        rt.total_return(part.dropna()) if len(part.dropna()) else np.nan
        for part in (
            large[(large.index > p) & (large.index <= t)]
            for p, t in zip(table["peak"], table["trough"], strict=True)
        )
    ]
    table = table.rename(columns={"depth": "small"}).assign(large=fell)
    return table[
        ["peak", "trough", "recovery", "small", "large", "days_to_trough", "days_to_recovery"]
    ]


def tail_frame(found: Mapping[str, Finding]) -> pd.DataFrame:
    """Tail findings as rows ``measure, fund, value, low, high`` for a chart.

    Args:
        found: findings by full id.
    """
    names = {"var": "VaR", "cvar": "CVaR"}
    rows = []
    for level in LEVELS:
        for kind, name in names.items():
            for who in ("small", "large"):
                f = found[f"risks.{kind}_{level * 100:.0f}_{who}"]
                rows.append((f"{name} {level * 100:.0f}%", f.series[0], f.value, f.low, f.high))
    return pd.DataFrame(rows, columns=["measure", "fund", "value", "low", "high"])


# -- specifications -------------------------------------------------------------------


def specifications(market: Market) -> list[Specification]:
    """Other reasonable ways to compare volatility: frequency, period, fund, robust spread."""
    small, large, tech = market.small, market.large, market.tech
    daily = market.total_returns
    made: list[Specification] = []

    def add(label: str, frame: pd.DataFrame) -> None:
        clean = frame.dropna()
        if len(clean) < 60:
            made.append(Specification(label=label, value=None, unit="ratio", part="volatile"))
            return
        interval = intervals.volatility_ratio_interval(clean.iloc[:, 0], clean.iloc[:, 1])
        value = float(measures.volatility_ratio(clean.to_numpy(dtype=float).T))
        made.append(
            Specification(
                label=label,
                value=value,
                low=interval.low,
                high=interval.high,
                unit="ratio",
                part="volatile",
            )
        )

    both = daily[[small, large]]
    add("Daily", both)
    add("Weekly", rt.weekly_log_returns(both, market.base, market.end))
    add("Monthly", _monthly(both))
    add("First half", both.iloc[: len(both) // 2])
    add("Second half", both.iloc[len(both) // 2 :])
    add("Last 756 sessions", both.iloc[-756:])
    add(
        "Without February to June 2020",
        both[(both.index < "2020-02-01") | (both.index > "2020-06-30")],
    )
    add("IJR over SPY", daily[["IJR", "SPY"]])
    add("Indices: ^RUT over ^GSPC, price", market.price_returns[["^RUT", "^GSPC"]])
    add(f"{small} over {tech}", daily[[small, tech]])
    return made


def _monthly(returns: pd.DataFrame) -> pd.DataFrame:
    logs = np.log1p(returns)
    return logs.groupby(logs.index.to_period("M")).sum(min_count=10)
