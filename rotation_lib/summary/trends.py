"""How the summary's headline numbers came about: one short series behind each of them.

Weekly or monthly points for a small line; each ends with the window, and none is a finding.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..market import Market
from ..studies.overview import FIRST_CUT_BASE
from ..themes.rate_sensitivity.measures import stability
from ..themes.reshoring_sectors.measures import spending

#: Sessions of the rolling volatility.
YEAR = 252


def trends(market: Market) -> dict[str, pd.Series]:
    """Finding id → the series that its number ends or sums up.

    Returns:
        Dates → fractions or ratios, without NaN; a series that the window cannot hold is empty.
    """
    return {
        "rate_sensitivity.since_september_2024_cut": gap(
            market, market.small, market.large, FIRST_CUT_BASE
        ),
        "tech_valuations.gap_total_return": gap(market, market.tech, market.small, market.base),
        "rate_sensitivity.beta_2y_all_days_since_mid_2023": _rolling_beta(market) / 10,
        "risks.volatility_ratio": volatility_ratio(market),
        "reshoring_sectors.construction_from_peak": _construction(market),
    }


def gap(market: Market, first: str, second: str, since: pd.Timestamp) -> pd.Series:
    """Cumulative total return of one fund less that of another, weekly, 0 at the close ``since``.

    Args:
        market: data and window.
        first: fund that gains when the gap grows.
        second: fund it is compared with.
        since: close that both are compared from; the gap is empty unless it lies in the window.
    """
    if since < market.base or since >= market.end:
        return _empty()
    returns = market.total_returns.loc[market.total_returns.index > since, [first, second]]
    grown = (1 + returns.dropna()).cumprod()
    return _weekly(pd.concat([pd.Series({since: 0.0}), grown[first] - grown[second]]))


def volatility_ratio(market: Market) -> pd.Series:
    """Standard deviation of daily returns, small over large caps, over one year, weekly."""
    spread = market.total_returns[[market.small, market.large]].rolling(YEAR).std()
    return _weekly((spread[market.small] / spread[market.large]).dropna())


def _rolling_beta(market: Market) -> pd.Series:
    frame = stability.rolling(market)
    return pd.Series(frame["value"].to_numpy(np.float64), index=pd.DatetimeIndex(frame["date"]))


def _construction(market: Market) -> pd.Series:
    levels = spending.levels(market)
    if "Nominal" not in levels:
        return _empty()
    nominal = levels["Nominal"].dropna()
    return nominal / nominal.max() - 1


def _weekly(values: pd.Series) -> pd.Series:
    """The last value of each week, and the first of all."""
    if values.empty:
        return _empty()
    weeks = values.index.to_period("W")
    kept = ~pd.Series(weeks).duplicated(keep="last").to_numpy()
    kept[0] = True
    return values[kept]


def _empty() -> pd.Series:
    return pd.Series(dtype=np.float64, index=pd.DatetimeIndex([]))
