"""What kind of small companies lead when small caps jump, and whether the jump lasts.

Short interest is not open data. These are proxies: a rally of bought-back shorts should be led by
loss-making, tiny and expensive companies, and should fade.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from ....errors import DataError
from ....findings import Specification
from ....market import Market
from ....stats.bootstrap import Interval
from ....stats.eventstudy import placebo_distribution, placebo_p_value, window_returns
from ....studies.declared import PAIR, Measured, finding
from .sides import BASIS_POINTS, MINIMUM_EVENTS, both_sides, common_block, conditional_mean, reasons
from .spans import whole_window

#: Pair → what it stands for.
PAIRS = {
    ("IWM", "IJR"): "companies without a profit test, less those with one",
    ("IWC", "IWM"): "micro caps less small caps",
    ("IWO", "IWN"): "small growth less small value",
}
#: The sharpest one in twenty days of small caps relative to large caps.
SHARPEST = 0.95
#: Funds that together pick the days of :func:`low_quality`.
PICKERS = ("IWM", "IJR", "IWC", "IWO", "IWN")
#: Block for sparse days: at 94 of them it covers 92 %, an eighth of the rows 88 %.
SPARSE = 20
HORIZONS = (1, 5, 10, 21)
_AFTER = 21
_DRAWS = 2000
#: The years of the rallies that the story speaks of.
STORY_START = pd.Timestamp("2024-01-02")


@lru_cache(maxsize=8)
def sharp_days(market: Market, picker: str | None = None) -> pd.DataFrame:
    """Daily relative return of small caps and whether the day was among its sharpest.

    Args:
        picker: symbol that stands for small caps, by default the report's.

    Returns:
        Index sessions of the window; ``relative`` (small minus large), ``up`` (at or above its 95th
        percentile in the window), ``down`` (at or below its 5th).
    """
    relative = market.relative(picker or market.small, market.large)
    shares = [100.0 * (1 - SHARPEST), 100.0 * SHARPEST]
    low, high = np.percentile(relative, shares) if len(relative) else (np.nan, np.nan)
    return pd.DataFrame({"relative": relative, "up": relative >= high, "down": relative <= low})


@lru_cache(maxsize=16)
def spread(market: Market, a: str, b: str) -> pd.Series:
    """Daily total return of ``a`` minus ``b`` in the window in basis points, NaN dropped."""
    return market.relative(a, b) * BASIS_POINTS


def other_small(market: Market) -> str:
    """A second small-cap index fund, for picking the sharp days another way."""
    return next(s for s in ("IJR", "IWM", "VB") if s not in (market.small, market.large))


@finding(
    "tech_valuations.iwm_ijr_up_days",
    "IWM minus IJR on the sharpest 5% of up days of {small} relative to {large}, mean",
    "basis points", ("IWM", "IJR", "small", "large"), a="IWM", b="IJR",
)  # fmt: skip
@finding(
    "tech_valuations.iwc_iwm_up_days",
    "IWC minus IWM on the sharpest 5% of up days of {small} relative to {large}, mean",
    "basis points", ("IWC", "IWM", "small", "large"), a="IWC", b="IWM",
)  # fmt: skip
@finding(
    "tech_valuations.iwo_iwn_up_days",
    "IWO minus IWN on the sharpest 5% of up days of {small} relative to {large}, mean",
    "basis points", ("IWO", "IWN", "small", "large"), a="IWO", b="IWN",
)  # fmt: skip
def on_up_days(market: Market, a: str, b: str) -> Measured:
    """The lead of one kind of small company over another on sharp up days.

    Args:
        market: data and window.
        a, b: symbols of :data:`PAIRS`.
    """
    values = spread(market, a, b)
    up = sharp_days(market)["up"].reindex(values.index, fill_value=False)
    return _over_days(values, *conditional_mean(values, up, common_block(market)))


def _picker(market: Market) -> dict[str, str]:
    return {"other": other_small(market)}


@finding(
    "tech_valuations.iwm_ijr_net",
    "IWM minus IJR on the sharpest 5% of up days of {small} relative to {large}, mean"
    " plus mean on its sharpest down days",
    "basis points", ("IWM", "IJR", "small", "large"), a="IWM", b="IJR",
)  # fmt: skip
@finding(
    "tech_valuations.iwc_iwm_net",
    "IWC minus IWM on the sharpest 5% of up days of {small} relative to {large}, mean"
    " plus mean on its sharpest down days",
    "basis points", ("IWC", "IWM", "small", "large"), a="IWC", b="IWM",
)  # fmt: skip
@finding(
    "tech_valuations.iwo_iwn_net",
    "IWO minus IWN on the sharpest 5% of up days of {small} relative to {large}, mean"
    " plus mean on its sharpest down days",
    "basis points", ("IWO", "IWN", "small", "large"), a="IWO", b="IWN",
)  # fmt: skip
@finding(
    "tech_valuations.iwm_ijr_net_2024",
    "IWM minus IJR on the sharpest 5% of up days of {small} relative to {large}, mean"
    " plus mean on its sharpest down days, 2024 on",
    "basis points", ("IWM", "IJR", "small", "large"), a="IWM", b="IJR", since=STORY_START,
)  # fmt: skip
@finding(
    "tech_valuations.iwc_iwm_net_2024",
    "IWC minus IWM on the sharpest 5% of up days of {small} relative to {large}, mean"
    " plus mean on its sharpest down days, 2024 on",
    "basis points", ("IWC", "IWM", "small", "large"), a="IWC", b="IWM", since=STORY_START,
)  # fmt: skip
@finding(
    "tech_valuations.iwo_iwn_net_2024",
    "IWO minus IWN on the sharpest 5% of up days of {small} relative to {large}, mean"
    " plus mean on its sharpest down days, 2024 on",
    "basis points", ("IWO", "IWN", "small", "large"), a="IWO", b="IWN", since=STORY_START,
)  # fmt: skip
@finding(
    "tech_valuations.iwc_iwm_net_2024_other_days",
    "IWC minus IWM on the sharpest 5% of up days of {other} relative to {large}, mean"
    " plus mean on its sharpest down days, 2024 on",
    "basis points", ("IWC", "IWM", "other", "large"), _picker,
    a="IWC", b="IWM", since=STORY_START, other=True,
)  # fmt: skip
def net(
    market: Market, a: str, b: str, since: pd.Timestamp | None = None, other: bool = False
) -> Measured:
    """A spread on sharp up days plus the same on sharp down days.

    A spread that a fund's exposure explains is as large on down days with the opposite sign: what
    is left after adding the two is what buying back shorts could add.

    Args:
        market: data and window.
        a, b: symbols of :data:`PAIRS`.
        since: first day that counts.
        other: whether another index of small caps picks the sharp days.
    """
    values = spread(market, a, b).loc[since:]
    sharp = sharp_days(market, other_small(market) if other else None)
    up, down = (sharp[side].reindex(values.index, fill_value=False) for side in ("up", "down"))
    return _over_days(values, *both_sides(values, up, down, common_block(market)))


@finding(
    "tech_valuations.low_quality_net_2024",
    "Low less high quality, mean of three spreads, on the sharpest 5% of up days of five small-cap"
    " funds together relative to {large}, plus the same on their sharpest down days, 2024 on",
    "basis points", ("IWM", "IJR", "IWC", "IWO", "IWN", "large"),
)  # fmt: skip
def low_quality(market: Market) -> Measured:
    """All spreads over the days that all pickers agree on, so that no single choice decides."""
    values = all_spreads(market).loc[STORY_START:]
    sharp = sharp_together(market).reindex(values.index)
    up, down = sharp["up"].astype(bool), sharp["down"].astype(bool)
    return _over_days(values, *both_sides(values, up, down, SPARSE))


@lru_cache(maxsize=4)
def all_spreads(market: Market) -> pd.Series:
    """Mean of the three quality spreads by day of the window, basis points, NaN dropped."""
    return pd.concat([spread(market, a, b) for a, b in PAIRS], axis=1).dropna().mean(axis=1)


@lru_cache(maxsize=4)
def sharp_together(market: Market) -> pd.DataFrame:
    """Days that are sharp for small-cap funds taken together.

    Returns:
        As :func:`sharp_days`, of the mean relative return of :data:`PICKERS`.
    """
    held = pd.concat(
        [market.relative(s, market.large) for s in PICKERS if s != market.large], axis=1
    )
    relative = held.dropna().mean(axis=1)
    shares = [100.0 * (1 - SHARPEST), 100.0 * SHARPEST]
    low, high = np.percentile(relative, shares) if len(relative) else (np.nan, np.nan)
    return pd.DataFrame({"relative": relative, "up": relative >= high, "down": relative <= low})


def _over_days(values: pd.Series, value: float, interval: Interval, count: int) -> Measured:
    how = f"{count} days; {interval.method}"
    return Measured(value, interval, values.index, how, count)


def spreads(market: Market) -> pd.DataFrame:
    """Each quality spread on the sharpest up and down days.

    Returns:
        ``label, pair, side`` ("up" or "down"), ``value, low, high`` (basis points) and ``n``; sides
        with fewer than ten days are left out; may be empty.
    """
    rows = []
    sharp = sharp_days(market)
    for (a, b), what in PAIRS.items():
        values = spread(market, a, b)
        for side in ("up", "down"):
            hit = sharp[side].reindex(values.index, fill_value=False)
            try:
                value, bounds, n = conditional_mean(values, hit, common_block(market))
            except DataError:
                continue
            rows.append((f"{a} − {b}", what, side, value, bounds.low, bounds.high, n))
    return pd.DataFrame(rows, columns=["label", "pair", "side", "value", "low", "high", "n"])


# -- reversal -----------------------------------------------------------------------------


@lru_cache(maxsize=4)
def distinct_days(market: Market) -> pd.DatetimeIndex:
    """The sharpest up days that lie at least 21 sessions apart, the sharpest chosen first."""
    sharp = sharp_days(market)
    at = np.flatnonzero(sharp["up"].to_numpy())
    order = at[np.argsort(-sharp["relative"].to_numpy()[at], kind="stable")]
    kept: list[int] = []
    for row in order:
        if all(abs(row - other) >= _AFTER for other in kept):
            kept.append(int(row))
    return pd.DatetimeIndex(sharp.index[sorted(kept)])


def after(market: Market, horizon: int) -> pd.Series:
    """Small minus large over the ``horizon`` sessions that FOLLOW each session of the window.

    Simple returns, as fractions; NaN where fewer sessions follow.
    """
    frame = market.complete(market.small, market.large)
    following = window_returns(frame[market.small], horizon, frame[market.large])
    return following.shift(-1).rename(str(horizon))


@lru_cache(maxsize=16)
def reversal(market: Market, horizon: int = _AFTER) -> tuple[float, float, np.ndarray, int]:
    """Mean relative return after distinct sharp days, its placebo p-value, the placebo means.

    Args:
        horizon: sessions after the day.

    Returns:
        mean (fraction), two-sided p, means of 2,000 sets of random days spaced alike, events.

    Raises:
        DataError: fewer than five distinct days with a full window after them.
    """
    following = after(market, horizon).dropna()
    chosen = distinct_days(market)
    chosen = chosen[chosen.isin(following.index)]
    if len(chosen) < 5:
        raise DataError(f"distinct sharp up days in the window: {len(chosen)}, needed: 5")
    observed = float(following.loc[chosen].mean())
    # The windows are made already, so a placebo "return" of one session is a whole window.
    placebo = placebo_distribution(
        following,
        len(chosen),
        1,
        draws=_DRAWS,
        min_gap=min(_AFTER, _fitting(len(chosen), len(following))),
    )
    return observed, placebo_p_value(observed, placebo), placebo, len(chosen)


def reversal_or_none(market: Market) -> tuple[float, float, np.ndarray, int] | None:
    """:func:`reversal`, or ``None`` where the window holds too few sharp days."""
    try:
        return reversal(market)
    except DataError:
        return None


def _fitting(events: int, rows: int) -> int:
    """The widest gap that still leaves room to place that many random dates."""
    return max(1, int((rows - 1) / max(events - 1, 1) + 1) // 2)


@finding(
    "tech_valuations.after_sharp_days",
    "{small} minus {large}, 21 sessions after its sharpest up days, mean",
    "percentage points",
    PAIR,
)
@finding(
    "tech_valuations.after_sharp_days_p",
    "Chance of so large a mean after random days",
    "p-value",
    PAIR,
)
def after_sharp_days(market: Market) -> tuple[Measured, Measured]:
    """What followed sharp up days, and how often random days are followed by as much."""
    with reasons():
        value, p, placebo, count = reversal(market)
    low, high = np.quantile(placebo, [0.025, 0.975])
    centre = float(placebo.mean())
    bounds = Interval(
        value + float(low) - centre,
        value + float(high) - centre,
        0.95,
        f"{count} days at least 21 sessions apart; bounds are the mean plus the spread of "
        f"{len(placebo):,} sets of random days around their own mean, seed 20240918",
    )
    how = f"two-sided share of {len(placebo):,} sets of random days, seed 20240918"
    dates = whole_window(market)
    return Measured(value, bounds, dates, n=count), Measured(p, None, dates, how, count)


def _mean_on(values: pd.Series, chosen: pd.Series) -> float:
    """Mean on the chosen days; NaN under ten of them."""
    hit = chosen.reindex(values.index, fill_value=False)
    return float(values[hit].mean()) if hit.sum() >= MINIMUM_EVENTS else float("nan")


def specifications(market: Market) -> list[Specification]:
    """Spreads by period, side and way to pick the days, and the reversal at four horizons."""
    made = []
    for a, b in PAIRS:
        values = spread(market, a, b)
        for picker in (market.small, other_small(market)):
            sharp = sharp_days(market, picker)
            for where, part in (("the window", values), ("2024 on", values.loc[STORY_START:])):
                sides = [_mean_on(part, sharp[side]) for side in ("up", "down")]
                named = (f"sharpest {s} days" for s in ("up", "down"))
                found = [*zip(named, sides, strict=True), ("up plus down days", sum(sides))]
                made += [
                    Specification(
                        label=f"{a} minus {b}, {what} of {picker}, {where}",
                        value=v,
                        unit="basis points",
                    )
                    for what, v in found
                ]
    sharp = sharp_days(market)
    for horizon in HORIZONS:
        following = after(market, horizon)
        for where, days in (
            ("all sharp days", sharp.index[sharp["up"]]),
            ("distinct days", distinct_days(market)),
        ):
            values = following.reindex(days).dropna()
            made.append(
                Specification(
                    label=f"{market.small} minus {market.large}, next {horizon} sessions, {where}",
                    value=float(values.mean()) * BASIS_POINTS if len(values) >= 5 else None,
                    unit="basis points",
                )
            )
    return made
