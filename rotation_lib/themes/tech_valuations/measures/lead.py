"""Technology's lead over small caps: every definition, every start, and when the lead shrank.

Realised returns only. The figure of the story, 332 %, is looked for and never fitted.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from .... import words
from ....errors import DataError
from ....findings import Specification
from ....market import Market
from ....stats.months import month_ends
from ....stats.returns import drawdown
from ....studies.declared import Measured, finding
from ....studies.facts import null_reason
from .basket import EQUAL_WEIGHT
from .spans import covers, cumulative, whole_window, yearly_lead

#: What the story states (Russell Investments, June 2024), as a fraction.
STATED = 3.32
#: How far from the stated figure still counts as giving it.
NEAR = 0.05
SINCE_2010 = "2009-12-31"
JUNE_2024 = "2024-06-28"
ENDS = {"March 2024": "2024-03-28", "May 2024": "2024-05-31", "June 2024": "2024-06-28"}
TEN_YEARS = {"2024-03-28": "2014-03-31", "2024-05-31": "2014-05-30", "2024-06-28": "2014-06-30"}
MEASURES = ("gap in gains", "relative wealth", "ratio of gains", "ratio less one")
_MONTHS_SHORTEST = 12
_SESSIONS_SHORTEST = 126
_LEAD = ("tech", "small")
_TRIED = (*_LEAD, "^NDX", "^RUT")


def _window(market: Market) -> dict[str, str]:
    return {"window": words.period(market.base, market.end)}


@finding(
    "tech_valuations.gap_total_return",
    "{tech} minus {small}, cumulative total return, {window}",
    "percentage points",
    _LEAD,
    _window,
)
def gap_total_return(market: Market) -> Measured:
    """The gap in gains over the window."""
    return gap(market, market.base, market.end)


@finding(
    "tech_valuations.relative_wealth",
    "Wealth in {tech} relative to {small}, minus 1, total return",
    "fraction",
    _LEAD,
)
def relative(market: Market) -> Measured:
    """Wealth in ``tech`` over wealth in ``small`` at the end, minus 1; both 1 at the base close."""
    pair = (market.tech, market.small)
    ends = [cumulative(market.history[s], market.base, market.end) for s in pair]
    value = (1.0 + ends[0]) / (1.0 + ends[1]) - 1.0
    return _realised(market, value, market.base, market.end)


@finding(
    "tech_valuations.lead_per_year",
    "{tech} relative to {small}, growth",
    "percent a year",
    _LEAD,
)
def lead_per_year(market: Market) -> Measured:
    """The tendency behind the lead."""
    return yearly_lead(market, market.tech, market.small)


@finding(
    "tech_valuations.gap_since_2010_to_june_2024",
    "{tech} minus {small}, cumulative total return, 31 December 2009 to 28 June 2024",
    "percentage points",
    _LEAD,
)
def gap_since_2010(market: Market) -> Measured:
    """The gap as the story's words are plainly read."""
    return gap(market, SINCE_2010, JUNE_2024)


@finding(
    "tech_valuations.gap_ten_years_to_june_2024",
    "{tech} minus {small}, cumulative total return, 30 June 2014 to 28 June 2024",
    "percentage points",
    _LEAD,
)
def gap_ten_years(market: Market) -> Measured:
    """The gap over the last ten of those years."""
    return gap(market, TEN_YEARS[JUNE_2024], JUNE_2024)


def gap(market: Market, first: str | pd.Timestamp, last: str | pd.Timestamp) -> Measured:
    """Cumulative total return of ``tech`` minus that of ``small`` between two closes.

    Args:
        first: base close.
        last: last close.

    Raises:
        DataError: where the window does not hold both, or a fund lacks returns between them.
    """
    first, last = pd.Timestamp(first), pd.Timestamp(last)
    reason = null_reason(market, first, last)
    ends = [cumulative(market.history[s], first, last) for s in (market.tech, market.small)]
    if reason is None and np.isnan(ends).any():
        reason = "one of the two has no returns for the whole window"
    if reason is not None:
        raise DataError(reason)
    return _realised(market, ends[0] - ends[1], first, last)


