"""Does the rate beta keep its sign? Rolling windows, fixed eras and a break at an unknown date.

The eras are named by the question and the break date is searched for: neither may be tested as
if the other had not been looked at.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from ....errors import DataError
from ....market import Market
from ....stats.breaks import Break, break_dates, break_test
from ....stats.slopes import mean_slope, rolling_slope
from ....studies.declared import Measured, finding
from .betas import LATEST_WEEKS, SPLIT_SINCE, TEN, TWO
from .weekly import MINIMUM_WEEKS, SLOPE_UNIT, by_group, of_group, slope, weekly

#: Weeks from the first date on, up to the next one's start.
ERAS = {
    "before 2022": pd.Timestamp("2010-01-01"),
    "2022 to mid-2023": pd.Timestamp("2022-01-01"),
    "since mid-2023": SPLIT_SINCE,
}
FIRST_ERA, MIDDLE_ERA, LAST_ERA = ERAS
_STARTS = pd.DatetimeIndex(list(ERAS.values())).to_numpy()
#: Fewest weeks in which a break is sought.
BREAK_WEEKS = 156


def era_of(index: pd.DatetimeIndex) -> pd.Series:
    """The era's name for each date.

    Args:
        index: dates.
    """
    return pd.Series(np.array(list(ERAS))[_era_at(index)], index=index, name="era")


def in_era(index: pd.DatetimeIndex, era: str) -> npt.NDArray[np.bool_]:
    """Whether each date lies in an era.

    Args:
        index: dates.
        era: its name, of :data:`ERAS`.
    """
    return np.asarray(_era_at(index) == list(ERAS).index(era))


def _era_at(index: pd.DatetimeIndex) -> npt.NDArray[np.intp]:
    """Place of each date's era among :data:`ERAS`."""
    return np.asarray(np.maximum(_STARTS.searchsorted(index.to_numpy(), side="right") - 1, 0))


def rolling(market: Market, weeks: int = LATEST_WEEKS, rate: str = "DGS2") -> pd.DataFrame:
    """Rolling slope of the weekly relative return on one yield's change.

    Args:
        market: data and window. weeks: length of the rolling window. rate: id of ``RATES``.

    Returns:
        ``date, value, low, high`` (fractions per percentage point, Newey-West band), one row for
        each window, dated by its last week; empty when the report's window is shorter.
    """
    empty = pd.DataFrame({"date": pd.DatetimeIndex([]), "value": [], "low": [], "high": []})
    w = weekly(market)
    if rate not in w.changes:
        return empty
    y, x = w.pair([rate])
    if len(y) < weeks:
        return empty
    table = rolling_slope(y, x[rate], weeks).dropna()
    frame = table[["slope", "low", "high"]].rename(columns={"slope": "value"})
    return frame.rename_axis("date").reset_index()


@lru_cache(maxsize=8)
def sign_break(market: Market, rate: str = "DGS2") -> Break | str:
    """The likeliest date at which the slope changed, or the reason why none can be sought.

    Args:
        rate: id of the yield.
    """
    w = weekly(market)
    if rate not in w.changes:
        return f"{rate} has no observation that can be shown"
    y, x = w.pair([rate])
    if len(y) < BREAK_WEEKS:
        return f"{len(y)} complete weeks are too few to look for a break, {BREAK_WEEKS} are needed"
    try:
        return break_test(y, x[rate])
    except DataError as error:
        return str(error).rstrip(".")


@lru_cache(maxsize=8)
def sign_breaks(market: Market, rate: str = "DGS2") -> list[Break]:
    """Every break of the slope that can be found, one search after another; none in too few weeks.

    Args:
        rate: id of the yield.
    """
    if isinstance(sign_break(market, rate), str):
        return []
    y, x = weekly(market).pair([rate])
    try:
        return break_dates(y, x[rate])
    except DataError:
        return []


@finding(
    "rate_sensitivity.beta_2y_negative_share",
    "Share of rolling two-year windows with a negative beta", "fraction", TWO,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_2y_clearly_negative_share",
    "Share of rolling two-year windows with a beta clearly below zero", "fraction", TWO,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_2y_clearly_positive_share",
    "Share of rolling two-year windows with a beta clearly above zero", "fraction", TWO,
)  # fmt: skip
def signs(market: Market) -> tuple[Measured, ...]:
    """How many of the rolling windows have the claim's sign, clearly so, and clearly the other."""
    frame = rolling(market)
    if frame.empty:
        raise DataError(f"the window holds fewer than {LATEST_WEEKS} complete weeks")
    weeks = pd.DatetimeIndex(weekly(market).relative.index)
    how = f"count of overlapping windows of {LATEST_WEEKS} weeks; a description, not a test"
    return tuple(
        Measured(float(flags.mean()), None, weeks, how, len(frame))
        for flags in (frame["value"] < 0, frame["high"] < 0, frame["low"] > 0)
    )


