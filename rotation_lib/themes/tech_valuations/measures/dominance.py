"""When technology's lead shrank: half-years, quarters and peaks of the relative wealth.

Realised returns only; a quarter that the window cuts is left out, never scaled up.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import pandas as pd

from ....errors import DataError
from ....findings import Specification
from ....market import Market
from ....studies.declared import Measured, finding
from ....studies.facts import all_windows, null_reason, window_return
from .lead import relative_drawdowns, relative_wealth
from .spans import covers, cumulative, whole_window

YEAR_START, MID_YEAR, YEAR_END = "2023-12-29", "2024-06-28", "2024-12-31"
_HALF_YEAR = 126
_SMALL, _LARGE = ("tech", "small"), ("tech", "large")


@finding(
    "tech_valuations.first_half_2024_small",
    "{tech} minus {small}, first half of 2024",
    "percentage points",
    _SMALL,
)
def first_half_small(market: Market) -> Measured:
    """The lead over small caps in the first half."""
    return window_return(market, market.tech, YEAR_START, MID_YEAR, market.small)


@finding(
    "tech_valuations.second_half_2024_small",
    "{tech} minus {small}, second half of 2024",
    "percentage points",
    _SMALL,
)
def second_half_small(market: Market) -> Measured:
    """The lead over small caps in the second half."""
    return window_return(market, market.tech, MID_YEAR, YEAR_END, market.small)


@finding(
    "tech_valuations.first_half_2024_large",
    "{tech} minus {large}, first half of 2024",
    "percentage points",
    _LARGE,
)
def first_half_large(market: Market) -> Measured:
    """The lead over large caps in the first half."""
    return window_return(market, market.tech, YEAR_START, MID_YEAR, market.large)


@finding(
    "tech_valuations.second_half_2024_large",
    "{tech} minus {large}, second half of 2024",
    "percentage points",
    _LARGE,
)
def second_half_large(market: Market) -> Measured:
    """The lead over large caps in the second half."""
    return window_return(market, market.tech, MID_YEAR, YEAR_END, market.large)


@finding(
    "tech_valuations.lead_change_2024",
    "{tech} minus {small}, second half of 2024 less first half",
    "percentage points",
    _SMALL,
)
def lead_change(market: Market) -> Measured:
    """Lead over small caps in the second half of 2024 minus that in the first, with its rank.

    The percentile ranks the change among all pairs of neighbouring half-years since 2010.
    """
    tech, small = market.tech, market.small
    reason = null_reason(market, pd.Timestamp(YEAR_START), pd.Timestamp(YEAR_END))
    if reason is not None:
        raise DataError(reason)
    leads = [
        cumulative(market.history[tech], a, b) - cumulative(market.history[small], a, b)
        for a, b in ((YEAR_START, MID_YEAR), (MID_YEAR, YEAR_END))
    ]
    windows = all_windows(market, tech, _HALF_YEAR, small)
    changes = (windows.shift(-_HALF_YEAR) - windows).dropna()
    value = leads[1] - leads[0]
    return Measured(
        value,
        None,
        pd.DatetimeIndex(["2024-01-02", YEAR_END]),
        "realised; rank among all neighbouring pairs of 126 sessions since 2010",
        n=2,
        percentile=float((changes < value).mean()) if len(changes) else None,
    )


@finding(
    "tech_valuations.year_2024_small", "{tech} minus {small}, 2024", "percentage points", _SMALL
)
def year_small(market: Market) -> Measured:
    """The lead over small caps in the whole year."""
    return window_return(market, market.tech, YEAR_START, YEAR_END, market.small)


@finding(
    "tech_valuations.since_2024_small",
    "{tech} minus {small}, since the end of 2024",
    "percentage points",
    _SMALL,
    role="small",
)
@finding(
    "tech_valuations.since_2024_large",
    "{tech} minus {large}, since the end of 2024",
    "percentage points",
    _LARGE,
    role="large",
)
def since_2024(market: Market, role: str) -> Measured:
    """Technology's lead over a fund since the end of 2024.

    Args:
        market: data and window.
        role: of the other fund.
    """
    if (market.closes > pd.Timestamp(YEAR_END)).sum() < 1:
        raise DataError(f"the report ends on {market.end.date()}, before anything followed 2024")
    return window_return(market, market.tech, YEAR_END, market.end, getattr(market, role))


@finding(
    "tech_valuations.below_peak_small",
    "{tech} / {small}, total return, against its peak",
    "fraction",
    _SMALL,
    role="small",
)
@finding(
    "tech_valuations.below_peak_large",
    "{tech} / {large}, total return, against its peak",
    "fraction",
    _LARGE,
    role="large",
)
def below_peak(market: Market, role: str) -> Measured:
    """How far technology's wealth relative to a fund stands below its peak.

    Args:
        market: data and window.
        role: of the other fund.
    """
    key = f"{market.tech} / {getattr(market, role)}"
    depth = relative_drawdowns(market)[key]
    peak = relative_wealth(market)[key].idxmax()
    value = float(depth.iloc[-1])
    return Measured(
        value,
        None,
        whole_window(market),
        "relative wealth at the end over its highest close, minus 1; realised; rank among "
        "all days of the window",
        len(market.sessions),
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