def _realised(market: Market, value: float, first: pd.Timestamp, last: pd.Timestamp) -> Measured:
    closes = market.closes
    at, to = closes.get_indexer(pd.DatetimeIndex([first, last]))
    return Measured(
        value,
        None,
        closes[at + 1 : to + 1],
        "realised returns of one long window; its tendency is lead_per_year",
    )


@finding(
    "tech_valuations.definitions_tried", "Definitions of the lead that were tried", "count", _TRIED
)
@finding(
    "tech_valuations.definitions_near",
    "Definitions within 5% of the stated figure",
    "count",
    _TRIED,
)
def counts(market: Market) -> tuple[Measured, Measured]:
    """How many definitions were tried, and how many of them give the stated figure."""
    table = definitions(market)
    if table.empty:
        raise DataError("the report's window holds none of the definitions' dates")
    how = "starts × ends × instruments × measures inside the report's window"
    dates, n = whole_window(market), len(table)
    near = float(table["near"].sum())
    return Measured(float(n), None, dates, how, n), Measured(near, None, dates, how, n)


@finding(
    "tech_valuations.starts_ahead",
    "Share of monthly starts from which {tech} is ahead of {small} at the end",
    "fraction",
    _LEAD,
)
def starts_ahead(market: Market) -> Measured:
    """Share of month-end starts from which technology is ahead at the report's end."""
    table = by_start(market)
    if len(table) < 12:
        raise DataError("the window holds fewer than twelve starts a year or more before its end")
    return Measured(
        float((table["gap"] > 0).mean()),
        None,
        whole_window(market),
        "every month-end close at least a year before the end; the spans overlap",
        len(table),
    )


# -- every definition ---------------------------------------------------------------------


@lru_cache(maxsize=4)
def definitions(market: Market) -> pd.DataFrame:
    """The lead under every reasonable definition that the report's window holds.

    Returns:
        Rows sorted by value: ``label, instrument, since, until, measure, first, last, value`` (a
        fraction: 3.32 is the stated 332 %) and ``near``, within 5 % of it. May be empty.
    """
    rows = []
    for until, last in [*ENDS.items(), ("the report's end", market.end)]:
        last = pd.Timestamp(last)
        for since, first in _starts(market, until, last):
            if not covers(market, first, last) or pd.Timestamp(first) >= last:
                continue
            for instrument, pair, frame in _instruments(market):
                gains = [cumulative(frame[s], first, last) for s in pair]
                if np.isnan(gains).any():
                    continue
                for measure, value in zip(MEASURES, measured(gains[0], gains[1]), strict=True):
                    if value is not None:
                        rows.append((since, until, instrument, measure, first, last, value))
    names = ["since", "until", "instrument", "measure", "first", "last", "value"]
    table = pd.DataFrame(rows, columns=names)
    for column in ("first", "last"):
        table[column] = pd.to_datetime(table[column]).astype("datetime64[us]")
    table["value"] = table["value"].astype(float)
    table["near"] = (table["value"] / STATED - 1.0).abs() <= NEAR
    table["label"] = (
        table["measure"]
        + ", "
        + table["since"]
        + " to "
        + table["until"]
        + ", "
        + table["instrument"]
    )
    return table.sort_values(["value", "label"], kind="stable").reset_index(drop=True)


def measured(tech: float, small: float) -> tuple[float, float, float | None, float | None]:
    """The four readings of "out-gained by", from two cumulative gains.

    Percentage-point gap, relative wealth minus 1, ratio of the gains, and that ratio minus 1. The
    last two mean nothing, and are ``None``, where ``small`` did not gain.

    Args:
        tech: cumulative gain, a fraction.
        small: the same.
    """
    ratio = tech / small if small > 0 else None
    return tech - small, (1 + tech) / (1 + small) - 1, ratio, None if ratio is None else ratio - 1


def _starts(market: Market, until: str, last: pd.Timestamp) -> list[tuple[str, str | pd.Timestamp]]:
    if until not in ENDS:
        return [("the report's start", market.base)]
    ten = TEN_YEARS[last.date().isoformat()]
    return [("end of 2009", SINCE_2010), ("end of 2010", "2010-12-31"), ("ten years", ten)]


