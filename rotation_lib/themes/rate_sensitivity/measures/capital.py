"""What small firms pay: policy rate, yields, lending standards, credit and financial conditions.

What small firms pay is not among the data (the Kansas City Fed's Small Business Lending Survey
has it); each series here is a neighbour of it and is named as what it is.
"""

from __future__ import annotations

import pandas as pd

from ....errors import DataError
from ....findings import Specification
from ....market import Market
from ....stats.eventstudy import window_returns
from ....stats.returns import week_ends, weekly_changes, weekly_log_returns
from ....studies.declared import Measured, finding
from ....studies.facts import null_reason
from .september import BEFORE, DECISION
from .weekly import SLOPE_UNIT, slope

#: High-yield bonds minus Treasuries of about the same duration.
CREDIT = {"HYG": 1.0, "IEF": -0.4, "SHY": -0.6}
POLICY = "DFEDTARU"
LENDING = "DRTSCILM"
CONDITIONS = "NFCI"
#: Costs in per cent → what they are, for the specifications.
COSTS = {
    POLICY: "Fed target",
    "DGS2": "2-year yield",
    "DGS10": "10-year yield",
    "DGS30": "30-year yield",
    "DFII10": "10-year real yield",
}
#: Series → part of the claim that it measures in another way.
PART = {POLICY: "short", "DGS10": "long", "DGS30": "long"}
#: Closes from which a fall may be counted: markets moved well before the Fed did.
BASES = {
    "before the first cut": BEFORE,
    "after the first cut": DECISION,
    "a year before": pd.Timestamp("2023-09-18"),
    "the last rise": pd.Timestamp("2023-07-26"),
}
#: Observations older than this do not speak for the window's end, days.
STALE_DAYS = {POLICY: 10, "DGS2": 10, "DGS10": 10, "DGS30": 10, LENDING: 150, CONDITIONS: 21}


def credit_excess(market: Market, whole: bool = False) -> pd.Series:
    """Daily simple excess return of high-yield bonds: HYG − 0.4·IEF − 0.6·SHY, NaN dropped.

    Args:
        market: data and window. whole: since 2010 instead of the window.
    """
    frame = market.history if whole else market.total_returns
    legs = frame[list(CREDIT)].dropna()
    return sum(legs[s] * weight for s, weight in CREDIT.items()).rename("credit excess")


def visible(market: Market, series_id: str) -> pd.Series | None:
    """A macro series, or ``None`` where the dates or the licence do not allow it.

    Args:
        series_id: of the catalog.
    """
    try:
        return market.macro(series_id).dropna()
    except DataError:
        return None


def _inside(market: Market) -> None:
    """Raises DataError where the window does not hold the cut."""
    if market.end < DECISION:
        raise DataError(f"the report ends on {market.end.date()}, before {DECISION.date()}")
    if (reason := null_reason(market, BEFORE, market.end)) is not None:
        raise DataError(reason)


@finding(
    "rate_sensitivity.policy_change",
    "Change in the Fed's target rate since before the September 2024 cut",
    "basis points", (POLICY,), series_id=POLICY, factor=100.0,
)  # fmt: skip
@finding(
    "rate_sensitivity.yield_2y_change",
    "Change in the 2-year yield since before the September 2024 cut",
    "basis points", ("DGS2",), series_id="DGS2", factor=100.0,
)  # fmt: skip
@finding(
    "rate_sensitivity.yield_10y_change",
    "Change in the 10-year yield since before the September 2024 cut",
    "basis points", ("DGS10",), series_id="DGS10", factor=100.0,
)  # fmt: skip
@finding(
    "rate_sensitivity.yield_30y_change",
    "Change in the 30-year yield since before the September 2024 cut",
    "basis points", ("DGS30",), series_id="DGS30", factor=100.0,
)  # fmt: skip
@finding(
    "rate_sensitivity.lending_standards_change",
    "Change in the net share of banks tightening since before the September 2024 cut",
    "net percentage points", (LENDING,), series_id=LENDING,
)  # fmt: skip
@finding(
    "rate_sensitivity.nfci_change",
    "Change in the financial conditions index since before the September 2024 cut",
    "standard deviations", (CONDITIONS,), series_id=CONDITIONS,
)  # fmt: skip
def change(market: Market, series_id: str, factor: float = 1.0) -> Measured:
    """Change of a series since the close before the cut.

    Args:
        market: data and window.
        series_id: of the catalog.
        factor: from its unit to that of the finding.
    """
    _inside(market)
    levels = visible(market, series_id)
    if levels is None:
        raise DataError(f"{series_id} has no observation that can be shown")
    before, after = levels.loc[:BEFORE], levels[levels.index > BEFORE]
    stale = (market.end - levels.index[-1]).days > STALE_DAYS[series_id]
    if not (len(before) and len(after)) or stale:
        raise DataError(f"the last {series_id} is of {levels.index[-1].date()}")
    value = float(levels.iloc[-1] - before.iloc[-1])
    return Measured(
        round(value * factor, 6),
        None,
        pd.DatetimeIndex([before.index[-1], levels.index[-1]]),
        "last observation minus the last one before the cut; rank among all changes over as many "
        "observations since 2010",
        len(after),
        _rank(levels, len(after), value),
    )


def _rank(levels: pd.Series, length: int, value: float) -> float:
    """Share of changes over ``length`` observations since 2010 that were lower."""
    moves = levels.loc[pd.Timestamp("2010-01-01") :].diff(length).dropna()
    return float((moves < value - 1e-9).mean()) if len(moves) else float("nan")


