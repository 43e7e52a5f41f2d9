"""Days and weeks when the seven fall hard: does anything move to small companies instead?

Everything is measured against the equal-weighted S&P 500, because capitalisation-weighted
funds hold the seven and would flatter whatever is compared with them.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from ....errors import DataError
from ....findings import Specification
from ....market import Market
from ....stats.bootstrap import Bootstrap
from ....stats.returns import complete_rows, weekly_log_returns
from ....studies.declared import Measured, finding
from .basket import EQUAL_WEIGHT, SEVEN, seven_basket
from .sides import BASIS_POINTS, both_sides, common_block, conditional_mean

HARD_FALL = -0.02
#: The daily prices of PSCI are stale before 2012 (15 % of days without a change in 2010).
DAILY_FROM = {"PSCI": pd.Timestamp("2012-01-03")}
STORY_START = pd.Timestamp("2023-01-03")
CORRELATION_SPAN = 252
_SMALL = ("small", EQUAL_WEIGHT, *SEVEN)
_PSCI, _KRE = ("PSCI", EQUAL_WEIGHT, *SEVEN), ("KRE", EQUAL_WEIGHT, *SEVEN)


def targets(market: Market) -> dict[str, str]:
    """Symbol → name of where the capital is said to go; the report's small caps come last."""
    return {"PSCI": "small industrials", "KRE": "regional banks", market.small: "small caps"}


@lru_cache(maxsize=16)
def days(market: Market, symbol: str) -> pd.DataFrame:
    """Aligned daily returns in the window: ``relative`` (symbol minus RSP), ``seven``, ``market``.

    NaN rows are dropped; a symbol whose early quotes are stale starts later.
    """
    sessions = pd.DatetimeIndex(market.history.index)
    first = sessions.searchsorted(max(market.start, DAILY_FROM.get(symbol, market.start)))
    columns = {
        "symbol": market.history[symbol],
        "market": market.history[EQUAL_WEIGHT],
        "seven": seven_basket(market),
    }
    held = {name: column.to_numpy()[first:] for name, column in columns.items()}
    frame = complete_rows(held, sessions[first:])
    frame["relative"] = frame["symbol"] - frame["market"]
    return frame


@lru_cache(maxsize=16)
def weeks(market: Market, symbol: str) -> pd.DataFrame:
    """The same by week, simple returns between week-ends.

    Columns ``symbol``, ``market`` (equal weight), ``seven``, ``relative``; weeks with all of them.

    Args:
        symbol: of a fund.
    """
    frame = pd.DataFrame(
        {
            "symbol": market.total_returns[symbol],
            "market": market.total_returns[EQUAL_WEIGHT],
            "seven": seven_basket(market).loc[market.start :],
        }
    )
    weekly = np.expm1(weekly_log_returns(frame, market.base, market.end)).dropna()
    weekly["relative"] = weekly["symbol"] - weekly["market"]
    return weekly


def beta_adjusted(frame: pd.DataFrame) -> pd.Series:
    """Relative return without what the symbol's beta to the market explains.

    symbol − β × market, β by least squares over all rows of the frame. Where no slope can be
    fitted (under two rows, or a market that does not move), all of it is NaN.
    """
    spread = frame["market"] - frame["market"].mean()
    moved = float(spread @ spread)
    if len(frame) < 2 or moved == 0:
        return pd.Series(np.nan, index=frame.index)
    beta = float(spread @ frame["symbol"]) / moved
    return frame["symbol"] - beta * frame["market"]


def weekly_fall(hard_fall: float) -> float:
    """The weekly fall as rare as the daily one if days were independent: × √5.

    Args:
        hard_fall: daily fall, a fraction.
    """
    return float(hard_fall * np.sqrt(5.0))


@finding(
    "tech_valuations.hard_day_small_since_2023",
    "{small} minus RSP on days the seven fall 2% or more, 2023 on, mean",
    "basis points",
    _SMALL,
)
def hard_day_small_since_2023(market: Market) -> Measured:
    """The same in the years of doubts about AI."""
    frame = _against_market(market, market.small).loc[STORY_START:]
    return _on_falls(frame, frame["relative"], "days", common_block(market))