def _instruments(market: Market) -> list[tuple[str, tuple[str, str], pd.DataFrame]]:
    pair = (market.tech, market.small)
    price = market.price_history
    made = [("funds, total return", pair, market.history)]
    if set(pair) <= set(price.columns):
        made.append(("funds, price only", pair, price))
    return [*made, ("indices, price only", ("^NDX", "^RUT"), price)]


def specifications(market: Market) -> list[Specification]:
    """Every definition as a specification, smallest value first."""
    return [
        Specification(label=row.label, value=row.value, unit="percentage points")
        for row in definitions(market).itertuples()
    ]


# -- every start --------------------------------------------------------------------------


@lru_cache(maxsize=4)
def by_start(market: Market) -> pd.DataFrame:
    """The lead to the report's end from every month-end close of the window.

    Returns:
        Index ``date`` (the base close), column ``gap`` (fraction). Spans under a year are left out;
        may be empty.
    """
    wealth = _wealth(market, market.total_returns[[market.tech, market.small]])
    chosen = month_ends(pd.DatetimeIndex(wealth.index)).union([market.base])
    chosen = chosen[chosen <= market.end - pd.DateOffset(months=_MONTHS_SHORTEST)]
    grown = wealth.iloc[-1] / wealth.loc[chosen]
    frame = (grown[market.tech] - grown[market.small]).to_frame("gap")
    return frame.rename_axis("date")


@lru_cache(maxsize=4)
def june_gap_by_start(market: Market) -> pd.DataFrame:
    """Gap in gains to the end of June 2024 from every month-end close, or to an earlier end.

    Returns:
        Index ``date``, column ``gap``; ``frame.attrs["last"]`` is the close it runs to. Empty when
        the window begins too late.
    """
    last = min(pd.Timestamp(JUNE_2024), market.end)
    returns = market.total_returns.loc[:last, [market.tech, market.small]]
    frame = pd.DataFrame({"gap": []}, index=pd.DatetimeIndex([], name="date"), dtype=float)
    if len(returns) > _SESSIONS_SHORTEST:
        wealth = _wealth(market, returns)
        starts = month_ends(pd.DatetimeIndex(wealth.index))[:-1].union([market.base])
        grown = wealth.iloc[-1] / wealth.loc[starts]
        frame = (grown[market.tech] - grown[market.small]).to_frame("gap").rename_axis("date")
    frame.attrs["last"] = last
    return frame


# -- growth through time ------------------------------------------------------------------


def growth(market: Market) -> pd.DataFrame:
    """Wealth at each close, 1 at the base close, of tech, large, the equal-weighted and small.

    Rows: closes from the base close on; columns: symbols, those listed throughout.
    """
    names = list(dict.fromkeys([market.tech, market.large, EQUAL_WEIGHT, market.small]))
    return _wealth(market, market.total_returns[names].dropna(axis=1))


def relative_wealth(market: Market) -> pd.DataFrame:
    """Wealth of tech over small and over large at each close, 1 at the base close.

    Rows: closes from the base close on; one column a pair.
    """
    return _relative_wealth(market).copy(deep=False)  # a caller's changes stay its own


@lru_cache(maxsize=4)
def _relative_wealth(market: Market) -> pd.DataFrame:
    wealth = _wealth(market, market.total_returns[[market.tech, market.small, market.large]])
    return pd.DataFrame(
        {
            f"{market.tech} / {market.small}": wealth[market.tech] / wealth[market.small],
            f"{market.tech} / {market.large}": wealth[market.tech] / wealth[market.large],
        }
    )


def relative_drawdowns(market: Market) -> pd.DataFrame:
    """Loss of each relative wealth since its own peak, fractions at or below 0.

    Rows and columns as in :func:`relative_wealth`.
    """
    return _relative_drawdowns(market).copy(deep=False)


@lru_cache(maxsize=4)
def _relative_drawdowns(market: Market) -> pd.DataFrame:
    return drawdown(relative_wealth(market).pct_change().iloc[1:], market.base)


def _wealth(market: Market, returns: pd.DataFrame) -> pd.DataFrame:
    grown = (1.0 + returns).cumprod().to_numpy()
    closes = pd.DatetimeIndex([market.base]).append(pd.DatetimeIndex(returns.index))
    values = np.vstack([np.ones(grown.shape[1]), grown])
    return pd.DataFrame(values, index=closes.rename("date"), columns=returns.columns)
