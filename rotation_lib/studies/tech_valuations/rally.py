"""The rally that the story dates to early 2024: which windows fit its words, and which do not.

All windows are looked at, so that none can be picked to please.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from ...findings import Finding, Specification, missing
from ...market import Market
from ..facts import window_fact
from .common import covers, cumulative, fid

RISE = 0.09
#: "By wide margins": three percentage points over both, about one standard deviation of the
#: monthly difference between small and large caps.
MARGIN = 0.03
YEAR_START, QUARTER_END = "2023-12-29", "2024-03-28"
RALLY = ("2024-07-09", "2024-07-16")
EARLY_END, SCAN_END = "2024-04-30", "2024-07-31"
SHORTEST, LONGEST = 3, 84


def findings(market: Market) -> list[Finding]:
    """The two fixed windows, their leads, and how many windows fit the story's words."""
    small, large, tech = market.small, market.large, market.tech
    made = []
    for name, label, (first, last) in (
        ("rally_july_2024", "9 to 16 July 2024", RALLY),
        ("first_quarter_2024", "first quarter of 2024", (YEAR_START, QUARTER_END)),
    ):
        made.append(window_fact(market, fid(name), f"{small}, {label}", small, first, last))
        made += [
            window_fact(
                market,
                fid(f"{name}_vs_{key}"),
                f"{small} minus {other}, {label}",
                small,
                first,
                last,
                minus=other,
            )
            for key, other in (("large", large), ("tech", tech))
        ]
    made += [
        _share(market, "early_2024_windows", "Windows within January to April 2024", EARLY_END),
        _share(market, "windows_to_july_2024", "Windows within January to July 2024", SCAN_END),
        best_early(market),
    ]
    return made


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


def _share(market: Market, name: str, label: str, until: str) -> Finding:
    table = windows(market)
    label = f"{label} in which the story's words are true, share of all"
    series = (market.small, market.large, market.tech)
    if table.empty:
        why = f"the report's window does not hold {YEAR_START} to {SCAN_END}"
        return missing(fid(name), label, unit="fraction", series=series, reason=why)
    inside = table[table["last"] <= until]
    return Finding(
        id=fid(name),
        chapter="tech_valuations",
        label=label,
        value=float(inside["fits"].mean()),
        unit="fraction",
        method=f"all windows of {SHORTEST} to {LONGEST} sessions: rise above 9%, lead of 3 points "
        "over both the large-cap and the technology fund",
        n=len(inside),
        start="2024-01-02",
        end=until,
        series=series,
        facts={"fitting": int(inside["fits"].sum())},
    )


def best_early(market: Market) -> Finding:
    """Widest margin over both others among the windows above 9 % that end by the end of April."""
    table = windows(market)
    label = (
        "Widest margin of small caps in any window of January to April 2024 with a rise above 9%"
    )
    series = (market.small, market.large, market.tech)
    inside = table[(table["small"] > RISE) & (table["last"] <= EARLY_END)] if len(table) else table
    if inside.empty:
        why = (
            f"the report's window does not hold {YEAR_START} to {SCAN_END}"
            if table.empty
            else "no window of that time rose by more than 9%"
        )
        return missing(
            fid("early_2024_margin"), label, unit="percentage points", series=series, reason=why
        )
    best = inside.loc[inside["margin"].idxmax()]
    return Finding(
        id=fid("early_2024_margin"),
        chapter="tech_valuations",
        label=label,
        value=float(best["margin"]),
        unit="percentage points",
        method=f"the best of all windows, {best['first'].date()} to {best['last'].date()}: chosen "
        "with hindsight in favour of the claim",
        n=len(inside),
        start=str((best["first"] + pd.Timedelta(days=1)).date()),
        end=str(best["last"].date()),
        series=series,
    )


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
                label=f"{market.small}, {label}", value=own if known else None, unit="fraction"
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