@finding(
    "tech_valuations.hard_day_kre_adjusted",
    "KRE less its beta to RSP on days the seven fall 2% or more, mean",
    "basis points",
    _KRE,
)
def hard_day_kre_adjusted(market: Market) -> Measured:
    """What banks do on such days without what their own beta explains."""
    frame = _against_market(market, "KRE")
    return _on_falls(frame, beta_adjusted(frame), "days", common_block(market))


def _against_market(market: Market, symbol: str) -> pd.DataFrame:
    """:func:`days` of a symbol that is not the yardstick itself."""
    if symbol == EQUAL_WEIGHT:
        raise DataError("a fund against itself")
    return days(market, symbol)


@finding(
    "tech_valuations.hard_day_small",
    "{small} (small caps) minus RSP on days the seven fall 2% or more, mean",
    "basis points",
    _SMALL,
    symbol="",
)
@finding(
    "tech_valuations.hard_day_psci",
    "PSCI (small industrials) minus RSP on days the seven fall 2% or more, mean",
    "basis points",
    _PSCI,
    symbol="PSCI",
)
@finding(
    "tech_valuations.hard_day_kre",
    "KRE (regional banks) minus RSP on days the seven fall 2% or more, mean",
    "basis points",
    _KRE,
    symbol="KRE",
)
def on_hard_days(market: Market, symbol: str) -> Measured:
    """What a fund did beyond the equal-weighted market on days when the seven fall hard.

    Args:
        market: data and window.
        symbol: of the fund; the report's small caps when empty.
    """
    frame = _against_market(market, symbol or market.small)
    return _on_falls(frame, frame["relative"], "days", common_block(market))


@finding(
    "tech_valuations.hard_week_small",
    "{small} (small caps) minus RSP in weeks the seven fall 4.5% or more, mean",
    "basis points",
    _SMALL,
    symbol="",
)
@finding(
    "tech_valuations.hard_week_psci",
    "PSCI (small industrials) minus RSP in weeks the seven fall 4.5% or more, mean",
    "basis points",
    _PSCI,
    symbol="PSCI",
)
@finding(
    "tech_valuations.hard_week_kre",
    "KRE (regional banks) minus RSP in weeks the seven fall 4.5% or more, mean",
    "basis points",
    _KRE,
    symbol="KRE",
)
def in_hard_weeks(market: Market, symbol: str) -> Measured:
    """The same in weeks as rarely bad.

    Args:
        market: data and window.
        symbol: of the fund; the report's small caps when empty.
    """
    symbol = symbol or market.small
    if symbol == EQUAL_WEIGHT:
        raise DataError("a fund against itself")
    frame = weeks(market, symbol)
    return _on_falls(frame, frame["relative"], "weeks", _block(market, "weeks"))


def _on_falls(frame: pd.DataFrame, values: pd.Series, period: str, block: int) -> Measured:
    threshold = HARD_FALL if period == "days" else weekly_fall(HARD_FALL)
    value, interval, count = conditional_mean(
        values * BASIS_POINTS, frame["seven"] <= threshold, block
    )
    how = f"mean over {count} {period}; {interval.method}"
    return Measured(value, interval, frame.index, how, count)


