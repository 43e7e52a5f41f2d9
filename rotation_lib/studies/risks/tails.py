"""Volatility, beta, drawdowns and tails of small caps beside large caps.

Figures are historical; intervals come from resampled blocks or, for tails, from simulated
histories. A realised drawdown is a fact of the sample and is never called a forecast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from ...findings import Finding, Specification, missing, tendency
from ...market import Market
from ...stats import intervals, measures, regression
from ...stats import returns as rt
from ...stats.bootstrap import Bootstrap, Interval
from .common import Array, pair

LEVELS = (0.95, 0.99)
ROLLING = 252
SQRT_YEAR = rt.SESSIONS_PER_YEAR**0.5


def findings(market: Market) -> dict[str, Finding]:
    """Findings of this module by the last part of their id."""
    made = [*_ratios(market), *_volatilities(market), *_drawdowns(market), *_latest_beta(market)]
    for who in ("small", "large"):
        made += _tails(market, who, tail_intervals(market, who))
    return {f.id.split(".")[1]: f for f in made}


def _ratios(market: Market) -> list[Finding]:
    """Volatility ratio, beta and downside beta of the pair."""
    both = pair(market)
    small, large = both["small"], both["large"]
    x = both.to_numpy(dtype=float).T
    a, b = market.small, market.large
    rows = (
        ("volatility_ratio", f"Volatility of {a} over that of {b}", measures.volatility_ratio(x),
         intervals.volatility_ratio_interval(small, large)),
        ("beta", f"Beta of {a} to {b}", measures.beta(x), intervals.beta_interval(small, large)),
        ("downside_beta", f"Beta of {a} on days when {b} falls", measures.downside_beta(x),
         intervals.beta_interval(small, large, downside=True)),
    )  # fmt: skip
    return [
        tendency(
            f"risks.{key}", label, float(value), interval,
            unit="ratio", index=pd.DatetimeIndex(both.index), series=(a, b),
        )
        for key, label, value, interval in rows
    ]  # fmt: skip


def _volatilities(market: Market) -> list[Finding]:
    """Volatility a year of each fund, over the same sessions."""
    both = pair(market)
    made = []
    for who in ("small", "large"):
        symbol = symbol_of(market, who)
        sample = Bootstrap(both[[who]])
        interval = sample.interval(_annual_volatility, reference="t", log=True)
        made.append(
            tendency(
                f"risks.volatility_{who}", f"Volatility of {symbol} a year (252 sessions)",
                sample.estimate(_annual_volatility), interval,
                unit="fraction", index=pd.DatetimeIndex(both.index), series=(symbol,),
            )
        )  # fmt: skip
    return made


def symbol_of(market: Market, key: str) -> str:
    """The fund that a key ending in ``small`` or ``large`` speaks of."""
    return market.small if key.endswith("small") else market.large


def _annual_volatility(x: Array) -> Array:
    return np.asarray(x[0].std(axis=-1, ddof=1) * SQRT_YEAR)


def _drawdowns(market: Market) -> list[Finding]:
    made = []
    for who in ("small", "large"):
        symbol = symbol_of(market, who)
        returns = market.total_returns[symbol].dropna()
        interval = intervals.max_drawdown_interval(returns)
        method = (
            "realised; the interval is that of the deepest drawdown expected of a history of this "
            f"length: {interval.method}"
        )
        made.append(
            tendency(
                f"risks.max_drawdown_{who}",
                f"Deepest drawdown of {symbol}",
                rt.max_drawdown(returns),
                interval,
                unit="fraction",
                index=pd.DatetimeIndex(returns.index),
                series=(symbol,),
                method=method,
            )
        )
    return made


def _latest_beta(market: Market) -> list[Finding]:
    rolling = rolling_beta(market)
    label = f"Beta of {market.small} over the last {ROLLING} sessions"
    series = (market.small, market.large)
    if rolling.empty:
        reason = f"the window holds fewer than {ROLLING} sessions"
        return [missing("risks.beta_latest", label, unit="ratio", series=series, reason=reason)]
    last = rolling.iloc[-1]
    interval = Interval(
        last["low"], last["high"], 0.95, "OLS, Newey-West standard errors, Bartlett kernel, 4 lags"
    )
    dates = pd.DatetimeIndex(pair(market).index[-ROLLING:])
    return [
        tendency(
            "risks.beta_latest", label, float(last["value"]), interval,
            unit="ratio", index=dates, series=series,
        )
    ]  # fmt: skip


# -- tails ----------------------------------------------------------------------------


def tail_intervals(market: Market, who: str) -> dict[str, Interval]:
    """Intervals of ``var_95``, ``cvar_95``, ``var_99``, ``cvar_99`` from one set of histories.

    Args:
        who: "small" or "large".
    """
    return intervals.tail_intervals(market.total_returns[symbol_of(market, who)].dropna(), LEVELS)


def _tails(market: Market, who: str, ends: dict[str, Interval]) -> list[Finding]:
    symbol = symbol_of(market, who)
    returns = market.total_returns[symbol].dropna()
    names: dict[str, tuple[str, Callable[[pd.Series, float], float]]] = {
        "var": ("One-day historical value at risk of {0}, {1}%", rt.historical_var),
        "cvar": ("One-day historical shortfall (CVaR) of {0}, {1}%", rt.historical_cvar),
    }
    made = []
    for level in LEVELS:
        for kind, (label, measure) in names.items():
            made.append(
                tendency(
                    f"risks.{kind}_{level * 100:.0f}_{who}",
                    label.format(symbol, round(level * 100)),
                    measure(returns, level),
                    ends[f"{kind}_{level * 100:.0f}"],
                    unit="fraction",
                    index=pd.DatetimeIndex(returns.index),
                    series=(symbol,),
                    method=f"historical; {ends[f'{kind}_{level * 100:.0f}'].method}",
                )
            )
    return made


# -- frames ---------------------------------------------------------------------------


def rolling_beta(market: Market) -> pd.DataFrame:
    """Beta over rolling years: ``date``, ``value`` (a ratio), ``low, high``; empty under 252 sessions."""
    both = pair(market)
    table = regression.rolling_slope(both["small"], both["large"], ROLLING)
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
            made.append(Specification(label=label, value=None, unit="ratio"))
            return
        interval = intervals.volatility_ratio_interval(clean.iloc[:, 0], clean.iloc[:, 1])
        value = float(measures.volatility_ratio(clean.to_numpy(dtype=float).T))
        made.append(
            Specification(
                label=label, value=value, low=interval.low, high=interval.high, unit="ratio"
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
