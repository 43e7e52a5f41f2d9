"""What a series of simple returns amounts to: growth, volatility, drawdown and tails.

Every function takes simple periodic returns as fractions (0.01 = 1 %), never prices, and never
fills a missing return.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from rotation_lib.errors import DataError
from rotation_lib.stats._checks import complete, fraction, increasing, varying

SESSIONS_PER_YEAR = 252
DAYS_PER_YEAR = 365.25
FRIDAY = 4

Frame = TypeVar("Frame", pd.Series, pd.DataFrame)
Column: TypeAlias = "pd.Series | npt.NDArray[np.float64]"


def align(*series: pd.Series | pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Put series on their common dates.

    Args:
        series: any number of named series or frames, indexed by date.

    Returns:
        The frame of dates on which every column has a value, and how many dates of the union were
        dropped. The frame may be empty.

    NaN: a date with a missing value in any column is dropped and counted; nothing is filled.

    Raises:
        DataError: no series, a repeated column name, or dates that are not strictly increasing.
    """
    if not series:
        raise DataError("align needs at least one series; pass the series to be aligned.")
    for one in series:
        increasing(one.index, "align")
    union = pd.concat(list(series), axis=1, sort=True)
    if not union.columns.is_unique:
        repeated = union.columns[union.columns.duplicated()].tolist()
        raise DataError(f"align got the column {repeated[0]!r} twice; rename one of them.")
    frame = union.dropna()
    return frame, len(union) - len(frame)


def complete_rows(columns: Mapping[str, Column], index: pd.DatetimeIndex) -> pd.DataFrame:
    """The rows on which every column has a value: a frame's `dropna`, at a fraction of its time.

    Args:
        columns: by name, n values each; their order is that of the rows.
        index: n dates.

    Returns:
        Floats, n rows or fewer; NaN: none is left.

    >>> days = pd.bdate_range("2024-01-02", periods=2)
    >>> complete_rows({"a": np.array([1.0, 2.0]), "b": np.array([np.nan, 4.0])}, days).iloc[0].tolist()
    [2.0, 4.0]
    """
    values = np.array([np.asarray(column, dtype=float) for column in columns.values()])
    known = ~np.isnan(values).any(axis=0)
    if known.all():
        return pd.DataFrame(values.T, index=index, columns=list(columns))
    return pd.DataFrame(values[:, known].T, index=index[known], columns=list(columns))


def wealth(returns: Frame, base_date: pd.Timestamp | None = None) -> Frame:
    """Growth of 1 invested at the base close.

    Args:
        returns: simple returns, one row a session (n rows).
        base_date: date of the base close; adds a first row there (n + 1 rows).

    Returns:
        Same type as `returns`, wealth at each close. With a base date the first value is 1.

    NaN: before a late listing and after a delisting values stay NaN, and a late listing starts at 1
    on the row before its first return. A hole between returns is refused.

    Raises:
        DataError: a hole, dates out of order, or a base date that is not before the first return.
    """
    frame = returns.to_frame() if isinstance(returns, pd.Series) else returns
    values, index = frame.to_numpy(dtype=float), frame.index
    present = ~np.isnan(values)
    complete(np.where(present, values, 0.0), 1, "wealth")
    increasing(index, "wealth")
    inside = np.logical_or.accumulate(present) & np.logical_or.accumulate(present[::-1])[::-1]
    if (inside & ~present).any():
        name = frame.columns[(inside & ~present).any(axis=0)][0]
        raise DataError(f"wealth got a missing return inside {name!r}; align the series first.")
    grown = np.where(present, np.cumprod(np.where(present, 1.0 + values, 1.0), axis=0), np.nan)
    if base_date is not None:
        base = pd.Timestamp(base_date)
        if base >= index[0]:
            raise DataError(
                f"base_date = {base.date()} cannot be used: it must be before the first return "
                f"({pd.Timestamp(index[0]).date()})."
            )
        index = pd.DatetimeIndex([base]).append(pd.DatetimeIndex(index)).rename(index.name)
        grown = np.vstack([np.full(grown.shape[1], np.nan), grown])
    known = ~np.isnan(grown)
    # Growth starts from 1 on the row before the first return.
    grown[:-1][known[1:] & ~np.logical_or.accumulate(known)[:-1]] = 1.0
    if isinstance(returns, pd.Series):
        return pd.Series(grown[:, 0], index=index, name=returns.name)
    return pd.DataFrame(grown, index=index, columns=frame.columns)