def _block(market: Market, period: str) -> int:
    return common_block(market) if period == "days" else max(1, common_block(market) // 5)


@finding(
    "tech_valuations.hard_day_asymmetry",
    "{small} minus RSP: mean on hard falls plus mean on equally hard rises of the seven",
    "basis points",
    _SMALL,
)
def asymmetry(market: Market) -> Measured:
    """Whether what small caps do on hard falls is undone on equally hard rises."""
    frame = _against_market(market, market.small)
    value, interval, count = both_sides(
        frame["relative"] * BASIS_POINTS,
        frame["seven"] <= HARD_FALL,
        frame["seven"] >= -HARD_FALL,
        common_block(market),
    )
    return Measured(value, interval, frame.index, n=count)


def correlations(market: Market) -> pd.DataFrame:
    """Rolling correlation of each target with the seven, both relative to RSP, 252 sessions.

    Returns:
        Index ``date`` inside the window, a column a target's symbol; NaN while a span is not full.
    """
    seven = seven_basket(market) - market.history[EQUAL_WEIGHT]
    columns = {}
    for symbol in targets(market):
        relative = market.history[symbol] - market.history[EQUAL_WEIGHT]
        relative = relative.loc[DAILY_FROM.get(symbol, relative.index[0]) :]
        columns[symbol] = relative.rolling(CORRELATION_SPAN).corr(seven.reindex(relative.index))
    return pd.DataFrame(columns).loc[market.start :].rename_axis("date")


@finding(
    "tech_valuations.relative_correlation",
    "Correlation of {small} and the seven, both relative to RSP, last 252 sessions",
    "correlation",
    _SMALL,
)
def latest_correlation(market: Market) -> Measured:
    """Whether small caps move with or against the seven at the end."""
    frame = _against_market(market, market.small).tail(CORRELATION_SPAN)
    if len(frame) < CORRELATION_SPAN:
        raise DataError(f"the window holds {len(frame)} sessions, {CORRELATION_SPAN} are needed")
    pair = pd.DataFrame({"a": frame["relative"], "b": frame["seven"] - frame["market"]})
    sample = Bootstrap(pair)
    return Measured(sample.estimate(correlation), sample.interval(correlation), pair.index)


def correlation(x: np.ndarray) -> np.ndarray:
    """Pearson correlation of two columns."""
    a = x[0] - x[0].mean(axis=-1, keepdims=True)
    b = x[1] - x[1].mean(axis=-1, keepdims=True)
    return np.asarray((a * b).sum(axis=-1) / np.sqrt((a * a).sum(axis=-1) * (b * b).sum(axis=-1)))


def hard_days(market: Market, hard_fall: float = HARD_FALL) -> pd.DataFrame:
    """Relative returns on hard falls and hard rises of the seven, by target and period.

    Args:
        hard_fall: daily fall that counts as hard, below 0; weeks take it times √5.

    Returns:
        ``label, symbol, period, side`` ("fall" or "rise"), ``value, low, high, adjusted`` (basis
        points, the last without beta), ``share`` of periods with a relative gain, ``n``. Sides
        with fewer than ten periods are left out; may be empty.
    """
    rows = []
    for symbol, name in targets(market).items():
        for period, frame, threshold in (
            ("days", days(market, symbol), hard_fall),
            ("weeks", weeks(market, symbol), weekly_fall(hard_fall)),
        ):
            for side in ("fall", "rise"):
                hit = (
                    frame["seven"] <= threshold if side == "fall" else frame["seven"] >= -threshold
                )
                try:
                    value, bounds, n = conditional_mean(
                        frame["relative"] * BASIS_POINTS, hit, _block(market, period)
                    )
                except DataError:
                    continue
                rows.append(
                    {
                        "label": f"{name[0].upper()}{name[1:]} ({symbol})",
                        "symbol": symbol,
                        "period": period,
                        "side": side,
                        "value": value,
                        "low": bounds.low,
                        "high": bounds.high,
                        "adjusted": float(beta_adjusted(frame)[hit].mean()) * BASIS_POINTS,
                        "share": float((frame["relative"][hit] > 0).mean()),
                        "n": n,
                    }
                )
    columns = [
        "label",
        "symbol",
        "period",
        "side",
        "value",
        "low",
        "high",
        "adjusted",
        "share",
        "n",
    ]
    return pd.DataFrame(rows, columns=columns)


def specifications(market: Market) -> list[Specification]:
    """Targets × thresholds × whole window and the years of the story × raw and beta-adjusted."""
    made = []
    for symbol in targets(market):
        for period in ("days", "weeks"):
            whole = days(market, symbol) if period == "days" else weeks(market, symbol)
            for since, frame in (("the window", whole), ("2023 on", whole.loc[STORY_START:])):
                for fall in (-0.015, -0.02, -0.03):
                    threshold = fall if period == "days" else weekly_fall(fall)
                    hit = frame["seven"] <= threshold
                    for how in ("raw", "beta-adjusted"):
                        value = None
                        if hit.sum() >= 10:
                            values = frame["relative"] if how == "raw" else beta_adjusted(frame)
                            value = float(values[hit].mean()) * BASIS_POINTS
                        made.append(
                            Specification(
                                label=f"{symbol}, {period} the seven fall {-threshold:.1%} or more, "
                                f"{since}, {how}",
                                value=value,
                                unit="basis points",
                            )
                        )
    return made
