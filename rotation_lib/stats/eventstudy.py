"""What returns did around events, and what they did around dates on which nothing happened.

An event enters as the session that could react to it. Day 0 is that session and is included; no
function looks a reaction session up or moves an event to another day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from rotation_lib.errors import DataError
from rotation_lib.stats._checks import complete, increasing
from rotation_lib.stats.bootstrap import CONFIDENCE, DRAWS, SEED, Array, Interval
from rotation_lib.stats.effort import capped

Model: TypeAlias = Literal["market", "mean", "relative"]
Rows: TypeAlias = npt.NDArray[np.int64]
ESTIMATION = (-250, -21)
MINIMUM_ESTIMATION = 60
ATTEMPTS = 50  # tries to place a placebo date, and to complete a set of them


def window_returns(
    returns: pd.Series, horizon: int, benchmark: pd.Series | None = None
) -> pd.Series:
    """Cumulative simple return of every window of `horizon` sessions.

    Args:
        returns: n simple returns per session.
        horizon: sessions a window, 1 or more.
        benchmark: optional simple returns on the same dates; its cumulative return is subtracted.

    Returns:
        n values indexed by each window's FIRST session: from the close before it to the close
        `horizon` - 1 sessions later. NaN where the window runs past the end or holds a NaN.

    Raises:
        DataError: a horizon below 1, dates out of order, a return of -100 % or less, or a benchmark
            on other dates.

    >>> days = pd.bdate_range("2024-01-02", periods=3)
    >>> window_returns(pd.Series([0.10, 0.10, 0.10], index=days), 2).round(4).tolist()
    [0.21, 0.21, nan]
    """
    if horizon < 1:
        raise DataError(f"horizon = {horizon!r} cannot be used: it counts sessions, 1 or more.")
    increasing(returns.index, "window_returns")
    total = _cumulative(returns, horizon)
    if benchmark is not None:
        if not benchmark.index.equals(returns.index):
            raise DataError("the benchmark has other dates than the returns; align them first.")
        total = total - _cumulative(benchmark, horizon)
    return pd.Series(total, index=returns.index, name=returns.name)


def _cumulative(returns: pd.Series, horizon: int) -> Array:
    values = returns.to_numpy(dtype=float)
    missing = ~np.isfinite(values)
    if (values <= -1.0).any():
        raise DataError("window_returns got a return of -100 % or less; check the series.")
    log = np.r_[0.0, np.cumsum(np.log1p(np.where(missing, 0.0, values)))]
    holes = np.r_[0, np.cumsum(missing)]
    out = np.full(len(values), np.nan)
    if len(values) >= horizon:
        whole = np.expm1(log[horizon:] - log[:-horizon])
        out[: len(whole)] = np.where(holes[horizon:] == holes[:-horizon], whole, np.nan)
    return out


def _positions(index: pd.Index, sessions: Sequence[pd.Timestamp] | pd.DatetimeIndex) -> Rows:
    """Row of each session, -1 outside the index; a date inside it that is no session is refused."""
    wanted = pd.DatetimeIndex(sessions)
    at = np.asarray(index.get_indexer(wanted), dtype=np.int64)
    if len(index):
        stray = wanted[(at < 0) & (wanted >= index[0]) & (wanted <= index[-1])]
        if len(stray):
            raise DataError(
                f"event {stray[0].date()} is not a session of these returns; "
                "pass the session that could react to it."
            )
    return at


def event_returns(
    returns: pd.Series,
    event_sessions: Sequence[pd.Timestamp] | pd.DatetimeIndex,
    horizons: Sequence[int],
    benchmark: pd.Series | None = None,
) -> pd.DataFrame:
    """Cumulative return from the close before each event, over several horizons.

    Args:
        returns: as in `window_returns`.
        event_sessions: m sessions that could react; day 0 is included.
        horizons: sessions; 1 is the event session alone.
        benchmark: as in `window_returns`.

    Returns:
        m rows (the sessions, in the order given) x one column a horizon, simple returns.

    NaN: events outside the returns, and horizons that run past the end or over a NaN.

    Raises:
        DataError: an event between two sessions, or what `window_returns` raises.
    """
    at = _positions(returns.index, event_sessions)
    table = {}
    for horizon in horizons:
        windows = np.r_[window_returns(returns, horizon, benchmark).to_numpy(), np.nan]
        table[horizon] = windows[at]  # -1 is the NaN just appended
    index = pd.DatetimeIndex(event_sessions, name="session")
    return pd.DataFrame(table, index=index, columns=list(horizons))


@dataclass(frozen=True)
class EventStudy:
    """Abnormal returns around events and tests of their mean.

    Attributes:
        abnormal: events x days relative to the event (columns -k … k), simple daily abnormal
            returns; only usable events.
        car: cumulative abnormal return of each event over the event window.
        mean: of `car`. t, p: cross-sectional t test with n - 1 degrees of freedom. interval: of
            the mean, same test. positive: events with a positive CAR. sign_p: exact binomial test
            of positive against one half. n: events used. dropped: events without a full window.
    """

    abnormal: pd.DataFrame
    car: pd.Series
    mean: float
    t: float
    p: float
    interval: Interval
    positive: int
    sign_p: float
    n: int
    dropped: int


def event_study(
    returns: pd.Series,
    benchmark: pd.Series,
    event_sessions: Sequence[pd.Timestamp] | pd.DatetimeIndex,
    window: tuple[int, int] = (0, 0),
    *,
    model: Model = "market",
    estimation: tuple[int, int] = ESTIMATION,
    confidence: float = CONFIDENCE,
) -> EventStudy:
    """Abnormal returns with a model estimated before each event (MacKinlay 1997).

    Args:
        returns: simple returns per session.
        benchmark: simple returns on the same dates.
        event_sessions: sessions that could react (day 0).
        window: first and last day relative to day 0 of the event window, both included.
        model: "market" subtracts intercept + slope x benchmark, fitted by OLS over `estimation`;
            "mean" subtracts the mean return over `estimation`; "relative" subtracts the benchmark.
        estimation: first and last day relative to day 0, both included, before `window`.
        confidence: of the interval of the mean.

    The t test takes the events as independent: their windows should not overlap.

    NaN: an event whose estimation or event window is not complete is dropped and counted.

    Raises:
        DataError: fewer than two usable events, a bad window, or other dates.
    """
    first, last = window
    start, stop = estimation
    if first > last or stop >= min(first, 0) or stop - start + 1 < MINIMUM_ESTIMATION:
        raise DataError(
            f"window = {window} with estimation = {estimation} cannot be used: the estimation "
            f"window must end before both the event window and day 0 and hold "
            f"{MINIMUM_ESTIMATION} days or more."
        )
    if not benchmark.index.equals(returns.index):
        raise DataError("the benchmark has other dates than the returns; align them first.")
    y, x = returns.to_numpy(dtype=float), benchmark.to_numpy(dtype=float)
    sessions = pd.DatetimeIndex(event_sessions)
    rows, kept = [], []
    for at, session in zip(_positions(returns.index, sessions), sessions, strict=True):
        if at < 0 or at + start < 0 or at + last >= len(y):
            continue
        before = slice(at + start, at + stop + 1)
        during = slice(at + first, at + last + 1)
        row = y[during] - _expected(y[before], x[before], x[during], model)
        if np.isfinite(row).all():
            rows.append(row)
            kept.append(session)
    if len(rows) < 2:
        raise DataError(
            f"an event study needs 2 events with full windows, got {len(rows)} of "
            f"{len(sessions)}; widen the dates."
        )
    days = list(range(first, last + 1))
    abnormal = pd.DataFrame(rows, index=pd.DatetimeIndex(kept, name="session"), columns=days)
    return _tested(abnormal, len(sessions) - len(rows), confidence)


def _expected(y: Array, x: Array, market: Array, model: Model) -> Array:
    if model == "relative":
        return market
    if model == "mean":
        return np.full(len(market), y.mean())
    if model != "market":
        raise DataError(f"model = {model!r} cannot be used: choose 'market', 'mean' or 'relative'.")
    spread = x - x.mean()
    slope = (spread @ y) / (spread @ spread)
    return np.asarray(y.mean() + slope * (market - x.mean()))


def _tested(abnormal: pd.DataFrame, dropped: int, confidence: float) -> EventStudy:
    from scipy.stats import binomtest, ttest_1samp

    car = abnormal.sum(axis=1).rename("car")
    test = ttest_1samp(car.to_numpy(), 0.0)
    low, high = test.confidence_interval(confidence)
    n, positive = len(car), int((car > 0.0).sum())
    text = f"cross-sectional t interval over {n} events"
    return EventStudy(
        abnormal=abnormal,
        car=car,
        mean=float(car.mean()),
        t=float(test.statistic),
        p=float(test.pvalue),
        interval=Interval(float(low), float(high), confidence, text),
        positive=positive,
        sign_p=float(binomtest(positive, n, 0.5).pvalue),
        n=n,
        dropped=dropped,
    )


def placebo_distribution(
    returns: pd.Series,
    n_events: int,
    horizon: int,
    *,
    benchmark: pd.Series | None = None,
    pool: pd.DatetimeIndex | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    min_gap: int = 1,
) -> Array:
    """Mean cumulative return of random dates: what events of no meaning would have shown.

    Args:
        returns: as in `window_returns`.
        n_events: dates a draw.
        horizon: as in `window_returns`.
        benchmark: as in `window_returns`.
        pool: sessions to draw from, default every session of the returns; take the real events
            out of it, or keep to the regime in which they fell.
        draws: sets of dates.
        seed: of `numpy.random.default_rng`.
        min_gap: sessions between two dates of a set at least, so that placebo windows overlap no
            more than the real ones do.

    Returns:
        `draws` means, shape (draws,).

    NaN: dates without a full window leave the pool.

    Raises:
        DataError: a pool too small for `n_events` dates `min_gap` apart, a count below 1, or what
            `window_returns` raises.
    """
    if n_events < 1 or draws < 1 or min_gap < 1:
        raise DataError("n_events, draws and min_gap must be 1 or more; raise the one that is not.")
    windows = window_returns(returns, horizon, benchmark).to_numpy()
    rows: Rows = np.arange(len(windows), dtype=np.int64)
    if pool is not None:
        rows = _positions(returns.index, pool)
        rows = np.unique(rows[rows >= 0])
    rows = rows[np.isfinite(windows[rows])]
    chosen = _spaced(rows, n_events, capped(draws), min_gap, np.random.default_rng(seed))
    return np.asarray(windows[chosen].mean(axis=1))


def _spaced(rows: Rows, k: int, draws: int, gap: int, rng: np.random.Generator) -> Rows:
    """`draws` sets of `k` of the rows, at least `gap` apart, added one at a time at random.

    A set into which no further row fits is begun again.
    """
    chosen = np.empty((draws, k), dtype=np.int64)
    pending = np.arange(draws)
    for _ in range(ATTEMPTS if len(rows) else 0):
        sets, complete_sets = _attempt(rows, k, len(pending), gap, rng)
        chosen[pending[complete_sets]] = sets[complete_sets]
        pending = pending[~complete_sets]
        if len(pending) == 0:
            return chosen
    raise DataError(
        f"{k} placebo dates {gap} sessions apart do not fit {len(rows)} candidate sessions; "
        "widen the pool or shorten the gap."
    )


def _attempt(
    rows: Rows, k: int, draws: int, gap: int, rng: np.random.Generator
) -> tuple[Rows, npt.NDArray[np.bool_]]:
    """Sets of rows, and which of them reached `k` rows within the tries allowed for each row."""
    candidates = rows.astype(np.int32)
    sets = np.empty((k, draws), dtype=np.int32)  # a column a set: comparing runs along the draws
    whole = np.ones(draws, dtype=bool)
    for i in range(k):
        todo = np.flatnonzero(whole)
        for _ in range(ATTEMPTS):
            picked = candidates[rng.integers(len(candidates), size=len(todo))]
            sets[i, todo] = picked
            others = sets[:i] if len(todo) == draws else sets[:i, todo]
            todo = todo[(np.abs(others - picked) < gap).any(axis=0)]
            if len(todo) == 0:
                break
        whole[todo] = False
    return sets.T.astype(np.int64), whole


def placebo_p_value(observed: float, placebo: Array) -> float:
    """Two-sided p-value of `observed` against placebo means.

    Twice the smaller tail share, each with 1 added to count and draws (Davison & Hinkley 1997,
    4.11), at most 1; so it is never 0.

    NaN: refused. Raises `DataError` on a missing value or no draws.
    """
    complete(pd.Series(np.asarray(placebo, dtype=float)), 1, "placebo_p_value")
    complete(pd.Series([observed], dtype=float), 1, "placebo_p_value")
    above = (1.0 + (placebo >= observed).sum()) / (1.0 + len(placebo))
    below = (1.0 + (placebo <= observed).sum()) / (1.0 + len(placebo))
    return float(min(1.0, 2.0 * min(above, below)))


@dataclass(frozen=True)
class Rank:
    """Where one window stands among all windows of its length.

    Attributes:
        value: cumulative return of the window. percentile: share of all windows below it, ties
            counted half, in [0, 1]. windows: their number. sessions: length of each.
    """

    value: float
    percentile: float
    windows: int
    sessions: int


def rank_among_windows(
    returns: pd.Series,
    first_close: pd.Timestamp,
    last_close: pd.Timestamp,
    benchmark: pd.Series | None = None,
) -> Rank:
    """Return from one close to another, ranked among all overlapping windows of that length.

    The percentile describes; overlapping windows are not independent, so it is no p-value.

    Args:
        returns: as in `window_returns`; the window starts AFTER `first_close`.
        first_close: a session of the returns, or the base close before their first.
        last_close: a later session of the returns.
        benchmark: as in `window_returns`.

    NaN: windows holding a NaN are left out; a NaN inside the asked window is refused.

    Raises:
        DataError: a date that is not a session, an empty window, or a missing return in it.
    """
    index = pd.DatetimeIndex(returns.index)
    increasing(index, "rank_among_windows")
    first, last = pd.Timestamp(first_close), pd.Timestamp(last_close)
    begin, stop = int(index.searchsorted(first, side="right")), int(index.get_indexer([last])[0])
    if stop < begin or (begin > 0 and index[begin - 1] != first):
        raise DataError(
            f"the window {first.date()} to {last.date()} cannot be used: both must be closes of "
            "these returns, the first before the last."
        )
    windows = window_returns(returns, stop - begin + 1, benchmark)
    value = float(windows.iloc[begin])
    if not np.isfinite(value):
        raise DataError(f"a return is missing between {first.date()} and {last.date()}.")
    usable = windows.dropna().to_numpy()
    below = float((usable < value).sum() + 0.5 * (usable == value).sum())
    return Rank(value, below / len(usable), len(usable), stop - begin + 1)
