"""Easing cycles side by side: what small caps did against large ones after cutting began.

A handful of cycles is not a sample; nothing here tests them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....errors import DataError
from ....market import Market
from ....studies.declared import PAIR, Measured, finding
from ....studies.facts import all_windows

#: A cut opens a new leg when none was made in so many days before.
PAUSE_DAYS = 100
YEAR = 252


def legs(market: Market) -> pd.DataFrame:
    """First cuts, and cuts after a pause of more than :data:`PAUSE_DAYS` days.

    Emergency cuts count here: a cycle is about the level of rates, not about a day.

    Returns:
        ``session`` (reaction session), ``base`` (close before), ``cut_bp`` (total cut in the leg so
        far), ``cuts``; only legs whose base close lies in the window.
    """
    moves = market.decisions[market.decisions["change_bp"] < 0]
    when = pd.DatetimeIndex(moves["reaction_session"])
    gap = pd.Series(when).diff().dt.days.fillna(np.inf).to_numpy()
    number = np.cumsum(gap > PAUSE_DAYS)
    table = pd.DataFrame({"session": when, "leg": number, "bp": moves["change_bp"].to_numpy()})
    groups = table.groupby("leg")
    out = pd.DataFrame(
        {
            "session": groups["session"].first(),
            "cut_bp": groups["bp"].sum(),
            "cuts": groups.size(),
        }
    ).reset_index(drop=True)
    at = market.closes.get_indexer(pd.DatetimeIndex(out["session"]))
    out.insert(1, "base", market.closes[np.maximum(at - 1, 0)])
    inside = (at > 0) & (out["base"] >= market.base).to_numpy()
    return out[inside].reset_index(drop=True)


def paths(market: Market, longest: int = YEAR) -> pd.DataFrame:
    """Relative return of small over large since the close before each leg.

    Returns:
        Rows by ``session`` 0 … ``longest``, one column a leg named by its month; NaN after the
        window's end. Fractions: difference of cumulative total returns.
    """
    table = legs(market)
    history = market.history[[market.small, market.large]]
    columns = {}
    for leg in table.itertuples():
        after = history.loc[history.index > leg.base].iloc[:longest]
        grown = (1.0 + after).cumprod()
        lead = (grown[market.small] - grown[market.large]).to_numpy()
        padded = np.full(longest + 1, np.nan)
        padded[0] = 0.0
        padded[1 : len(lead) + 1] = lead
        columns[f"{leg.session:%b %Y}"] = padded
    return pd.DataFrame(columns, index=pd.RangeIndex(longest + 1, name="session"))


def outcomes(market: Market) -> pd.DataFrame:
    """Legs with their relative returns: ``leg, cut_bp, cuts, quarter, half, year``.

    Difference of total returns 63, 126 and 252 sessions after the close before; NaN until complete.
    """
    table = legs(market)
    out = pd.DataFrame({"leg": table["session"], "cut_bp": table["cut_bp"], "cuts": table["cuts"]})
    for name, length in (("quarter", 63), ("half", 126), ("year", YEAR)):
        if len(market.closes) > length:
            windows = all_windows(market, market.small, length, market.large)
            out[name] = windows.reindex(pd.DatetimeIndex(table["base"])).to_numpy()
        else:
            out[name] = np.nan
    return out


@finding(
    "rate_sensitivity.easing_usual_half",
    "Windows of 126 sessions since 2010 in which {small} led {large}", "fraction", PAIR, length=126,
)  # fmt: skip
@finding(
    "rate_sensitivity.easing_usual_year",
    "Windows of 252 sessions since 2010 in which {small} led {large}", "fraction", PAIR, length=YEAR,
)  # fmt: skip
def usual(market: Market, length: int) -> Measured:
    """What any date brings: the share of all windows in which small caps led.

    Args:
        market: data and window.
        length: sessions of a window.
    """
    held = pd.Series(dtype=float)
    if len(market.history) >= length:
        held = all_windows(market, market.small, length, market.large).dropna()
    if held.empty:
        raise DataError(f"no window of {length} sessions is complete")
    return Measured(
        float((held > 0).mean()),
        None,
        pd.DatetimeIndex([market.history.index[0], market.end]),
        "share of all overlapping windows; the yardstick for a handful of legs, not a test",
        len(held),
    )


@finding(
    "rate_sensitivity.easing_legs_ahead_half",
    "Easing legs in which {small} led {large} after 126 sessions", "count", PAIR, length=126,
)  # fmt: skip
@finding(
    "rate_sensitivity.easing_legs_ahead_year",
    "Easing legs in which {small} led {large} after 252 sessions", "count", PAIR, length=YEAR,
)  # fmt: skip
def legs_ahead(market: Market, length: int) -> Measured:
    """In how many easing legs small caps led so long after the first cut.

    Args:
        market: data and window.
        length: sessions.
    """
    column = "half" if length == 126 else "year"
    done = outcomes(market).dropna(subset=[column])
    if done.empty:
        raise DataError(f"no easing leg of the window is {length} sessions old")
    return Measured(
        float((done[column] > 0).sum()),
        None,
        pd.DatetimeIndex([done["leg"].min(), market.end]),
        f"count among {len(done)} legs; a leg opens with a cut after more than {PAUSE_DAYS} days "
        "without one; too few to test",
        len(done),
    )