def total_return(returns: pd.Series) -> float:
    """Cumulative simple return over all rows: prod(1 + r) - 1, a fraction.

    NaN: refused. Raises `DataError` on missing or no values.

    >>> round(total_return(pd.Series([0.10, -0.10])), 4)
    -0.01
    """
    complete(returns, 1, "total_return")
    return float(np.prod(1.0 + returns.to_numpy(dtype=float)) - 1.0)


def annualised_growth(returns: pd.Series, base_date: pd.Timestamp) -> float:
    """Growth per calendar year from the base close to the last row, a fraction.

    (prod(1 + r)) ** (365.25 / days) - 1, days counted from `base_date` to the last date.

    NaN: refused. Raises `DataError` on missing values or a base date not before the first row.
    """
    grown = wealth(returns, base_date)
    complete(returns, 1, "annualised_growth")
    years = (grown.index[-1] - grown.index[0]).days / DAYS_PER_YEAR
    return float(grown.iloc[-1] ** (1.0 / years) - 1.0)


def volatility(returns: pd.Series, sessions: int = SESSIONS_PER_YEAR) -> float:
    """Standard deviation (numpy's, ddof 1) per year of `sessions` sessions, a fraction.

    NaN: refused. Raises `DataError` on missing values or fewer than two.
    """
    complete(returns, 2, "volatility")
    return float(np.std(returns.to_numpy(dtype=float), ddof=1) * np.sqrt(sessions))


def sharpe(
    returns: pd.Series,
    risk_free: pd.Series | float = 0.0,
    sessions: int = SESSIONS_PER_YEAR,
) -> float:
    """Mean excess return over its standard deviation, per year (Sharpe 1994).

    Args:
        returns: simple returns per session.
        risk_free: the risk-free return of the SAME sessions (never an annual rate), on the same
            index, or one number per session.
        sessions: sessions in a year; 1 leaves the ratio per session.

    NaN: refused. Raises `DataError` on missing values, another index or a constant excess return.
    """
    if isinstance(risk_free, pd.Series) and not risk_free.index.equals(returns.index):
        raise DataError("sharpe needs risk-free returns on the dates of the returns; align first.")
    excess = returns - risk_free
    complete(excess, 2, "sharpe")
    varying(excess, "sharpe")
    return float(excess.mean() / excess.std(ddof=1) * np.sqrt(sessions))


def drawdown(returns: Frame, base_date: pd.Timestamp | None = None) -> Frame:
    """Loss from the highest close so far, as a fraction at or below 0.

    The base close counts as a peak, whether or not `base_date` adds a row for it (its value is 0).
    Shapes and NaN rule as in `wealth`. Raises what `wealth` raises.
    """
    grown = wealth(returns, base_date)
    peak = np.maximum(np.fmax.accumulate(grown.to_numpy(), axis=0), 1.0)
    return grown / peak - 1.0


def max_drawdown(returns: pd.Series) -> float:
    """Lowest value of `drawdown`: the deepest close-to-peak loss, a fraction at or below 0.

    NaN: refused. Raises `DataError` on missing or no values.

    >>> days = pd.bdate_range("2024-01-02", periods=4)
    >>> round(max_drawdown(pd.Series([0.10, -0.20, 0.05, 0.30], index=days)), 4)
    -0.2
    """
    complete(returns, 1, "max_drawdown")
    return float(drawdown(returns).min())  # at most 0: no close is above its peak


