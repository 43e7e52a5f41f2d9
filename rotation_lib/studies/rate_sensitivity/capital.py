"""What small firms pay: policy rate, yields, lending standards, credit and financial conditions.

Nobody publishes what small firms pay as a whole; each series here is a neighbour of it and is
named as what it is.
"""

from __future__ import annotations

import pandas as pd

from ...errors import DataError
from ...findings import Finding, Specification, chapter_of, missing
from ...market import Market
from ...stats.eventstudy import window_returns
from ...stats.returns import week_ends, weekly_changes, weekly_log_returns
from ...units import UnitName
from ..facts import null_reason
from .betas import THEME
from .september import BEFORE, DECISION
from .weekly import SLOPE_UNIT, slope_finding

#: High-yield bonds minus Treasuries of about the same duration.
CREDIT = {"HYG": 1.0, "IEF": -0.4, "SHY": -0.6}
POLICY = "DFEDTARU"
LENDING = "DRTSCILM"
CONDITIONS = "NFCI"
#: Series → words, unit of the change, factor from the series to that unit.
CHANGES: dict[str, tuple[str, str, UnitName, float]] = {
    POLICY: ("policy", "Fed's target rate", "basis points", 100.0),
    "DGS2": ("yield_2y", "2-year yield", "basis points", 100.0),
    "DGS10": ("yield_10y", "10-year yield", "basis points", 100.0),
    "DGS30": ("yield_30y", "30-year yield", "basis points", 100.0),
    LENDING: ("lending_standards", "net share of banks tightening", "net percentage points", 1.0),
    CONDITIONS: ("nfci", "financial conditions index", "standard deviations", 1.0),
}
#: Costs in per cent → what they are, for the specifications.
COSTS = {
    POLICY: "Fed target",
    "DGS2": "2-year yield",
    "DGS10": "10-year yield",
    "DGS30": "30-year yield",
    "DFII10": "10-year real yield",
}
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


def findings(market: Market) -> list[Finding]:
    """Changes since the close before the September 2024 cut, and credit's answer to yields."""
    out = [_change(market, series_id) for series_id in CHANGES]
    return [*out, _lending_level(market), _credit_since(market), _credit_beta(market)]


def _why_not(market: Market) -> str | None:
    if market.end < DECISION:
        return f"the report ends on {market.end.date()}, before {DECISION.date()}"
    return null_reason(market, BEFORE, market.end)


def _change(market: Market, series_id: str) -> Finding:
    name, words, unit, factor = CHANGES[series_id]
    id, label = (
        f"{THEME}.{name}_change",
        f"Change in the {words} since before the September 2024 cut",
    )
    reason = _why_not(market)
    levels = visible(market, series_id)
    if reason is None and levels is None:
        reason = f"{series_id} has no observation that can be shown"
    if reason is None and levels is not None:
        before, after = levels.loc[:BEFORE], levels[levels.index > BEFORE]
        known = len(before) and len(after)
        if not known or (market.end - levels.index[-1]).days > STALE_DAYS[series_id]:
            reason = f"the last {series_id} is of {levels.index[-1].date()}"
    if reason is not None or levels is None:
        return missing(id, label, unit=unit, series=(series_id,), reason=str(reason))
    before = levels.loc[:BEFORE]
    value = float(levels.iloc[-1] - before.iloc[-1])
    return Finding(
        id=id,
        chapter=chapter_of(id),
        label=label,
        value=round(value * factor, 6),
        unit=unit,
        method=(
            "last observation minus the last one before the cut; rank among all changes over as many "
            "observations since 2010"
        ),
        n=len(levels) - len(before),
        start=before.index[-1].date().isoformat(),
        end=levels.index[-1].date().isoformat(),
        series=(series_id,),
        percentile=_rank(levels, len(levels) - len(before), value),
    )


def _rank(levels: pd.Series, length: int, value: float) -> float:
    """Share of changes over ``length`` observations since 2010 that were lower."""
    moves = levels.loc[pd.Timestamp("2010-01-01") :].diff(length).dropna()
    return float((moves < value - 1e-9).mean()) if len(moves) else float("nan")


def _lending_level(market: Market) -> Finding:
    id, label = f"{THEME}.lending_standards", "Net share of banks tightening standards, latest"
    levels = visible(market, LENDING)
    if levels is None or levels.empty:
        return missing(
            id,
            label,
            unit="percent",
            series=(LENDING,),
            reason=f"{LENDING} has no observation that can be shown",
        )
    return Finding(
        id=id,
        chapter=chapter_of(id),
        label=label,
        value=float(levels.iloc[-1]),
        unit="percent",
        method="large and middle-market borrowers; above zero more banks tighten than ease",
        n=1,
        start=levels.index[-1].date().isoformat(),
        end=levels.index[-1].date().isoformat(),
        series=(LENDING,),
    )


def _credit_since(market: Market) -> Finding:
    id = f"{THEME}.credit_excess_since_cut"
    label = "Excess return of high-yield credit since before the September 2024 cut"
    series = tuple(CREDIT)
    reason = _why_not(market)
    if reason is None:
        daily = credit_excess(market, whole=True)
        after = daily.loc[DECISION:]
        if len(after) != len(market.history.loc[DECISION:]):
            reason = "one of the three funds has a gap since the cut"
    if reason is not None:
        return missing(id, label, unit="percentage points", series=series, reason=reason)
    windows = window_returns(daily, len(after)).dropna()
    value = float(windows.loc[DECISION])
    return Finding(
        id=id,
        chapter=chapter_of(id),
        label=label,
        value=value,
        unit="percentage points",
        method="daily HYG − 0.4·IEF − 0.6·SHY compounded; rank among all windows of that length since 2010",
        n=len(after),
        start=DECISION.date().isoformat(),
        end=market.end.date().isoformat(),
        series=series,
        percentile=float((windows < value).mean()),
    )


def _credit_beta(market: Market) -> Finding:
    """Whether credit cheapens as yields fall: slope of the weekly excess return on the yield."""
    id = f"{THEME}.credit_beta_2y"
    label = "Credit excess return per point of 2-year yield, whole window"
    series = (*CREDIT, "DGS2")
    yields = market.yields
    daily = credit_excess(market)
    if "DGS2" not in yields or len(daily) != len(market.sessions):
        reason = "the yield or one of the three funds has a gap in the window"
        return missing(id, label, unit=SLOPE_UNIT, series=series, reason=reason)
    weekly = weekly_log_returns(daily, market.base, market.end)
    change = weekly_changes(yields["DGS2"], week_ends(market.sessions, market.base, market.end))
    both = pd.concat([weekly.rename("credit"), change.rename("DGS2")], axis=1).dropna()
    return slope_finding(id, label, both["credit"], both[["DGS2"]], "DGS2", series)


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
