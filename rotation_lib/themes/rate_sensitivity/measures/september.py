"""The half-point cut of 18 September 2024 against random dates: one event, many horizons.

With one event, rank among other dates is all the evidence there is; many horizons and yardsticks
are judged together, and the number tried is reported.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import product

import numpy as np
import pandas as pd

from ....errors import DataError
from ....findings import Specification
from ....market import Market
from ....stats.multiple import Family, romano_wolf
from ....studies.declared import PAIR, Measured, finding
from ....studies.facts import all_windows, null_reason, window_return, window_returns

DECISION = pd.Timestamp("2024-09-18")
#: Close before the decision: the base of every window that includes the day itself.
BEFORE = pd.Timestamp("2024-09-17")
HORIZONS = (1, 5, 21, 63, 126, 252)
QUARTER = 63
#: Base of a window → its close.
_FIRST = {"close before": BEFORE, "close of the day": DECISION}
EQUAL_WEIGHT = "RSP"
#: A second small-cap index, profitable companies only, and its stand-in.
SECOND_SMALL = ("IJR", "IWM")


@finding(
    "rate_sensitivity.since_september_2024_cut",
    "{small} minus {large} since the close before the September 2024 cut",
    "percentage points", PAIR,
)  # fmt: skip
def since_cut(market: Market) -> Measured:
    """``small`` minus ``large`` from the close before the decision to the window's end."""
    if market.end < DECISION:
        raise DataError(f"the report ends on {market.end.date()}, before {DECISION.date()}")
    return window_return(market, market.small, BEFORE, market.end, market.large)


@finding(
    "rate_sensitivity.september_2024_large_1",
    "{small} minus {large}, 1 session from the September 2024 cut",
    "percentage points", PAIR, horizon=1, minus="large",
)  # fmt: skip
@finding(
    "rate_sensitivity.september_2024_large_5",
    "{small} minus {large}, 5 sessions from the September 2024 cut",
    "percentage points", PAIR, horizon=5, minus="large",
)  # fmt: skip
@finding(
    "rate_sensitivity.september_2024_large_21",
    "{small} minus {large}, 21 sessions from the September 2024 cut",
    "percentage points", PAIR, horizon=21, minus="large",
)  # fmt: skip
@finding(
    "rate_sensitivity.september_2024_large_63",
    "{small} minus {large}, 63 sessions from the September 2024 cut",
    "percentage points", PAIR, horizon=63, minus="large",
)  # fmt: skip
@finding(
    "rate_sensitivity.september_2024_large_126",
    "{small} minus {large}, 126 sessions from the September 2024 cut",
    "percentage points", PAIR, horizon=126, minus="large",
)  # fmt: skip
@finding(
    "rate_sensitivity.september_2024_large_252",
    "{small} minus {large}, 252 sessions from the September 2024 cut",
    "percentage points", PAIR, horizon=252, minus="large",
)  # fmt: skip
@finding(
    "rate_sensitivity.september_2024_tech_1",
    "{small} minus {tech}, 1 session from the September 2024 cut",
    "percentage points", ("small", "tech"), horizon=1, minus="tech",
)  # fmt: skip
@finding(
    "rate_sensitivity.september_2024_tech_5",
    "{small} minus {tech}, 5 sessions from the September 2024 cut",
    "percentage points", ("small", "tech"), horizon=5, minus="tech",
)  # fmt: skip
@finding(
    "rate_sensitivity.september_2024_tech_21",
    "{small} minus {tech}, 21 sessions from the September 2024 cut",
    "percentage points", ("small", "tech"), horizon=21, minus="tech",
)  # fmt: skip
@finding(
    "rate_sensitivity.september_2024_tech_63",
    "{small} minus {tech}, 63 sessions from the September 2024 cut",
    "percentage points", ("small", "tech"), horizon=63, minus="tech",
)  # fmt: skip
@finding(
    "rate_sensitivity.september_2024_tech_126",
    "{small} minus {tech}, 126 sessions from the September 2024 cut",
    "percentage points", ("small", "tech"), horizon=126, minus="tech",
)  # fmt: skip
@finding(
    "rate_sensitivity.september_2024_tech_252",
    "{small} minus {tech}, 252 sessions from the September 2024 cut",
    "percentage points", ("small", "tech"), horizon=252, minus="tech",
)  # fmt: skip
def after_cut(market: Market, horizon: int, minus: str) -> Measured:
    """``small`` minus another fund from the close before the decision on.

    Args:
        market: data and window.
        horizon: sessions.
        minus: role of the fund whose return is subtracted.
    """
    if (reason := _why_not(market, horizon)) is not None:
        raise DataError(reason)
    last, against = market.closes[_base(market) + horizon], getattr(market, minus)
    found = window_return(market, market.small, BEFORE, last, against)
    windows = window_returns(market, market.small, horizon, against)
    # What one event would have to bring to stand out: its rank is all that one event has.
    return replace(found, facts={"detectable": float(np.nanquantile(windows, 0.95))})


def _base(market: Market, first: pd.Timestamp = BEFORE) -> int:
    return int(market.closes.get_indexer(pd.DatetimeIndex([first]))[0])


def _why_not(market: Market, horizon: int, first: pd.Timestamp = BEFORE) -> str | None:
    if market.end < DECISION:
        return f"the report ends on {market.end.date()}, before {DECISION.date()}"
    if _base(market, first) + horizon >= len(market.closes):
        return f"the report ends on {market.end.date()}, before {horizon} sessions had passed"
    return null_reason(market, first, market.closes[_base(market, first) + horizon])