@finding(
    "rate_sensitivity.lending_standards", "Net share of banks tightening standards, latest",
    "percent", (LENDING,),
)  # fmt: skip
def standards(market: Market) -> Measured:
    """The latest answer of the banks."""
    levels = visible(market, LENDING)
    if levels is None or levels.empty:
        raise DataError(f"{LENDING} has no observation that can be shown")
    how = "large and middle-market borrowers; above zero more banks tighten than ease"
    return Measured(float(levels.iloc[-1]), None, pd.DatetimeIndex(levels.index[-1:]), how)


@finding(
    "rate_sensitivity.credit_excess_since_cut",
    "Excess return of high-yield credit since before the September 2024 cut",
    "percentage points", tuple(CREDIT),
)  # fmt: skip
def credit_since(market: Market) -> Measured:
    """What high-yield bonds returned beyond Treasuries of about their duration since the cut."""
    _inside(market)
    daily = credit_excess(market, whole=True)
    after = daily.loc[DECISION:]
    if len(after) != len(market.history.loc[DECISION:]):
        raise DataError("one of the three funds has a gap since the cut")
    windows = window_returns(daily, len(after)).dropna()
    value = float(windows.loc[DECISION])
    return Measured(
        value,
        None,
        pd.DatetimeIndex([DECISION, market.end]),
        "daily HYG − 0.4·IEF − 0.6·SHY compounded; rank among all windows of that length since 2010",
        len(after),
        float((windows < value).mean()),
    )


@finding(
    "rate_sensitivity.credit_beta_2y",
    "Credit excess return per point of 2-year yield, whole window",
    SLOPE_UNIT, (*CREDIT, "DGS2"),
)  # fmt: skip
def credit_beta(market: Market) -> Measured:
    """Whether credit cheapens as yields fall: slope of the weekly excess return on the yield."""
    yields = market.yields
    daily = credit_excess(market)
    if "DGS2" not in yields or len(daily) != len(market.sessions):
        raise DataError("the yield or one of the three funds has a gap in the window")
    weekly = weekly_log_returns(daily, market.base, market.end)
    change = weekly_changes(yields["DGS2"], week_ends(market.sessions, market.base, market.end))
    both = pd.concat([weekly.rename("credit"), change.rename("DGS2")], axis=1).dropna()
    return slope(both["credit"], both[["DGS2"]], "DGS2")


def rates(market: Market) -> pd.DataFrame:
    """Policy rate and yields by week, per cent: what money costs before anyone's margin.

    Columns are ``Fed target``, ``2-year``, ``10-year``, ``30-year``, those that can be seen; rows the
    window's sessions on which any was quoted, from a year before the cut or the window's start.
    """
    names = {POLICY: "Fed target", "DGS2": "2-year", "DGS10": "10-year", "DGS30": "30-year"}
    held = {words: visible(market, i) for i, words in names.items()}
    frame = pd.DataFrame({w: s for w, s in held.items() if s is not None})
    first = (
        max(market.start, BEFORE - pd.Timedelta(days=270))
        if market.end > DECISION
        else market.start
    )
    frame = frame.loc[(frame.index >= first) & (frame.index <= market.end)]
    return (
        frame.loc[frame.index.isin(market.sessions)].dropna(axis=1, how="all").rename_axis("date")
    )


def neighbours(market: Market) -> pd.DataFrame:
    """Three neighbours of what small firms pay, in the window, each on its own dates.

    Columns, those that can be seen: ``Banks tightening, net share`` (per cent, quarterly, dated by
    the quarter's first day), ``Credit excess return`` (compounded from the base close, fraction,
    last session of each week), ``Conditions (NFCI)`` (weekly, above zero is tighter than average).
    """
    parts: dict[str, pd.Series] = {}
    for name, series_id in (
        ("Banks tightening, net share", LENDING),
        ("Conditions (NFCI)", CONDITIONS),
    ):
        levels = visible(market, series_id)
        inside = None if levels is None else levels.loc[market.start : market.end]
        if inside is not None and len(inside):
            parts[name] = inside
    grown = (1.0 + credit_excess(market)).cumprod() - 1.0
    if len(grown):
        weeks = pd.DatetimeIndex(grown.index).to_period("W-FRI")
        ends = pd.Series(grown.index, index=grown.index).groupby(weeks).last()
        parts["Credit excess return"] = grown.loc[pd.DatetimeIndex(ends)]
    order = ("Banks tightening, net share", "Credit excess return", "Conditions (NFCI)")
    return pd.DataFrame({n: parts[n] for n in order if n in parts}).rename_axis("date")


def specifications(market: Market) -> list[Specification]:
    """Change of each open cost of money up to the window's end, from each base, in basis points.

    ``None`` where the series cannot be shown, is stale, or the base lies outside the window.
    """
    made = []
    for series_id, words in COSTS.items():
        levels = visible(market, series_id)
        for since, base in BASES.items():
            made.append(
                Specification(
                    label=f"{words}, since {since}",
                    value=_moved(market, levels, base),
                    unit="basis points",
                    part=PART.get(series_id, ""),
                )
            )
    return made


def _moved(market: Market, levels: pd.Series | None, base: pd.Timestamp) -> float | None:
    if levels is None or null_reason(market, base, max(market.end, DECISION)) is not None:
        return None
    before = levels.loc[:base]
    if before.empty or (market.end - levels.index[-1]).days > STALE_DAYS[POLICY]:
        return None
    return round(float(levels.iloc[-1] - before.iloc[-1]) * 100, 6)
