"""What kind of small companies lead when small caps jump, and whether the jump lasts.

Short interest is not open data. These are proxies: a rally of bought-back shorts should be led by
loss-making, tiny and expensive companies, and should fade.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from ...errors import DataError
from ...findings import Finding, Specification, missing, tendency
from ...market import Market
from ...stats.eventstudy import placebo_distribution, placebo_p_value, window_returns
from .common import (
    BASIS_POINTS,
    EQUAL_WEIGHT,
    MINIMUM_EVENTS,
    both_sides,
    common_block,
    conditional_mean,
    fid,
    guarded,
    relative_log,
    yearly_lead,
)

#: Pair → what it stands for.
PAIRS = {
    ("IWM", "IJR"): "companies without a profit test, less those with one",
    ("IWC", "IWM"): "micro caps less small caps",
    ("IWO", "IWN"): "small growth less small value",
}
#: The sharpest one in twenty days of small caps relative to large caps.
SHARPEST = 0.95
HORIZONS = (1, 5, 10, 21)
_AFTER = 21
_DRAWS = 2000
#: The years of the rallies that the story speaks of.
STORY_START = pd.Timestamp("2024-01-02")


def findings(market: Market) -> list[Finding]:
    """Quality spreads on the sharpest up days, the reversal after them, and equal weighting."""
    made = [_on_sharp_days(market, a, b, "up_days") for a, b in PAIRS]
    made += [_on_sharp_days(market, a, b, "net") for a, b in PAIRS]
    made += [_on_sharp_days(market, a, b, "net_2024") for a, b in PAIRS]
    made.append(_on_sharp_days(market, "IWC", "IWM", "net_2024", other_small(market)))
    made += _reversal(market)
    small, large = market.small, market.large
    made.append(
        yearly_lead(
            market,
            fid("equal_weight_lead"),
            f"{EQUAL_WEIGHT} relative to {large}, growth",
            EQUAL_WEIGHT,
            large,
        )
    )
    made.append(
        yearly_lead(
            market,
            fid("small_vs_equal_weight"),
            f"{small} relative to {EQUAL_WEIGHT}, growth",
            small,
            EQUAL_WEIGHT,
        )
    )
    made.append(
        yearly_lead(
            market,
            fid("small_vs_large"),
            f"{small} relative to {large}, growth",
            small,
            large,
        )
    )
    return made


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


def _on_sharp_days(market: Market, a: str, b: str, part: str, picker: str | None = None) -> Finding:
    """A spread on sharp up days, or net of sharp down days, in the window or from 2024 on.

    A spread that a fund's exposure explains is as large on down days with the opposite sign: what
    is left after adding the two is what buying back shorts could add.
    """
    id = fid(f"{a.lower()}_{b.lower()}_{part}{'_other_days' if picker else ''}")
    small, large = picker or market.small, market.large
    label = f"{a} minus {b} on the sharpest 5% of up days of {small} relative to {large}, mean"
    if part != "up_days":
        label += " plus mean on its sharpest down days"
    label += ", 2024 on" if part == "net_2024" else ""

    def make() -> Finding:
        values = spread(market, a, b)
        if part == "net_2024":
            values = values.loc[STORY_START:]
        sharp = sharp_days(market, picker)
        up, down = (sharp[side].reindex(values.index, fill_value=False) for side in ("up", "down"))
        if part == "up_days":
            value, interval, count = conditional_mean(values, up, common_block(market))
        else:
            value, interval, count = both_sides(values, up, down, common_block(market))
        return tendency(
            id,
            label,
            value,
            interval,
            unit="basis points",
            index=pd.DatetimeIndex(values.index),
            series=(a, b, small, large),
            n=count,
            method=f"{count} days; {interval.method}",
        )

    return guarded(make, id, label, "basis points", (a, b, small, large))


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


def _reversal(market: Market) -> list[Finding]:
    series = (market.small, market.large)
    id, p_id = fid("after_sharp_days"), fid("after_sharp_days_p")
    label = f"{series[0]} minus {series[1]}, 21 sessions after its sharpest up days, mean"
    p_label = "Chance of so large a mean after random days"
    try:
        value, p, placebo, count = reversal(market)
    except DataError as error:
        why = str(error).rstrip(".")
        return [
            missing(id, label, unit="percentage points", series=series, reason=why),
            missing(p_id, p_label, unit="p-value", series=series, reason=why),
        ]
    low, high = np.quantile(placebo, [0.025, 0.975])
    text = (
        f"{count} days at least 21 sessions apart; bounds are the mean plus the spread of "
        f"{len(placebo):,} sets of random days around their own mean, seed 20240918"
    )
    centre = float(placebo.mean())
    span = market.sessions
    made = Finding(
        id=id,
        chapter="tech_valuations",
        label=label,
        value=value,
        unit="percentage points",
        low=value + float(low) - centre,
        high=value + float(high) - centre,
        confidence=0.95,
        method=text,
        n=count,
        start=span[0].date().isoformat(),
        end=span[-1].date().isoformat(),
        series=series,
    )
    return [
        made,
        Finding(
            id=p_id,
            chapter="tech_valuations",
            label=p_label,
            value=p,
            unit="p-value",
            method=f"two-sided share of {len(placebo):,} sets of random days, seed 20240918",
            n=count,
            start=made.start,
            end=made.end,
            series=series,
        ),
    ]


# -- equal against cap weight -------------------------------------------------------------


def weighting(market: Market) -> pd.DataFrame:
    """Small against large in two steps, as growth since the base close.

    Returns:
        Index ``date``; columns ``small / large``, ``equal weight / large`` and ``small / equal
        weight``; at each close the first is the product of the other two. Starts at 1.
    """
    logs = {
        f"{market.small} / {market.large}": (market.small, market.large),
        f"{EQUAL_WEIGHT} / {market.large}": (EQUAL_WEIGHT, market.large),
        f"{market.small} / {EQUAL_WEIGHT}": (market.small, EQUAL_WEIGHT),
    }
    frame = pd.DataFrame(
        {name: relative_log(market, *pair) for name, pair in logs.items() if pair[0] != pair[1]}
    )
    frame.loc[market.base] = 0.0
    return np.exp(frame.sort_index().dropna().cumsum()).rename_axis("date")


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
