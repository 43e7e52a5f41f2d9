"""Bars as they were traded: made from what Yahoo shows, merged, and turned into returns.

Yahoo divides every past close and dividend by the splits that came after. Undone before
storing, a stored bar never changes again, whatever is split later; adjustment happens
on reading. It must never fill a bar.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

COLUMNS = ("date", "close", "dividend", "split")
#: Sessions at the end that may still change, and are fetched and replaced each time.
PROVISIONAL = 5
#: Sessions before those that are fetched again and must agree.
OVERLAP = 25
#: Relative difference of two closes that are the same: Yahoo serves single precision.
SAME = 2e-5
#: Digits of a stored return, as in the snapshot, so that no finding depends on the source.
DIGITS = 6


@dataclass(frozen=True)
class Pulled:
    """What one answer holds of sessions that are over; as :class:`Merged`, not yet merged."""

    bars: pd.DataFrame
    notes: tuple[str, ...]
    moved: tuple[str, ...]


@dataclass(frozen=True)
class Merged:
    """A series after a pull.

    Attributes:
        bars: frame of :data:`COLUMNS`, ascending.
        added, revised: bars that are new, or differ from what was stored.
        notes: what was left out, one sentence each.
        moved: actions that act on another bar than their own, one sentence each.
        whole: whether all of it was asked for, settled bars too.
    """

    bars: pd.DataFrame
    added: int
    revised: int
    notes: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    whole: bool = False


def as_traded(shown: pd.DataFrame) -> pd.DataFrame:
    """Undo the split adjustment of Yahoo's bars.

    Args:
        shown: as :meth:`rotation_lib.sources.yahoo.Yahoo.bars` hands it out.

    Returns:
        Frame of :data:`COLUMNS` with closes and dividends in the money of their day and
        ``split`` 1 where there was none; ``gain`` likewise, and ``adjusted`` as it came.
    """
    ratio = shown["split"].where(shown["split"] > 0, 1.0).to_numpy(dtype="float64")
    # What was split after a day multiplies that day's figures; the day's own split does not.
    after = np.append(np.cumprod(ratio[::-1])[::-1][1:], 1.0)
    return pd.DataFrame(
        {
            "date": shown.index,
            "close": shown["close"].to_numpy() * after,
            "dividend": shown["dividend"].to_numpy() * after,
            "split": ratio,
            "gain": shown["gain"].to_numpy() * after,
            "adjusted": shown["adjusted"].to_numpy(),
        }
    )


def only_sessions(bars: pd.DataFrame, sessions: pd.DatetimeIndex) -> Pulled:
    """Bars with a close on sessions that are over, with every action on the bar that it acts on.

    Args:
        bars: frame of :data:`COLUMNS`, and more.
        sessions: every session that is over.

    Returns:
        The bars up to a hole that is recent: vendors often fill it later.
    """
    bars = bars[bars["date"] <= sessions[-1]].reset_index(drop=True)
    kept = bars["date"].isin(sessions) & bars["close"].notna()
    off = bars.loc[~bars["date"].isin(sessions) & bars["close"].notna(), "date"]
    notes = []
    if len(off):
        first = f"{off.iloc[0]:%Y-%m-%d}"
        notes.append(f"{len(off)} bar(s) on days without a session were left out, first {first}.")
    moved = {}
    for i in map(int, np.flatnonzero(_acts(bars) & ~kept)):
        what = f"{_action(bars.loc[i])} of {bars['date'][i]:%Y-%m-%d}, a day without a bar,"
        later = np.flatnonzero(kept & (bars.index > i))
        if len(later):
            day = bars["date"][later[0]]
            moved[f"{what} acts on {day:%Y-%m-%d}."] = day
            bars = _carried(bars, i, int(later[0]))
        else:
            notes.append(f"{what} waits for the next bar.")
    bars, cut = _cut_at_recent_gap(bars[kept].reset_index(drop=True), sessions)
    last = bars["date"].max()
    told = tuple(text for text, day in moved.items() if day <= last)
    return Pulled(bars, (*notes, *cut), told)


def _acts(bars: pd.DataFrame) -> pd.Series:
    return (bars["dividend"] != 0) | (bars["gain"] != 0) | (bars["split"] != 1)


def _carried(bars: pd.DataFrame, at: int, to: int) -> pd.DataFrame:
    """The action of row ``at`` on row ``to``, in the money of that day."""
    out = bars.copy()
    passed = bars["split"].to_numpy()[at + 1 : to + 1].prod()
    for name in ("dividend", "gain"):
        out.loc[to, name] += bars[name][at] / passed
    out.loc[to, "split"] *= bars["split"][at]
    out.loc[at, ["dividend", "split", "gain"]] = [0.0, 1.0, 0.0]
    return out


def _action(bar: pd.Series) -> str:
    parts = []
    if bar["split"] != 1:
        parts.append(f"split of {bar['split']:g} for 1")
    if bar["dividend"] != 0:
        parts.append(f"dividend of {bar['dividend']:.4g}")
    if bar["gain"] != 0:
        parts.append(f"capital gain of {bar['gain']:.4g}")
    return f"The {' and the '.join(parts)}"


def _cut_at_recent_gap(
    bars: pd.DataFrame, sessions: pd.DatetimeIndex
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Drop what follows a hole among the provisional sessions."""
    recent = sessions[-PROVISIONAL - 1 :]
    missing = recent.difference(pd.DatetimeIndex(bars["date"]))
    later = [day for day in missing if (bars["date"] > day).any()]
    if not later:
        return bars, ()
    kept = bars[bars["date"] < later[0]].reset_index(drop=True)
    return kept, (f"No bar for {later[0]:%Y-%m-%d}: later ones are left out until it is there.",)