def drawdown_episodes(
    returns: pd.Series, base_date: pd.Timestamp | None = None, top: int = 5
) -> pd.DataFrame:
    """The deepest falls from a peak until wealth is back at it; peaks and depths as in `drawdown`.

    Args:
        returns: simple returns per session.
        base_date: date of the base close, so that a fall from it carries its date. Without it such
            a fall has its first return's date as peak.
        top: how many episodes, deepest first.

    Returns:
        One row an episode: `peak`, `trough`, `recovery` (dates; NaT while under water), `depth`
        (fraction), `days_to_trough`, `days_to_recovery` (calendar days from the peak, from the
        trough; missing while under water).

    NaN: refused. Raises what `wealth` raises.
    """
    complete(returns, 1, "drawdown_episodes")
    depth = drawdown(returns, base_date)
    under = depth.to_numpy() < 0.0
    starts = np.flatnonzero(under & ~np.r_[False, under[:-1]])
    stops = np.flatnonzero(under & ~np.r_[under[1:], False]) + 1
    dates = pd.DatetimeIndex(depth.index)
    rows = []
    for first, stop in zip(starts, stops, strict=True):
        trough = first + int(np.argmin(depth.to_numpy()[first:stop]))
        peak_date = dates[max(first - 1, 0)]
        recovery = dates[stop] if stop < len(dates) else pd.NaT
        rows.append(
            {
                "peak": peak_date,
                "trough": dates[trough],
                "recovery": recovery,
                "depth": float(depth.iloc[trough]),
                "days_to_trough": (dates[trough] - peak_date).days,
                "days_to_recovery": (recovery - dates[trough]).days if stop < len(dates) else None,
            }
        )
    columns = ["peak", "trough", "recovery", "depth", "days_to_trough", "days_to_recovery"]
    table = pd.DataFrame(rows, columns=columns)
    for name in ("peak", "trough", "recovery"):
        table[name] = pd.to_datetime(table[name]).astype("datetime64[us]")
    table = table.astype({"depth": float, "days_to_trough": "Int64", "days_to_recovery": "Int64"})
    return table.sort_values("depth", kind="stable").head(top).reset_index(drop=True)


def week_ends(
    sessions: pd.DatetimeIndex,
    base_date: pd.Timestamp,
    end: pd.Timestamp | None = None,
    weekday: int = FRIDAY,
) -> pd.DatetimeIndex:
    """Closes that end a week: the last session on or before each Friday.

    Args:
        sessions: sessions after the base close, in order.
        base_date: the base close, itself a session; it counts when it ends a week.
        end: a week whose Friday lies after this date is dropped; default the last session.
        weekday: 0 Monday … 4 Friday, for weeks that end on another day.

    Returns:
        The week-ends on or after the base close (m dates, m >= 0).

    Raises:
        DataError: dates out of order or a weekday outside 0..4.

    The Friday of 29 March 2024 was no session; its week ends on Thursday.

    >>> days = pd.DatetimeIndex(["2024-03-25", "2024-03-26", "2024-03-27", "2024-03-28"])
    >>> [str(day.date()) for day in week_ends(days, "2024-03-22", end="2024-03-29")]
    ['2024-03-22', '2024-03-28']
    """
    if weekday not in range(5):
        raise DataError(f"weekday = {weekday!r} cannot be used: 0 (Monday) to 4 (Friday) is.")
    every = np.append(pd.Timestamp(base_date).to_datetime64(), sessions.to_numpy())
    increasing(pd.DatetimeIndex(every), "week_ends")
    last = pd.Timestamp(end).to_datetime64() if end is not None else every[-1]
    closing = _closing_day(every.astype("datetime64[D]"), weekday)
    ends = np.append(closing[1:] != closing[:-1], True) & (closing <= last)
    return pd.DatetimeIndex(every[ends], name=sessions.name)


def _closing_day(days: npt.NDArray[np.datetime64], weekday: int) -> npt.NDArray[np.datetime64]:
    """The first `weekday` on or after each day."""
    monday_first = (days.astype("int64") + 3) % 7  # 1970-01-01 was a Thursday
    return np.asarray(days + (weekday - monday_first) % 7)


