"""The whole story at a glance: relative wealth, policy cycles, and who leads over which horizon.

Frames for the summary chapter only; it makes no findings of its own.
"""

from __future__ import annotations

import pandas as pd

from ..market import Market
from .facts import all_windows

#: Trailing horizons in sessions, by the name a reader sees. Longer ones are compounded so far
#: that they would hide these; the chart of relative wealth shows them.
HORIZONS = {
    "3 months": 63,
    "6 months": 126,
    "1 year": 252,
    "3 years": 756,
}
FIRST_CUT_BASE = pd.Timestamp("2024-09-17")


def relative_wealth(market: Market) -> pd.DataFrame:
    """Wealth in small caps over wealth in large caps and in technology, 1 at the base close.

    Returns:
        Dates from the base close to ``end`` × two columns, total return, no NaN.
    """
    returns = market.total_returns[[market.small, market.large, market.tech]]
    wealth = (1 + returns).cumprod()
    wealth.loc[market.base] = 1.0
    wealth = wealth.sort_index()
    return pd.DataFrame(
        {
            "against large caps": wealth[market.small] / wealth[market.large],
            "against technology": wealth[market.small] / wealth[market.tech],
        }
    )


def policy_cycles(market: Market) -> pd.DataFrame:
    """Runs of Federal Reserve moves in one direction inside the window.

    Returns:
        ``start`` and ``end`` (first and last move of the run), ``label`` "Cuts" or "Hikes",
        ``change_bp`` (basis points in all) and ``moves``; empty if rates never moved.
    """
    moves = market.decisions[market.decisions["change_bp"] != 0]
    moves = moves[moves["reaction_session"] >= market.start]
    falling = moves["change_bp"] < 0
    run = (falling != falling.shift()).cumsum()
    cycles = moves.groupby(run).agg(
        start=("reaction_session", "first"),
        end=("reaction_session", "last"),
        change_bp=("change_bp", "sum"),
        moves=("change_bp", "size"),
    )
    cycles["label"] = ["Cuts" if change < 0 else "Hikes" for change in cycles["change_bp"]]
    return cycles.reset_index(drop=True)


def leadership(market: Market) -> pd.DataFrame:
    """Small caps' lead over trailing horizons that end with the window.

    Returns:
        One row a horizon and opponent: ``horizon``, ``against``, ``value`` (difference of total
        returns, fraction), ``percentile`` (share of windows of that length since 2010 that were
        lower), ``first_close``, ``last_close``. Horizons longer than the window are left out.
    """
    available = len(market.sessions)
    rows = []
    for label, length in _horizons(market).items():
        if length > available:
            continue
        for against, symbol in (("large caps", market.large), ("technology", market.tech)):
            windows = all_windows(market, market.small, length, symbol).dropna()
            rows.append(
                {
                    "horizon": label,
                    "against": against,
                    "value": float(windows.iloc[-1]),
                    "percentile": float((windows < windows.iloc[-1]).mean()),
                    "first_close": windows.index[-1],
                    "last_close": market.end,
                }
            )
    columns = ["horizon", "against", "value", "percentile", "first_close", "last_close"]
    return pd.DataFrame(rows, columns=columns)


def _horizons(market: Market) -> dict[str, int]:
    """The trailing horizons, with the stretch since the first cut where the window holds it."""
    horizons = dict(HORIZONS)
    if market.base <= FIRST_CUT_BASE < market.end:
        since = int((market.sessions > FIRST_CUT_BASE).sum())
        horizons["since the first cut"] = since
    return dict(sorted(horizons.items(), key=lambda item: item[1]))
