"""Small industrials with size taken out: PSCI against IJR, AIRR against XLI.

The difference of two funds of like size says what the sector did; it never says why.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...findings import SEED, Finding, missing, tendency
from ...market import Market
from ...params import MINIMUM_SESSIONS
from ...stats import measures
from ...stats.bootstrap import Bootstrap, block_length
from ...stats.returns import SESSIONS_PER_YEAR
from ...units import UnitName
from ..facts import null_reason, window_fact
from .sectors import Drawn, drawn
from .terms import (
    CHIPS,
    CUT_BASE,
    DRAWS,
    IIJA,
    PAIRS,
    PSCI_DAILY_FROM,
    TARIFFS,
    Bounds,
    finding_id,
)

#: Units of an estimate and of its p-value.
_UNITS: tuple[UnitName, UnitName] = ("percentage points a year", "p-value")


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


def findings(market: Market) -> list[Finding]:
    """Each pair's yearly mean since the IIJA with its family, the change at the law, small caps."""
    made = _since_law(market) + [_change(market, key) for key in PAIRS]
    name, label = finding_id("small_since_iija"), "Small minus large caps since the IIJA was signed"
    reason = reason_without(market, IIJA.base_close)
    if reason is not None:
        ids = (market.small, market.large)
        return [*made, missing(name, label, unit="percentage points", series=ids, reason=reason)]
    fact = window_fact(market, name, label, market.small, IIJA.base_close, market.end, market.large)
    return [*made, fact]


def sample_since(market: Market, base: pd.Timestamp) -> tuple[Drawn, pd.DatetimeIndex] | None:
    """Resampled yearly means of the pairs since ``base``; ``None`` where there are none."""
    if reason_without(market, base) is not None:
        return None
    returns = inputs(market, base)
    if returns.empty or not len(returns.columns):
        return None
    return drawn(differences(returns), block_length(returns)), pd.DatetimeIndex(returns.index)


def _since_law(market: Market) -> list[Finding]:
    sample = sample_since(market, IIJA.base_close)
    family = None if sample is None else sample[0].family(sample[0].names)
    reason = reason_without(market, IIJA.base_close) or "its funds were not listed throughout"
    made = []
    for key, ids in PAIRS.items():
        names = (finding_id(f"neutral_{key}"), finding_id(f"neutral_{key}_p"))
        labels = (
            f"{title(key)} since the IIJA was signed",
            f"Family-wise p-value of {title(key)} since the IIJA",
        )
        if sample is None or family is None or key not in sample[0].names:
            made += [
                missing(n, t, unit=u, series=ids, reason=reason)
                for n, t, u in zip(names, labels, _UNITS, strict=True)
            ]
            continue
        held, index = sample
        bounds = Bounds(*held.interval(key), held.method)
        value = float(held.estimate[held.names.index(key)])
        made += [
            tendency(
                names[0],
                labels[0],
                value,
                bounds,
                unit="percentage points a year",
                index=index,
                series=ids,
            ),
            tendency(
                names[1],
                labels[1],
                float(family.loc[key, "p_adjusted"]),
                None,
                unit="p-value",
                index=index,
                series=ids,
                method=f"Romano–Wolf step-down over {len(held.names)} pairs; {held.method}",
            ),
        ]
    return made


def _change(market: Market, key: str) -> Finding:
    a, b = PAIRS[key]
    name = finding_id(f"neutral_{key}_change")
    label = f"{title(key)}, since the IIJA minus before"
    if reason_without(market, IIJA.base_close) is not None:
        reason = str(reason_without(market, IIJA.base_close))
        return missing(name, label, unit="percentage points a year", series=(a, b), reason=reason)
    both = market.complete(a, b)
    both = both.loc[PSCI_DAILY_FROM:] if "PSCI" in (a, b) else both
    early, late = (both[both.index <= IIJA.base_close], both[both.index > IIJA.base_close])
    if min(len(early), len(late)) < SESSIONS_PER_YEAR:
        reason = "there is not a year of daily returns on either side of the law"
        return missing(name, label, unit="percentage points a year", series=(a, b), reason=reason)
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
    return tendency(
        name,
        label,
        means[1] - means[0],
        Bounds(float(low), float(high), how),
        unit="percentage points a year",
        index=pd.DatetimeIndex(both.index),
        series=(a, b),
    )


def windows() -> dict[str, pd.Timestamp]:
    """Windows over which specifications measure the pairs: name → base close."""
    return {
        "since the IIJA": IIJA.base_close,
        "since CHIPS": CHIPS.base_close,
        "since the first cut": CUT_BASE,
        "since the 2025 tariffs": TARIFFS.base_close,
    }