def weekly_log_returns(
    returns: Frame,
    base_date: pd.Timestamp,
    end: pd.Timestamp | None = None,
    weekday: int = FRIDAY,
) -> Frame:
    """Weekly log returns between the closes of `week_ends`.

    The first return runs between the first two week-ends on or after the base close; a week whose
    Friday lies after `end` is dropped.

    Args:
        returns: simple daily returns after the base close.
        base_date: as in `week_ends`.
        end: as in `week_ends`.
        weekday: as in `week_ends`.

    Returns:
        Log returns indexed by the close that ends each week (m - 1 rows), same type as `returns`.

    NaN: a week with any missing daily return is NaN. Raises what `week_ends` raises, and
    `DataError` on a return at or below -1.
    """
    sessions = pd.DatetimeIndex(returns.index)
    ends = week_ends(sessions, base_date, end, weekday)
    values = returns.to_numpy(dtype=float)
    if (values <= -1.0).any():
        raise DataError("weekly_log_returns got a return of -100 % or less; check the series.")
    if len(ends) < 2:
        return returns.iloc[:0].astype(float)
    first = sessions.searchsorted(ends, side="right")  # of each week, the session that begins it
    inside = values[first[0] : first[-1]]
    sums = np.add.reduceat(np.log1p(inside), first[:-1] - first[0], axis=0)
    if isinstance(returns, pd.Series):
        return pd.Series(sums, index=ends[1:], name=returns.name)
    return pd.DataFrame(sums, index=ends[1:], columns=returns.columns)


def latest_on(levels: pd.Series, dates: pd.DatetimeIndex) -> pd.Series:
    """The latest level dated on or before each date (a yield as last quoted), by numpy's search.

    Args:
        levels: observations by date; missing ones are skipped.
        dates: m dates in order.

    Returns:
        m values on `dates`; NaN where nothing had been observed yet.

    Raises:
        DataError: levels with dates out of order.
    """
    values = levels.to_numpy(dtype=float)
    known = ~np.isnan(values)
    observed = levels.index.to_numpy()[known]
    increasing(pd.DatetimeIndex(observed), "latest_on")
    at = observed.searchsorted(dates.to_numpy(), side="right")
    return pd.Series(np.append(np.nan, values[known])[at], index=dates, name=levels.name)


def weekly_changes(levels: pd.Series, ends: pd.DatetimeIndex) -> pd.Series:
    """Change of levels, as in `latest_on`, between week-ends (m - 1 rows, units of the level).

    NaN where either end is unknown; rounded as in `quoted_changes`. Raises what `latest_on` raises.
    """
    return quoted_changes(latest_on(levels, ends)).iloc[1:]


def quoted_changes(levels: pd.Series) -> pd.Series:
    """Changes from row to row of a series that is quoted in hundredths, such as a yield.

    Rounded to ten decimals, so that a move of five basis points is 0.05 and no move is 0: the
    differences of quotes carry noise that would put them on one side or the other.

    Args:
        levels: in order of time, as in `latest_on`.

    NaN: a change from or to one is NaN, as is the first.

    >>> quoted_changes(pd.Series([3.63, 3.68, 3.68])).tolist()
    [nan, 0.05, 0.0]
    """
    return levels.diff().round(10)


def historical_var(returns: pd.Series, level: float = 0.99) -> float:
    """Historical one-period value at risk, as a negative fraction when it is a loss.

    numpy's linear quantile (Hyndman & Fan 1996, type 7) of the returns at 1 - level.

    NaN: refused. Raises `DataError` on missing or no values or a level outside (0, 1).

    >>> round(historical_var(pd.Series(range(-50, 51)) / 1000, level=0.95), 5)
    -0.045
    """
    fraction(level, "level")
    complete(returns, 1, "historical_var")
    return float(np.quantile(returns.to_numpy(dtype=float), 1.0 - level))


def historical_cvar(returns: pd.Series, level: float = 0.99) -> float:
    """Mean of the returns at or below `historical_var`: the expected shortfall, historically.

    Acerbi & Tasche (2002), sample version. NaN and errors as in `historical_var`.

    >>> round(historical_cvar(pd.Series(range(-50, 51)) / 1000, level=0.95), 5)
    -0.0475
    """
    threshold = historical_var(returns, level)
    values = returns.to_numpy(dtype=float)
    return float(values[values <= threshold].mean())
