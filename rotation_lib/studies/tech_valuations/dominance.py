"""When technology's lead shrank: half-years, quarters and peaks of the relative wealth.

Realised returns only; a quarter that the window cuts is left out, never scaled up.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import pandas as pd

from ...findings import Finding, Specification, missing
from ...market import Market
from ..facts import all_windows, null_reason, window_fact
from .common import covers, cumulative, fid
from .lead import relative_drawdowns, relative_wealth

YEAR_START, MID_YEAR, YEAR_END = "2023-12-29", "2024-06-28", "2024-12-31"
_HALF_YEAR = 126


def findings(market: Market) -> list[Finding]:
    """Lead in each half of 2024, its change, the year, what came after, and the drawdowns."""
    tech, small, large = market.tech, market.small, market.large
    halves = (("first", YEAR_START, MID_YEAR), ("second", MID_YEAR, YEAR_END))
    made = [
        window_fact(
            market,
            fid(f"{half}_half_2024_{name}"),
            f"{tech} minus {other}, {half} half of 2024",
            tech,
            first,
            last,
            minus=other,
        )
        for name, other in (("small", small), ("large", large))
        for half, first, last in halves
    ]
    made.append(lead_change(market))
    made.append(
        window_fact(
            market,
            fid("year_2024_small"),
            f"{tech} minus {small}, 2024",
            tech,
            YEAR_START,
            YEAR_END,
            minus=small,
        )
    )
    made += [_since(market, "small", small), _since(market, "large", large)]
    made += [_under_water(market, "small", small), _under_water(market, "large", large)]
    return made


def lead_change(market: Market) -> Finding:
    """Lead over small caps in the second half of 2024 minus that in the first, with its rank.

    The percentile ranks the change among all pairs of neighbouring half-years since 2010.
    """
    tech, small = market.tech, market.small
    label = f"{tech} minus {small}, second half of 2024 less first half"
    reason = null_reason(market, pd.Timestamp(YEAR_START), pd.Timestamp(YEAR_END))
    leads = [
        cumulative(market.history[tech], a, b) - cumulative(market.history[small], a, b)
        for a, b in ((YEAR_START, MID_YEAR), (MID_YEAR, YEAR_END))
        if reason is None
    ]
    if reason is not None:
        return missing(
            fid("lead_change_2024"),
            label,
            unit="percentage points",
            series=(tech, small),
            reason=reason,
        )
    windows = all_windows(market, tech, _HALF_YEAR, small)
    changes = (windows.shift(-_HALF_YEAR) - windows).dropna()
    value = leads[1] - leads[0]
    return Finding(
        id=fid("lead_change_2024"),
        chapter="tech_valuations",
        label=label,
        value=value,
        unit="percentage points",
        method="realised; rank among all neighbouring pairs of 126 sessions since 2010",
        n=2,
        start="2024-01-02",
        end=YEAR_END,
        series=(tech, small),
        percentile=float((changes < value).mean()) if len(changes) else None,
    )


def _since(market: Market, name: str, other: str) -> Finding:
    """Lead from the end of 2024 to the report's end; null while that is no quarter yet."""
    id, label = fid(f"since_2024_{name}"), f"{market.tech} minus {other}, since the end of 2024"
    if (market.closes > pd.Timestamp(YEAR_END)).sum() < 1:
        why = f"the report ends on {market.end.date()}, before anything followed 2024"
        return missing(id, label, unit="fraction", series=(market.tech, other), reason=why)
    return window_fact(market, id, label, market.tech, YEAR_END, market.end, minus=other)


def _under_water(market: Market, name: str, other: str) -> Finding:
    """How far the relative wealth stands below its peak at the end."""
    key = f"{market.tech} / {other}"
    depth = relative_drawdowns(market)[key]
    peak = relative_wealth(market)[key].idxmax()
    value = float(depth.iloc[-1])
    return Finding(
        id=fid(f"below_peak_{name}"),
        chapter="tech_valuations",
        label=f"{key}, total return, against its peak",
        value=value,
        unit="fraction",
        method="relative wealth at the end over its highest close, minus 1; realised; rank among "
        "all days of the window",
        n=len(market.sessions),
        start=market.start.date().isoformat(),
        end=market.end.date().isoformat(),
        series=(market.tech, other),
        percentile=float((depth < value).mean()),
        facts={"peak": peak.date().isoformat()},
    )


@lru_cache(maxsize=4)
def quarters(market: Market) -> pd.DataFrame:
    """Lead of ``tech`` in every whole quarter of the window.

    Returns:
        Index ``date`` (last session of the quarter), columns ``small`` and ``large``: simple total
        return of tech minus that of the other, fractions. May be empty.
    """
    closes = market.closes[(market.closes >= market.base)]
    stamps = pd.Series(closes, index=closes)
    last_closes = stamps.groupby(closes.to_period("Q")).last()
    complete = [c for c in last_closes if _ends_quarter(market, c)]
    rows = []
    for first, last in pairwise(complete):
        tech = cumulative(market.history[market.tech], first, last)
        other = [cumulative(market.history[s], first, last) for s in (market.small, market.large)]
        rows.append((last, *(tech - o for o in other)))
    frame = pd.DataFrame(rows, columns=["date", "small", "large"])
    frame["date"] = pd.to_datetime(frame["date"]).astype("datetime64[us]")
    return frame.set_index("date").astype(float)


def _ends_quarter(market: Market, close: pd.Timestamp) -> bool:
    """Whether no session of the same quarter can follow a close."""
    following = market.dataset.total_returns.index
    after = following[following > close]
    month_end = close + pd.offsets.QuarterEnd(0)
    return bool(len(after) and after[0] > month_end) or (month_end - close).days < 1


def specifications(market: Market) -> list[Specification]:
    """Change of the lead in 2024 under other splits of the year and other pairs."""
    pairs = [
        ("funds", market.tech, market.small, market.history),
        ("funds", market.tech, market.large, market.history),
        ("Nasdaq 100 and S&P 600", "QQQ", "IJR", market.history),
        ("indices, price only", "^NDX", "^RUT", market.price_history),
        ("indices, price only", "^NDX", "^GSPC", market.price_history),
    ]
    splits = {
        "halves of 2024": (YEAR_START, MID_YEAR, YEAR_END),
        "before and after 10 July": (YEAR_START, "2024-07-10", YEAR_END),
        "first against last quarter": None,
    }
    made = []
    for name, cut in splits.items():
        for kind, a, b, frame in pairs:
            spans = (
                [("2023-12-29", "2024-03-28"), ("2024-09-30", YEAR_END)]
                if cut is None
                else [(cut[0], cut[1]), (cut[1], cut[2])]
            )
            leads = [_lead(frame, a, b, *span) for span in spans]
            value = leads[1] - leads[0] if covers(market, YEAR_START, YEAR_END) else None
            made.append(
                Specification(
                    label=f"{name}: {a} minus {b}, {kind}", value=value, unit="percentage points"
                )
            )
    return made


def _lead(frame: pd.DataFrame, a: str, b: str, first: str, last: str) -> float:
    return cumulative(frame[a], first, last) - cumulative(frame[b], first, last)
