"""The rate beta by state of the world, and the relative return by kind of curve move.

A state must be knowable at the time: decisions already taken, inflation already published,
filtered probabilities (whose parameters alone come from the whole sample).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....errors import DataError
from ....market import Market
from ....stats.regimes import fit_regimes
from ....stats.regression import CONSTANT
from ....stats.returns import latest_on
from ....studies.declared import Measured, finding
from .betas import TWO
from .stability import ERAS, LAST_ERA
from .weekly import MINIMUM_WEEKS, SLOPE_UNIT, Weekly, by_group, fit, of_group, weekly

#: Months within which the last change of the target range marks a phase.
PHASE_DAYS = 182
#: Consumer price inflation above which it counts as high, per cent over twelve months.
HIGH_INFLATION = 3.0
STATES = {
    "hiking": ("Fed policy", "raised within six months"),
    "holding": ("Fed policy", "unchanged for six months"),
    "cutting": ("Fed policy", "cut within six months"),
    "high_inflation": ("Inflation", "above 3%"),
    "low_inflation": ("Inflation", "3% or less"),
    "stormy": ("Stock market", "stormy"),
    "calm": ("Stock market", "calm"),
}
PRICES, CURVE = (*TWO, "CPIAUCSL"), (*TWO, "DGS10")
_METHOD = "one regression with all groups, Newey-West standard errors, Bartlett kernel, 4 lags"
#: Told with all weeks, so that a week on which nothing moved is on no side.
TIED = "tied"
MOVES = {
    "bull_steepening": "yields fall, curve steepens",
    "bull_flattening": "yields fall, curve flattens",
    "bear_steepening": "yields rise, curve steepens",
    "bear_flattening": "yields rise, curve flattens",
}


def policy_phase(market: Market, dates: pd.DatetimeIndex) -> pd.Series:
    """``hiking``, ``cutting`` or ``holding`` on each date, by the decisions taken until then.

    Args:
        dates: any dates, in order.
    """
    moves = market.decisions[market.decisions["change_bp"] != 0]
    when = pd.DatetimeIndex(moves["reaction_session"])
    at = when.searchsorted(dates, side="right") - 1
    phase = np.full(len(dates), "holding", dtype=object)
    known = at >= 0
    age = np.full(len(dates), np.inf)
    age[known] = (dates[known] - when[at[known]]).days
    sign = np.zeros(len(dates))
    sign[known] = np.sign(moves["change_bp"].to_numpy()[at[known]])
    phase[(age <= PHASE_DAYS) & (sign > 0)] = "hiking"
    phase[(age <= PHASE_DAYS) & (sign < 0)] = "cutting"
    return pd.Series(phase, index=dates, dtype="str")


def inflation_state(market: Market, dates: pd.DatetimeIndex) -> pd.Series:
    """``high_inflation`` or ``low_inflation`` by the last twelve-month rate published, else ``""``.

    Args:
        dates: any dates, in order.
    """
    try:
        prices = market.macro("CPIAUCSL")
    except DataError:
        return pd.Series("", index=dates, dtype="str")
    before = prices.reindex(prices.index - pd.DateOffset(years=1)).to_numpy()
    rate = pd.Series(100 * (prices.to_numpy() / before - 1), index=prices.index).dropna()
    published = market.catalog.published("CPIAUCSL", pd.DatetimeIndex(rate.index))
    out = pd.Series(rate.to_numpy(), index=published)
    known = latest_on(out[out.index.notna()].sort_index(), dates)
    names = np.where(known > HIGH_INFLATION, "high_inflation", "low_inflation")
    return pd.Series(np.where(known.isna(), "", names), index=dates, dtype="str")


def market_state(w: Weekly) -> pd.Series:
    """``stormy`` where the filtered probability of the volatile state passes one half.

    Args:
        w: the window's weekly data.
    """
    returns = w.returns[w.large].dropna()
    try:
        odds = fit_regimes(returns).probabilities.iloc[:, -1]
    except (DataError, ValueError, np.linalg.LinAlgError):
        return pd.Series("", index=w.relative.index, dtype="str")
    names = pd.Series(np.where(odds > 0.5, "stormy", "calm"), index=returns.index, dtype="str")
    return names.reindex(w.relative.index, fill_value="")


def beta_by_state(market: Market, rate: str = "DGS2") -> pd.DataFrame:
    """Slope in every state that has enough weeks.

    Args:
        rate: id of the yield.

    Returns:
        Rows by state id (order of :data:`STATES`); columns ``value, low, high, weeks, first, last,
        group, state``.
    """
    w = weekly(market)
    columns = ["value", "low", "high", "weeks", "first", "last", "group", "state"]
    if rate not in w.changes:
        return pd.DataFrame(columns=columns)
    y, x = w.pair([rate])
    dates = pd.DatetimeIndex(y.index)
    labels = (
        policy_phase(market, dates),
        inflation_state(market, dates),
        market_state(w).loc[dates],
    )
    tables = [by_group(y, x[rate], label) for label in labels]
    filled = [t for t in tables if len(t)]
    if not filled:
        return pd.DataFrame(columns=columns)
    table = pd.concat(filled)
    table = table.loc[[s for s in STATES if s in table.index]]
    table["group"] = [STATES[s][0] for s in table.index]
    table["state"] = [STATES[s][1] for s in table.index]
    return table[columns]


def curve_moves(market: Market, since: pd.Timestamp | None = None) -> pd.DataFrame:
    """Mean weekly relative return by the kind of curve move of the same week.

    Args:
        market: data and window. since: first week-end that counts; the whole window without it.

    Bull and bear by the mean of the 2- and 10-year changes (below or above zero); steepening and
    flattening by their difference (above or below zero). A week without a change of either kind is
    tied: it keeps a mean of its own and is on no side.

    Returns:
        Rows by id of :data:`MOVES`, and :data:`TIED`; columns ``value, low, high, weeks``; kinds in under
            ten weeks, and stretches of fewer than 52, are left out.
    """
    w = weekly(market)
    columns = ["value", "low", "high", "weeks", "first", "last"]
    if not {"DGS2", "DGS10"} <= set(w.changes.columns):
        return pd.DataFrame(columns=columns)
    y, x = w.pair(["DGS2", "DGS10"])
    if since is not None:
        y, x = y.loc[since:], x.loc[since:]
    level = np.sign(x["DGS2"] + x["DGS10"])
    steeper = np.sign(x["DGS10"] - x["DGS2"])
    sides = [(level == a) & (steeper == b) for a, b in ((-1, 1), (-1, -1), (1, 1), (1, -1))]
    kinds = dict(zip(MOVES, sides, strict=True)) | {TIED: (level == 0) | (steeper == 0)}
    rows = {}
    for move in kinds:
        others = [m for m in kinds if m != move and kinds[m].any()]
        # The intercept is the mean of the one kind that has no indicator of its own.
        design = pd.DataFrame({m: kinds[m].astype(float) for m in others}, index=y.index)
        dates = y.index[kinds[move]]
        weeks = len(dates)
        result = fit(y, design) if weeks >= 10 and others else ""
        if not isinstance(result, str):
            interval = result.interval(CONSTANT)
            value = result.coefficient(CONSTANT)
            rows[move] = (value, interval.low, interval.high, weeks, dates[0], dates[-1])
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


@finding(
    "rate_sensitivity.beta_2y_hiking", "Rate beta, 2-year yield, Fed policy raised within six months",
    SLOPE_UNIT, TWO,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_2y_holding", "Rate beta, 2-year yield, Fed policy unchanged for six months",
    SLOPE_UNIT, TWO,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_2y_cutting", "Rate beta, 2-year yield, Fed policy cut within six months",
    SLOPE_UNIT, TWO,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_2y_high_inflation", "Rate beta, 2-year yield, Inflation above 3%",
    SLOPE_UNIT, PRICES,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_2y_low_inflation", "Rate beta, 2-year yield, Inflation 3% or less",
    SLOPE_UNIT, PRICES,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_2y_stormy", "Rate beta, 2-year yield, Stock market stormy",
    SLOPE_UNIT, TWO,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_2y_calm", "Rate beta, 2-year yield, Stock market calm",
    SLOPE_UNIT, TWO,
)  # fmt: skip
def in_states(market: Market) -> tuple[Measured | DataError, ...]:
    """The slope in each state of the world, by the last change of policy, inflation, the market."""
    table = beta_by_state(market)
    why = f"fewer than {MINIMUM_WEEKS} weeks of the window are in that state"
    return tuple(of_group(table, state, _METHOD, why) for state in STATES)


@finding(
    "rate_sensitivity.mean_bull_steepening",
    "Mean weekly relative return when yields fall, curve steepens, whole window",
    "percentage points", CURVE, late=False,
)  # fmt: skip
@finding(
    "rate_sensitivity.mean_bull_flattening",
    "Mean weekly relative return when yields fall, curve flattens, whole window",
    "percentage points", CURVE, late=False,
)  # fmt: skip
@finding(
    "rate_sensitivity.mean_bear_steepening",
    "Mean weekly relative return when yields rise, curve steepens, whole window",
    "percentage points", CURVE, late=False,
)  # fmt: skip
@finding(
    "rate_sensitivity.mean_bear_flattening",
    "Mean weekly relative return when yields rise, curve flattens, whole window",
    "percentage points", CURVE, late=False,
)  # fmt: skip
@finding(
    "rate_sensitivity.mean_bull_steepening_late",
    "Mean weekly relative return when yields fall, curve steepens, since mid-2023",
    "percentage points", CURVE, late=True,
)  # fmt: skip
@finding(
    "rate_sensitivity.mean_bull_flattening_late",
    "Mean weekly relative return when yields fall, curve flattens, since mid-2023",
    "percentage points", CURVE, late=True,
)  # fmt: skip
@finding(
    "rate_sensitivity.mean_bear_steepening_late",
    "Mean weekly relative return when yields rise, curve steepens, since mid-2023",
    "percentage points", CURVE, late=True,
)  # fmt: skip
@finding(
    "rate_sensitivity.mean_bear_flattening_late",
    "Mean weekly relative return when yields rise, curve flattens, since mid-2023",
    "percentage points", CURVE, late=True,
)  # fmt: skip
def in_moves(market: Market, late: bool) -> tuple[Measured | DataError, ...]:
    """Mean relative return by the kind of curve move of the same week.

    Args:
        market: data and window.
        late: only weeks of the last era.
    """
    table = curve_moves(market, ERAS[LAST_ERA] if late else None)
    why = "too few weeks of that stretch are in the window or saw that move"
    return tuple(of_group(table, move, _METHOD, why) for move in MOVES)
