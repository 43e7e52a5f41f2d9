"""Small industrials with size taken out: PSCI against IJR, AIRR against XLI.

The difference of two funds of like size says what the sector did; it never says why.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....errors import DataError
from ....findings import SEED
from ....market import Market
from ....params import MINIMUM_SESSIONS
from ....stats import measures
from ....stats.bootstrap import Bootstrap, Interval, block_length
from ....stats.returns import SESSIONS_PER_YEAR
from ....studies.declared import PAIR, Measured, finding
from ....studies.facts import null_reason, window_return
from .resampled import Drawn, drawn
from .terms import (
    CHIPS,
    CUT_BASE,
    DRAWS,
    IIJA,
    PAIRS,
    PSCI_DAILY_FROM,
    TARIFFS,
)


def reason_without(market: Market, base: pd.Timestamp) -> str | None:
    """Why pairs cannot be measured from ``base`` to ``end``, or ``None``."""
    if market.end <= base:
        return (
            f"the report ends on {market.end.date()}, before the window from {base.date()} begins"
        )
    reason = null_reason(market, base, market.end)
    if reason is None and int((market.sessions > base).sum()) < MINIMUM_SESSIONS:
        reason = f"fewer than {MINIMUM_SESSIONS} sessions have passed since {base.date()}"
    return reason


def inputs(market: Market, base: pd.Timestamp, keys: list[str] | None = None) -> pd.DataFrame:
    """Daily returns of the funds of the pairs after ``base``; pairs not listed throughout left out.

    Args:
        base: close after which the returns begin.
        keys: pairs, default all.
    """
    rows = market.total_returns.loc[market.sessions > base]
    names = [
        f
        for k in keys or list(PAIRS)
        if rows[list(PAIRS[k])].notna().all(axis=None)
        for f in PAIRS[k]
    ]
    return rows[names]


def differences(returns: pd.DataFrame) -> pd.DataFrame:
    """Daily difference of simple returns (fractions) of each pair whose funds are columns, by key.

    NaN where either return is missing.
    """
    return pd.DataFrame(
        {
            k: returns[a] - returns[b]
            for k, (a, b) in PAIRS.items()
            if {a, b} <= set(returns.columns)
        }
    )


def title(key: str) -> str:
    """The pair of a ``key`` in words: "PSCI − IJR"."""
    return " − ".join(PAIRS[key])


def paths(market: Market) -> pd.DataFrame:
    """Wealth in the first fund of each pair over wealth in the second.

    1 at the base close, or at the close before the pair's first daily return; PSCI from 2012,
    when it traded every day. Pairs without 63 returns are left out; may be empty.

    Columns: pairs in words; rows: closes.
    """
    made = {}
    for key, (a, b) in PAIRS.items():
        both = market.total_returns[[a, b]].dropna()
        both = both.loc[PSCI_DAILY_FROM:] if "PSCI" in (a, b) else both
        if len(both) < MINIMUM_SESSIONS:
            continue
        base = market.closes[market.closes.get_indexer([both.index[0]])[0] - 1]
        ratio = (1 + both[a]) / (1 + both[b])
        made[title(key)] = pd.concat([pd.Series(1.0, index=[base]), ratio]).cumprod()
    return pd.DataFrame(made).rename_axis("date")


@finding(
    "reshoring_sectors.neutral_psci",
    "PSCI − IJR since the IIJA was signed",
    "percentage points a year",
    PAIRS["psci"],
)
@finding(
    "reshoring_sectors.neutral_psci_p",
    "Family-wise p-value of PSCI − IJR since the IIJA",
    "p-value",
    PAIRS["psci"],
)
@finding(
    "reshoring_sectors.neutral_airr",
    "AIRR − XLI since the IIJA was signed",
    "percentage points a year",
    PAIRS["airr"],
)
@finding(
    "reshoring_sectors.neutral_airr_p",
    "Family-wise p-value of AIRR − XLI since the IIJA",
    "p-value",
    PAIRS["airr"],
)
def since_law(market: Market) -> tuple[Measured | DataError, ...]:
    """Yearly mean of each pair since the IIJA, and its p-value among the pairs."""
    none = DataError(
        reason_without(market, IIJA.base_close) or "its funds were not listed throughout"
    )
    sample = sample_since(market, IIJA.base_close)
    if sample is None:
        raise none
    held, dates = sample
    adjusted = held.family(held.names)["p_adjusted"]
    how = f"Romano–Wolf step-down over {len(held.names)} pairs; {held.method}"
    made: list[Measured | DataError] = []
    for key in PAIRS:
        if key not in held.names:
            made += [none, none]
            continue
        ends = Interval(*held.interval(key), 0.95, held.method)
        made.append(Measured(float(held.estimate[held.names.index(key)]), ends, dates))
        made.append(Measured(float(adjusted[key]), None, dates, how))
    return tuple(made)


@finding(
    "reshoring_sectors.small_since_iija",
    "Small minus large caps since the IIJA was signed",
    "percentage points",
    PAIR,
)
def small_since(market: Market) -> Measured:
    """Lead of small caps since the law."""
    reason = reason_without(market, IIJA.base_close)
    if reason is not None:
        raise DataError(reason)
    return window_return(market, market.small, IIJA.base_close, market.end, market.large)


def sample_since(market: Market, base: pd.Timestamp) -> tuple[Drawn, pd.DatetimeIndex] | None:
    """Resampled yearly means of the pairs since ``base``; ``None`` where there are none."""
    if reason_without(market, base) is not None:
        return None
    returns = inputs(market, base)
    if returns.empty or not len(returns.columns):
        return None
    return drawn(differences(returns), block_length(returns)), pd.DatetimeIndex(returns.index)


@finding(
    "reshoring_sectors.neutral_psci_change",
    "PSCI − IJR, since the IIJA minus before",
    "percentage points a year",
    PAIRS["psci"],
    key="psci",
)
@finding(
    "reshoring_sectors.neutral_airr_change",
    "AIRR − XLI, since the IIJA minus before",
    "percentage points a year",
    PAIRS["airr"],
    key="airr",
)
def change(market: Market, key: str) -> Measured:
    """By how much a pair's yearly mean since the IIJA differs from that before.

    Args:
        market: data and window.
        key: of ``PAIRS``.
    """
    a, b = PAIRS[key]
    reason = reason_without(market, IIJA.base_close)
    if reason is not None:
        raise DataError(reason)
    both = market.complete(a, b)
    both = both.loc[PSCI_DAILY_FROM:] if "PSCI" in (a, b) else both
    early, late = (both[both.index <= IIJA.base_close], both[both.index > IIJA.base_close])
    if min(len(early), len(late)) < SESSIONS_PER_YEAR:
        raise DataError("there is not a year of daily returns on either side of the law")
    means, spreads, blocks = [], [], []
    for i, part in enumerate((early, late)):
        gap = (part[a] - part[b]).to_frame("gap")
        blocks.append(block_length(part))
        sample = Bootstrap(gap, blocks[-1], DRAWS, SEED + i)
        means.append(float(gap["gap"].mean()) * SESSIONS_PER_YEAR)
        spreads.append(sample.distribution(measures.mean) * SESSIONS_PER_YEAR)
    low, high = np.quantile(spreads[1] - spreads[0], [0.025, 0.975])
    how = (
        f"difference of mean daily differences × {SESSIONS_PER_YEAR}; each side resampled apart by "
        f"stationary block bootstrap, {sample.draws:,} draws, mean blocks {blocks[0]} and {blocks[1]} "
        f"rows, percentile interval, seeds {SEED} and {SEED + 1}"
    )
    return Measured(means[1] - means[0], Interval(float(low), float(high), 0.95, how), both.index)


def windows() -> dict[str, pd.Timestamp]:
    """Windows over which specifications measure the pairs: name → base close."""
    return {
        "since the IIJA": IIJA.base_close,
        "since CHIPS": CHIPS.base_close,
        "since the first cut": CUT_BASE,
        "since the 2025 tariffs": TARIFFS.base_close,
    }