@finding(
    "rate_sensitivity.beta_2y_before_2022", "Rate beta, 2-year yield, before 2022", SLOPE_UNIT, TWO,
    rate="DGS2", era=FIRST_ERA,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_2y_2022_to_mid_2023", "Rate beta, 2-year yield, 2022 to mid-2023",
    SLOPE_UNIT, TWO, rate="DGS2", era=MIDDLE_ERA,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_2y_since_mid_2023", "Rate beta, 2-year yield, since mid-2023",
    SLOPE_UNIT, TWO, rate="DGS2", era=LAST_ERA,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_10y_before_2022", "Rate beta, 10-year yield, before 2022",
    SLOPE_UNIT, TEN, rate="DGS10", era=FIRST_ERA,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_10y_2022_to_mid_2023", "Rate beta, 10-year yield, 2022 to mid-2023",
    SLOPE_UNIT, TEN, rate="DGS10", era=MIDDLE_ERA,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_10y_since_mid_2023", "Rate beta, 10-year yield, since mid-2023",
    SLOPE_UNIT, TEN, rate="DGS10", era=LAST_ERA,
)  # fmt: skip
def of_era(market: Market, rate: str, era: str) -> Measured:
    """The slope within one era.

    Args:
        market: data and window.
        rate: column of the yield changes (pp).
        era: of :data:`ERAS`.
    """
    w = weekly(market)
    if rate not in w.changes:
        y, x = w.relative.iloc[:0], pd.DataFrame({rate: []}, index=w.relative.index[:0])
    else:
        y, x = w.pair([rate])
    inside = in_era(pd.DatetimeIndex(y.index), era)
    return slope(y[inside], x[inside], rate)


@finding(
    "rate_sensitivity.beta_2y_all_days_since_mid_2023",
    "Rate beta, 2-year yield, since mid-2023, mean over weeks of all five weekdays",
    SLOPE_UNIT, TWO,
)  # fmt: skip
def all_days(market: Market) -> Measured:
    """The slope of the last era, whichever day a week is taken to end on."""
    samples = []
    for weekday in range(5):
        w = weekly(market, weekday=weekday)
        if "DGS2" not in w.changes:
            raise DataError("DGS2 has no observation that can be shown")
        y, x = w.pair(["DGS2"])
        inside = in_era(pd.DatetimeIndex(y.index), LAST_ERA)
        if (n := int(inside.sum())) < MINIMUM_WEEKS:
            raise DataError(f"{n} complete weeks are too few, {MINIMUM_WEEKS} are needed")
        samples.append((y[inside], x["DGS2"][inside]))
    value, interval, weeks = mean_slope(samples)
    dates = pd.DatetimeIndex(samples[0][0].index).union(samples[-1][0].index)
    return Measured(value, interval, dates, f"weekly log total returns, {interval.method}", weeks)


@finding(
    "rate_sensitivity.beta_2y_era_gap",
    "Rate beta, 2-year yield, since mid-2023 minus before 2022", SLOPE_UNIT, TWO,
)  # fmt: skip
def era_gap(market: Market) -> Measured:
    """By how much the slope of the last era differs from that of the first."""
    absent = f"one of the two eras has fewer than {MINIMUM_WEEKS} weeks in the window"
    w = weekly(market)
    if "DGS2" not in w.changes:
        raise DataError(absent)
    y, x = w.pair(["DGS2"])
    dates = pd.DatetimeIndex(y.index)
    ends = ~in_era(dates, MIDDLE_ERA)
    y, x, late = y[ends], x["DGS2"][ends], in_era(dates, LAST_ERA)[ends].astype(float)
    if min(late.sum(), (1 - late).sum()) < MINIMUM_WEEKS:
        raise DataError(absent)
    return slope(y, pd.DataFrame({"change": x, "late": late, "more": x * late}), "more")


@finding(
    "rate_sensitivity.beta_2y_break_p", "P-value of no break in the 2-year beta", "p-value", TWO
)
@finding(
    "rate_sensitivity.beta_2y_breaks", "Breaks in the 2-year beta, searched in turn", "count", TWO
)
@finding(
    "rate_sensitivity.beta_2y_before_break",
    "Rate beta, 2-year yield, before the likeliest break", SLOPE_UNIT, TWO,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_2y_after_break",
    "Rate beta, 2-year yield, after the likeliest break", SLOPE_UNIT, TWO,
)  # fmt: skip
def breaks(market: Market) -> tuple[Measured | DataError, ...]:
    """Whether the slope changed at a date that is searched for, how often, and what it was."""
    found = sign_break(market)
    if isinstance(found, str):
        raise DataError(found)
    y, x = weekly(market).pair(["DGS2"])
    weeks = pd.DatetimeIndex(y.index)
    span = f"likeliest date {found.date.date()}, 95% interval {found.low.date()} to {found.high.date()}"
    often = (
        "at most three; each stretch between breaks is searched again at 5%, allowing for the "
        f"stretches searched (Bai 1997); {found.method}"
    )
    groups = pd.Series(np.where(y.index < found.date, "before", "after"), index=y.index)
    table = by_group(y, x["DGS2"], groups)
    how = f"OLS, Newey-West, given the break date, which was searched for; {span}"
    sides = [
        of_group(table, s, how, f"fewer than {MINIMUM_WEEKS} weeks lie {s} the likeliest break")
        for s in ("before", "after")
    ]
    return (
        Measured(found.p, None, weeks, f"{found.method}; {span}"),
        Measured(float(len(sign_breaks(market))), None, weeks, often),
        *sides,
    )


def markers(market: Market) -> pd.DataFrame:
    """What a rolling chart marks: the likeliest break, when it is significant, else nothing.

    Columns ``date`` (of a week) and ``label``; one row or none, nothing missing.
    """
    found = sign_break(market)
    if isinstance(found, str) or found.p > 0.05:
        return pd.DataFrame({"date": pd.DatetimeIndex([]), "label": pd.Series([], dtype="str")})
    return pd.DataFrame({"date": [found.date], "label": ["Likeliest break"]})
