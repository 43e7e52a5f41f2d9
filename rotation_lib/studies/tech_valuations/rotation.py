"""Days and weeks when the seven fall hard: does anything move to small companies instead?

Everything is measured against the equal-weighted S&P 500, because capitalisation-weighted
funds hold the seven and would flatter whatever is compared with them.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from ...errors import DataError
from ...findings import Finding, Specification, missing, tendency
from ...market import Market
from ...stats.bootstrap import Bootstrap
from ...stats.returns import complete_rows, weekly_log_returns
from .common import (
    BASIS_POINTS,
    EQUAL_WEIGHT,
    SEVEN,
    both_sides,
    common_block,
    conditional_mean,
    fid,
    guarded,
    seven_basket,
)

HARD_FALL = -0.02
#: The daily prices of PSCI are stale before 2012 (15 % of days without a change in 2010).
DAILY_FROM = {"PSCI": pd.Timestamp("2012-01-03")}
STORY_START = pd.Timestamp("2023-01-03")
CORRELATION_SPAN = 252
NAMES = {"small": "small caps", "psci": "small industrials", "kre": "regional banks"}


def targets(market: Market) -> dict[str, str]:
    """Symbol → name of where the capital is said to go; the report's small caps come last."""
    return {"PSCI": NAMES["psci"], "KRE": NAMES["kre"], market.small: NAMES["small"]}


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


def findings(market: Market) -> list[Finding]:
    """Mean relative return on hard falls by day and week, asymmetry, and the latest correlation."""
    made = []
    for key, symbol in (("small", market.small), ("psci", "PSCI"), ("kre", "KRE")):
        name = NAMES[key]
        label = f"{symbol} ({name}) minus {EQUAL_WEIGHT} on days the seven fall 2% or more, mean"
        made.append(_on_falls(market, fid(f"hard_day_{key}"), label, symbol, "days"))
        made.append(
            _on_falls(
                market,
                fid(f"hard_week_{key}"),
                f"{symbol} ({name}) minus {EQUAL_WEIGHT} in weeks the seven fall 4.5% or more, mean",
                symbol,
                "weeks",
            )
        )
    label = f"{market.small} minus {EQUAL_WEIGHT} on days the seven fall 2% or more, 2023 on, mean"
    id = fid("hard_day_small_since_2023")
    made.append(_on_falls(market, id, label, market.small, "days", since=STORY_START))
    return [*made, _banks_adjusted(market), _asymmetry(market), _correlation(market)]


def _on_falls(
    market: Market,
    id: str,
    label: str,
    symbol: str,
    period: str,
    *,
    adjusted: bool = False,
    since: pd.Timestamp | None = None,
) -> Finding:
    series = (symbol, EQUAL_WEIGHT, *SEVEN)
    if symbol == EQUAL_WEIGHT:
        return missing(
            id, label, unit="basis points", series=series, reason="a fund against itself"
        )

    def make() -> Finding:
        frame = days(market, symbol) if period == "days" else weeks(market, symbol)
        frame = frame if since is None else frame.loc[since:]
        threshold = HARD_FALL if period == "days" else weekly_fall(HARD_FALL)
        chosen = frame["seven"] <= threshold
        values = beta_adjusted(frame) if adjusted else frame["relative"]
        value, interval, count = conditional_mean(
            values * BASIS_POINTS, chosen, _block(market, period)
        )
        return tendency(
            id,
            label,
            value,
            interval,
            unit="basis points",
            index=pd.DatetimeIndex(frame.index),
            series=series,
            n=count,
            method=f"mean over {count} {period}; {interval.method}",
        )

    return guarded(make, id, label, "basis points", series)


def _block(market: Market, period: str) -> int:
    return common_block(market) if period == "days" else max(1, common_block(market) // 5)


def _banks_adjusted(market: Market) -> Finding:
    label = f"KRE less its beta to {EQUAL_WEIGHT} on days the seven fall 2% or more, mean"
    return _on_falls(market, fid("hard_day_kre_adjusted"), label, "KRE", "days", adjusted=True)


def _asymmetry(market: Market) -> Finding:
    small = market.small
    id = fid("hard_day_asymmetry")
    label = f"{small} minus {EQUAL_WEIGHT}: mean on hard falls plus mean on equally hard rises of the seven"
    series = (small, EQUAL_WEIGHT, *SEVEN)
    if small == EQUAL_WEIGHT:
        return missing(
            id, label, unit="basis points", series=series, reason="a fund against itself"
        )

    def make() -> Finding:
        frame = days(market, small)
        value, interval, count = both_sides(
            frame["relative"] * BASIS_POINTS,
            frame["seven"] <= HARD_FALL,
            frame["seven"] >= -HARD_FALL,
            common_block(market),
        )
        return tendency(
            id,
            label,
            value,
            interval,
            unit="basis points",
            index=pd.DatetimeIndex(frame.index),
            series=series,
            n=count,
        )

    return guarded(make, id, label, "basis points", series)


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


def _correlation(market: Market) -> Finding:
    small = market.small
    id = fid("relative_correlation")
    label = (
        f"Correlation of {small} and the seven, both relative to {EQUAL_WEIGHT}, last 252 sessions"
    )
    series = (small, EQUAL_WEIGHT, *SEVEN)
    if small == EQUAL_WEIGHT:
        return missing(id, label, unit="correlation", series=series, reason="a fund against itself")

    def make() -> Finding:
        frame = days(market, small).tail(CORRELATION_SPAN)
        if len(frame) < CORRELATION_SPAN:
            raise DataError(
                f"the window holds {len(frame)} sessions, {CORRELATION_SPAN} are needed"
            )
        pair = pd.DataFrame({"a": frame["relative"], "b": frame["seven"] - frame["market"]})
        sample = Bootstrap(pair)
        return tendency(
            id,
            label,
            sample.estimate(correlation),
            sample.interval(correlation),
            unit="correlation",
            index=pd.DatetimeIndex(pair.index),
            series=series,
        )

    return guarded(make, id, label, "correlation", series)


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
