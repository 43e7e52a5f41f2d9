"""Does the rate beta keep its sign? Rolling windows, fixed eras and a break at an unknown date.

The eras are named by the question and the break date is searched for: neither may be tested as
if the other had not been looked at.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...errors import DataError
from ...findings import Finding, chapter_of, missing, tendency
from ...market import Market
from ...stats.breaks import Break, break_dates, break_test
from ...stats.regression import rolling_slope
from .betas import LATEST_WEEKS, SPLIT_SINCE, THEME
from .weekly import MINIMUM_WEEKS, RATES, SLOPE_UNIT, by_group, slope_finding, weekly

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


def findings(market: Market) -> list[Finding]:
    """Shares of rolling windows, eras, their difference, and the break, for the 2-year yield."""
    return [
        *_shares(market),
        *_eras(market, "2y", "DGS2"),
        *_eras(market, "10y", "DGS10"),
        _era_gap(market),
        *_break(market),
    ]


def _shares(market: Market) -> list[Finding]:
    w = weekly(market)
    series = (w.small, w.large, "DGS2")
    frame = rolling(market)
    asked = (
        (
            "beta_2y_negative_share",
            "Share of rolling two-year windows with a negative beta",
            frame["value"] < 0,
        ),
        (
            "beta_2y_clearly_negative_share",
            "Share of rolling two-year windows with a beta clearly below zero",
            frame["high"] < 0,
        ),
        (
            "beta_2y_clearly_positive_share",
            "Share of rolling two-year windows with a beta clearly above zero",
            frame["low"] > 0,
        ),
    )
    reason = f"the window holds fewer than {LATEST_WEEKS} complete weeks"
    if frame.empty:
        return [
            missing(f"{THEME}.{name}", label, unit="fraction", series=series, reason=reason)
            for name, label, _ in asked
        ]
    return [
        Finding(
            id=f"{THEME}.{name}",
            chapter=chapter_of(f"{THEME}.{name}"),
            label=label,
            value=float(flags.mean()),
            unit="fraction",
            method=f"count of overlapping windows of {LATEST_WEEKS} weeks; a description, not a test",
            n=len(frame),
            start=w.relative.index[0].date().isoformat(),
            end=w.relative.index[-1].date().isoformat(),
            series=series,
        )
        for name, label, flags in asked
    ]


def _eras(market: Market, tag: str, rate: str) -> list[Finding]:
    w = weekly(market)
    series = (w.small, w.large, rate)
    names = {FIRST_ERA: "before_2022", MIDDLE_ERA: "2022_to_mid_2023", LAST_ERA: "since_mid_2023"}
    if rate not in w.changes:
        y, x = w.relative.iloc[:0], pd.DataFrame({rate: []}, index=w.relative.index[:0])
    else:
        y, x = w.pair([rate])
    inside = {era: in_era(pd.DatetimeIndex(y.index), era) for era in names}
    return [
        slope_finding(
            f"{THEME}.beta_{tag}_{name}",
            f"Rate beta, {RATES[rate]}, {era}",
            y[inside[era]],
            x[inside[era]],
            rate,
            series,
        )
        for era, name in names.items()
    ]


def _era_gap(market: Market) -> Finding:
    w = weekly(market)
    id, label = (
        f"{THEME}.beta_2y_era_gap",
        "Rate beta, 2-year yield, since mid-2023 minus before 2022",
    )
    series = (w.small, w.large, "DGS2")
    absent = missing(
        id,
        label,
        unit=SLOPE_UNIT,
        series=series,
        reason=f"one of the two eras has fewer than {MINIMUM_WEEKS} weeks in the window",
    )
    if "DGS2" not in w.changes:
        return absent
    y, x = w.pair(["DGS2"])
    dates = pd.DatetimeIndex(y.index)
    ends = ~in_era(dates, MIDDLE_ERA)
    y, x, late = y[ends], x["DGS2"][ends], in_era(dates, LAST_ERA)[ends].astype(float)
    if min(late.sum(), (1 - late).sum()) < MINIMUM_WEEKS:
        return absent
    design = pd.DataFrame({"change": x, "late": late, "more": x * late})
    return slope_finding(id, label, y, design, "more", series)


def _break(market: Market) -> list[Finding]:
    w = weekly(market)
    series = (w.small, w.large, "DGS2")
    found = sign_break(market)
    asked = (
        ("beta_2y_before_break", "Rate beta, 2-year yield, before the likeliest break"),
        ("beta_2y_after_break", "Rate beta, 2-year yield, after the likeliest break"),
    )
    p_id, p_label = f"{THEME}.beta_2y_break_p", "P-value of no break in the 2-year beta"
    count_id, count_label = f"{THEME}.beta_2y_breaks", "Breaks in the 2-year beta, searched in turn"
    if isinstance(found, str):
        out = [
            missing(p_id, p_label, unit="p-value", series=series, reason=found),
            missing(count_id, count_label, unit="count", series=series, reason=found),
        ]
        return out + [
            missing(f"{THEME}.{n}", label, unit=SLOPE_UNIT, series=series, reason=found)
            for n, label in asked
        ]
    y, x = w.pair(["DGS2"])
    span = f"likeliest date {found.date.date()}, 95% interval {found.low.date()} to {found.high.date()}"
    out = [
        tendency(
            p_id,
            p_label,
            found.p,
            None,
            unit="p-value",
            index=pd.DatetimeIndex(y.index),
            series=series,
            method=f"{found.method}; {span}",
        ),
        tendency(
            count_id,
            count_label,
            float(len(sign_breaks(market))),
            None,
            unit="count",
            index=pd.DatetimeIndex(y.index),
            series=series,
            method=f"at most three; each stretch between breaks is searched again at 5%, allowing for "
            f"the stretches searched (Bai 1997); {found.method}",
        ),
    ]
    groups = pd.Series(np.where(y.index < found.date, "before", "after"), index=y.index)
    table = by_group(y, x["DGS2"], groups)
    for (name, label), side in zip(asked, ("before", "after"), strict=True):
        id = f"{THEME}.{name}"
        if side not in table.index:
            why = f"fewer than {MINIMUM_WEEKS} weeks lie {side} the likeliest break"
            out.append(missing(id, label, unit=SLOPE_UNIT, series=series, reason=why))
            continue
        row = table.loc[side]
        out.append(
            Finding(
                id=id,
                chapter=THEME,
                label=label,
                value=row["value"],
                low=row["low"],
                high=row["high"],
                confidence=0.95,
                unit=SLOPE_UNIT,
                method=f"OLS, Newey-West, given the break date, which was searched for; {span}",
                n=int(row["weeks"]),
                start=row["first"].date().isoformat(),
                end=row["last"].date().isoformat(),
                series=series,
            )
        )
    return out


def markers(market: Market) -> pd.DataFrame:
    """What a rolling chart marks: the likeliest break, when it is significant, else nothing.

    Columns ``date`` (of a week) and ``label``; one row or none, nothing missing.
    """
    found = sign_break(market)
    if isinstance(found, str) or found.p > 0.05:
        return pd.DataFrame({"date": pd.DatetimeIndex([]), "label": pd.Series([], dtype="str")})
    return pd.DataFrame({"date": [found.date], "label": ["Likeliest break"]})
