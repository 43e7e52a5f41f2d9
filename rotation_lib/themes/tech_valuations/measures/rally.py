"""The rally that the story dates to early 2024: which windows fit its words, and which do not.

All windows are looked at, so that none can be picked to please.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from ....errors import DataError
from ....findings import Specification
from ....market import Market
from ....studies.declared import PAIR, SMALL, Measured, finding
from ....studies.facts import window_return
from .spans import covers, cumulative

RISE = 0.09
#: "By wide margins": three percentage points over both, about one standard deviation of the
#: monthly difference between small and large caps.
MARGIN = 0.03
YEAR_START, QUARTER_END = "2023-12-29", "2024-03-28"
RALLY = ("2024-07-09", "2024-07-16")
EARLY_END, SCAN_END = "2024-04-30", "2024-07-31"
SHORTEST, LONGEST = 3, 84
_THREE = ("small", "large", "tech")


@finding("tech_valuations.rally_july_2024", "{small}, 9 to 16 July 2024", "fraction", SMALL)
def july(market: Market) -> Measured:
    """What small caps made in the week of the rally."""
    return window_return(market, market.small, *RALLY)


@finding(
    "tech_valuations.rally_july_2024_vs_large",
    "{small} minus {large}, 9 to 16 July 2024",
    "percentage points",
    PAIR,
)
def july_vs_large(market: Market) -> Measured:
    """What they made more than large caps."""
    return window_return(market, market.small, *RALLY, market.large)


@finding(
    "tech_valuations.rally_july_2024_vs_tech",
    "{small} minus {tech}, 9 to 16 July 2024",
    "percentage points",
    ("small", "tech"),
)
def july_vs_tech(market: Market) -> Measured:
    """What they made more than technology."""
    return window_return(market, market.small, *RALLY, market.tech)


@finding("tech_valuations.first_quarter_2024", "{small}, first quarter of 2024", "fraction", SMALL)
def quarter(market: Market) -> Measured:
    """What small caps made in the first quarter."""
    return window_return(market, market.small, YEAR_START, QUARTER_END)


@finding(
    "tech_valuations.first_quarter_2024_vs_large",
    "{small} minus {large}, first quarter of 2024",
    "percentage points",
    PAIR,
)
def quarter_vs_large(market: Market) -> Measured:
    """What they made more than large caps."""
    return window_return(market, market.small, YEAR_START, QUARTER_END, market.large)


@finding(
    "tech_valuations.first_quarter_2024_vs_tech",
    "{small} minus {tech}, first quarter of 2024",
    "percentage points",
    ("small", "tech"),
)
def quarter_vs_tech(market: Market) -> Measured:
    """What they made more than technology."""
    return window_return(market, market.small, YEAR_START, QUARTER_END, market.tech)


@finding(
    "tech_valuations.early_2024_windows",
    "Windows within January to April 2024 in which the story's words are true, share of all",
    "fraction",
    _THREE,
    until=EARLY_END,
)
@finding(
    "tech_valuations.windows_to_july_2024",
    "Windows within January to July 2024 in which the story's words are true, share of all",
    "fraction",
    _THREE,
    until=SCAN_END,
)
def fitting(market: Market, until: str) -> Measured:
    """Share of the windows of 2024 up to a day that fit the story's words.

    Args:
        market: data and window.
        until: last close of a window.
    """
    table = _held(market)
    inside = table[table["last"] <= until]
    return Measured(
        float(inside["fits"].mean()),
        None,
        pd.DatetimeIndex(["2024-01-02", until]),
        f"all windows of {SHORTEST} to {LONGEST} sessions: rise above 9%, lead of 3 points "
        "over both the large-cap and the technology fund",
        len(inside),
        facts={"fitting": int(inside["fits"].sum())},
    )


def _held(market: Market) -> pd.DataFrame:
    table = windows(market)
    if table.empty:
        raise DataError(f"the report's window does not hold {YEAR_START} to {SCAN_END}")
    return table


@finding(
    "tech_valuations.early_2024_margin",
    "Widest margin of small caps in any window of January to April 2024 with a rise above 9%",
    "percentage points",
    _THREE,
)
def best_early(market: Market) -> Measured:
    """Widest margin over both others among the windows above 9 % that end by the end of April."""
    table = _held(market)
    inside = table[(table["small"] > RISE) & (table["last"] <= EARLY_END)]
    if inside.empty:
        raise DataError("no window of that time rose by more than 9%")
    best = inside.loc[inside["margin"].idxmax()]
    return Measured(
        float(best["margin"]),
        None,
        pd.DatetimeIndex([best["first"] + pd.Timedelta(days=1), best["last"]]),
        f"the best of all windows, {best['first'].date()} to {best['last'].date()}: chosen "
        "with hindsight in favour of the claim",
        len(inside),
    )


@lru_cache(maxsize=4)
def windows(market: Market) -> pd.DataFrame:
    """Every window of 3 to 84 sessions between the end of 2023 and the end of July 2024.

    Returns:
        ``first`` and ``last`` close, total returns ``small``, ``large``, ``tech``, ``margin`` (lead
        over the better of the two) and ``fits``: above 9 % with a margin of 3 points. Empty when
        the report's window does not hold that time.
    """
    columns = ["first", "last", "small", "large", "tech", "margin", "fits"]
    if not covers(market, YEAR_START, SCAN_END):
        return pd.DataFrame(columns=columns)
    names = {"small": market.small, "large": market.large, "tech": market.tech}
    part = market.history.loc[YEAR_START:SCAN_END, list(names.values())].iloc[1:]
    closes = pd.DatetimeIndex([pd.Timestamp(YEAR_START), *part.index])
    logs = np.vstack([np.zeros(3), np.cumsum(np.log1p(part.to_numpy(dtype=float)), axis=0)])
    first, last = np.triu_indices(len(closes), k=SHORTEST)
    short = last - first <= LONGEST
    first, last = first[short], last[short]
    gains = np.expm1(logs[last] - logs[first])
    frame = pd.DataFrame(gains, columns=list(names))
    frame.insert(0, "last", closes[last])
    frame.insert(0, "first", closes[first])
    frame["margin"] = frame["small"] - frame[["large", "tech"]].max(axis=1)
    frame["fits"] = (frame["small"] > RISE) & (frame["margin"] >= MARGIN)
    return frame


def path(market: Market) -> pd.DataFrame:
    """Growth of small, large and tech from the end of 2023 to the end of July 2024.

    Returns:
        Index ``date``, a column a symbol, fractions since the first close. Empty when not held.
    """
    names = [market.small, market.large, market.tech]
    if not covers(market, YEAR_START, SCAN_END):
        return pd.DataFrame(columns=names)
    part = market.history.loc[YEAR_START:SCAN_END, names].iloc[1:]
    grown = (1.0 + part).cumprod() - 1.0
    grown.loc[pd.Timestamp(YEAR_START)] = 0.0
    return grown.sort_index().rename_axis("date")


def specifications(market: Market) -> list[Specification]:
    """Small-cap return and its lead over several readings of "early 2024"."""
    spans = {
        "January 2024": (YEAR_START, "2024-01-31"),
        "February 2024": ("2024-01-31", "2024-02-29"),
        "January and February 2024": (YEAR_START, "2024-02-29"),
        "first quarter of 2024": (YEAR_START, QUARTER_END),
        "January to April 2024": (YEAR_START, EARLY_END),
        "first half of 2024": (YEAR_START, "2024-06-28"),
        "from the low of 17 January to the end of March": ("2024-01-17", QUARTER_END),
        "9 to 16 July 2024": RALLY,
        "10 to 19 July 2024": ("2024-07-10", "2024-07-19"),
        "July 2024": ("2024-06-28", SCAN_END),
    }
    made = []
    for label, (first, last) in spans.items():
        gains = {s: cumulative(market.history[s], first, last) for s in _symbols(market)}
        known = covers(market, first, last)
        own = gains[market.small]
        made.append(
            Specification(
                label=f"{market.small}, {label}",
                value=own if known else None,
                unit="fraction",
                part="" if "July" in label or "half" in label else "as-dated",
            )
        )
        made += [
            Specification(
                label=f"{market.small} minus {other}, {label}",
                value=own - gains[other] if known else None,
                unit="percentage points",
            )
            for other in (market.large, market.tech)
        ]
    return made


def _symbols(market: Market) -> tuple[str, str, str]:
    return market.small, market.large, market.tech