def overlap_start(stored: pd.DataFrame) -> pd.Timestamp:
    """First day to ask for, so that the pull overlaps what is stored."""
    return stored["date"].iloc[max(0, len(stored) - PROVISIONAL - OVERLAP)]


def agrees(stored: pd.DataFrame, pulled: pd.DataFrame) -> bool:
    """Whether a pull repeats the settled bars it overlaps: same days, closes and actions."""
    settled = stored.iloc[:-PROVISIONAL] if len(stored) > PROVISIONAL else stored.iloc[:0]
    if pulled.empty or settled.empty:
        return False
    old = settled[settled["date"] >= pulled["date"].iloc[0]].set_index("date")
    new = pulled[pulled["date"] <= settled["date"].iloc[-1]].set_index("date")
    return len(old) > 0 and old.index.equals(new.index) and not different(old, new).any()


def merge(stored: pd.DataFrame, pulled: pd.DataFrame) -> Merged:
    """Append a pull that :func:`agrees` to what is stored; its bars replace provisional ones."""
    first = stored["date"].iloc[max(0, len(stored) - PROVISIONAL)]
    tail = pulled[pulled["date"] >= first]
    bars = pd.concat([stored[stored["date"] < first], tail], ignore_index=True)
    return compared(stored, bars)


def compared(stored: pd.DataFrame | None, bars: pd.DataFrame) -> Merged:
    """``bars`` with the count of what is new and what differs from ``stored``."""
    if stored is None:
        return Merged(bars, len(bars), 0)
    old, new = stored.set_index("date"), bars.set_index("date")
    both = old.index.intersection(new.index)
    revised = int(different(old.loc[both], new.loc[both]).sum())
    return Merged(bars, len(new.index.difference(old.index)), revised)


def different(old: pd.DataFrame, new: pd.DataFrame) -> pd.Series:
    """Which bars differ by more than the precision in which they are served; same days in both."""
    apart = pd.Series(False, index=old.index)
    for name in ("close", "dividend", "split"):
        size = np.maximum(old[name].abs(), 1e-12)
        # A dividend is known to a hundredth of a cent at best: below that it is the same.
        slack = 1e-4 if name == "dividend" else 0.0
        apart |= (old[name] - new[name]).abs() > size * SAME + slack
    return apart


def returns(bars: pd.DataFrame, *, has_total: bool = True) -> tuple[pd.Series, pd.Series]:
    """Simple returns between adjacent bars, adjusted for splits and dividends.

    The total return is the vendor's own, c[t] / (c[t−1] / s[t] − d[t]) − 1: the dividend
    leaves the price before the ex-date (the multiplier 1 − d/c of adjusted closes, after
    the Center for Research in Security Prices). A return after a hole spans the hole.

    Args:
        bars: frame of :data:`COLUMNS`.
        has_total: false for an index, which has no dividends.

    Returns:
        Total and price returns by session, rounded to :data:`DIGITS`; the first bar is only
        the base. Total returns are empty where ``has_total`` is false.
    """
    close = bars["close"].to_numpy()
    base = close[:-1] / bars["split"].to_numpy()[1:]
    days = pd.DatetimeIndex(bars["date"].iloc[1:], name="date")
    price = pd.Series(close[1:] / base - 1, index=days).round(DIGITS)
    if not has_total:
        return price.iloc[:0], price
    total = pd.Series(close[1:] / (base - bars["dividend"].to_numpy()[1:]) - 1, index=days)
    return total.round(DIGITS), price