@lru_cache(maxsize=8)
def grid(market: Market) -> pd.DataFrame:
    """Every reasonable window after the cut with its rank among all windows of its length.

    Returns:
        One row a specification: ``label, horizon, benchmark, small, base, value, low, high,
        percentile``; ``low`` and ``high`` enclose 95 % of all windows of that length since 2010.
        Windows that do not fit the report's dates are left out.
    """
    columns = [
        "label",
        "horizon",
        "benchmark",
        "small",
        "base",
        "value",
        "low",
        "high",
        "percentile",
    ]
    rows = []
    at = {base: _base(market, first) for base, first in _FIRST.items()}
    for small, minus, base, horizon in _specifications(market):
        windows = window_returns(market, small, horizon, minus)
        value = float(windows[at[base]])
        if np.isnan(value):
            continue
        known = windows[~np.isnan(windows)]
        low, high = np.quantile(known, [0.025, 0.975])
        sessions = "session" if horizon == 1 else "sessions"
        label = f"{small} − {minus}, {horizon} {sessions} from the {base}"
        rank = float((known < value).mean())
        rows.append((label, horizon, minus, small, base, value, low, high, rank))
    return pd.DataFrame(rows, columns=columns)


def _specifications(market: Market) -> list[tuple[str, str, str, int]]:
    second = next(s for s in SECOND_SMALL if s != market.small)
    yardsticks = dict.fromkeys([market.large, market.tech, EQUAL_WEIGHT])
    smalls = dict.fromkeys([market.small, second])
    held = set(market.history.columns)
    spans = [
        (base, horizon)
        for base, horizon in product(_FIRST, HORIZONS)
        if _why_not(market, horizon, _FIRST[base]) is None
    ]
    return [
        (small, minus, *span)
        for small, minus, span in product(smalls, yardsticks, spans)
        if small != minus and {small, minus} <= held
    ]


@lru_cache(maxsize=8)
def family(market: Market) -> Family | None:
    """Step-down p-values of all specifications together, one-sided for a tailwind.

    Each random date since 2010 is one resample of ALL windows, so their overlap is kept. A window
    is compared with the mean of its kind, in its standard deviations.
    """
    table = grid(market)
    if table.empty:
        return None
    longest = int(table["horizon"].max())
    keys = zip(table["small"], table["benchmark"], table["base"], table["horizon"], strict=True)
    count = len(market.closes) - longest - 1
    values = np.empty((count, len(table)))
    for column, (small, minus, base, horizon) in zip(values.T, keys, strict=True):
        windows = window_returns(market, small, horizon, minus)
        # A placebo date is the close before its "decision", so later bases shift by one session.
        column[:] = windows[:count] if base == "close before" else windows[1 : count + 1]
    values = values[~np.isnan(values).any(axis=1)]
    if len(values) < 2 * longest:
        return None
    centre, spread = values.mean(axis=0), values.std(axis=0, ddof=1)
    observed = (table["value"].to_numpy() - centre) / spread
    return romano_wolf(
        observed, (values - centre) / spread, list(table["label"]), alternative="greater"
    )


@finding(
    "rate_sensitivity.september_2024_family_p",
    "Smallest family-wise p-value of a tailwind after the September 2024 cut",
    "p-value", (*PAIR, "tech"),
)  # fmt: skip
def family_p(market: Market) -> Measured:
    """What is left of the best window once the number of windows looked at is counted."""
    tested = family(market)
    if tested is None:
        reason = _why_not(market, 1)
        raise DataError(reason or "the window holds too few random dates to compare with")
    table = grid(market)
    longest = int(table["horizon"].max())
    return Measured(
        float(tested.table["p_adjusted"].min()),
        None,
        pd.DatetimeIndex([DECISION, market.closes[_base(market) + longest]]),
        f"{tested.method}, one-sided; every date since 2010 with {longest} sessions after it",
        tested.tried,
        series=tuple(dict.fromkeys([*table["small"], *table["benchmark"]])),
    )


def specifications(market: Market) -> list[Specification]:
    """The grid as specifications; realised windows carry no interval."""
    return [
        Specification(
            label=r.label,
            value=r.value,
            unit="percentage points",
            percentile=r.percentile,
            part="lead" if r.horizon == QUARTER else "",
        )
        for r in grid(market).itertuples()
    ]


def horizons(market: Market) -> pd.DataFrame:
    """Windows from the close before: ``horizon, benchmark, value, low, high, percentile``."""
    table = grid(market)
    table = table[(table["base"] == "close before") & (table["small"] == market.small)]
    keep = ["horizon", "benchmark", "value", "low", "high", "percentile"]
    return table[table["benchmark"] != EQUAL_WEIGHT][keep].reset_index(drop=True)


def path(market: Market, minus: str, longest: int = 252) -> pd.DataFrame:
    """Relative return by sessions since the close before, with the band of random dates.

    Args:
        minus: the fund whose return is subtracted.
        longest: sessions.

    Returns:
        Rows by ``session`` 1 … ``longest`` (as far as the window goes): ``value``, and ``low, middle,
        high``: the 5th, 50th and 95th percentile of all windows of that length since 2010.
        Empty when the cut is outside the window.
    """
    columns = ["session", "value", "low", "middle", "high"]
    if _why_not(market, 1) is not None:
        return pd.DataFrame(columns=columns)
    last = min(longest, len(market.closes) - 1 - _base(market))
    rows = []
    for length in range(1, last + 1):
        windows = all_windows(market, market.small, length, minus)
        low, middle, high = np.nanquantile(windows.to_numpy(), [0.05, 0.5, 0.95])
        rows.append((length, float(windows.loc[BEFORE]), low, middle, high))
    return pd.DataFrame(rows, columns=columns)
