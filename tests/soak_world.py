"""A made-up year of five prices and two statistics, and of a vendor that tells it with errors.

The truth is drawn once from a seed. What the vendor shows on a day is the truth so far, changed by
the errors of that day; each error ends, so that the vendor finally tells everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from standin import Standin, adjusted

from rotation_lib.sources.exchange import xnys_sessions
from rotation_lib.store import open_source

#: Sessions before the first day, and days without a new error at the end of it all.
PAST, QUIET = 280, 10
FIRST = pd.Timestamp("2026-08-03")
#: Share of the price that is paid each quarter, where anything is.
PAYS = {"IWM": 0.0035, "SPY": 0.0033, "KRE": 0.006, "AAPL": 0.0012}
PRICES = ("IWM", "^RUT", "SPY", "KRE", "AAPL")
MACRO = ("DGS10", "CPIAUCSL")
SERIES = (*PRICES, *MACRO)
#: Errors in data that no rule can see, and those that must never be stored.
SILENT = ("late dividend", "bad print", "last digits")
REFUSED = ("dividend unlike adjusted close", "late split", "split half done", "wild print")
REFUSED += ("dividend tripled", "dividend twice")
HOLES = ("bar late", "bar null")
STATISTICS = ("revision", "value late", "times 1000", "newest gone", "one gone")


@dataclass(frozen=True)
class Error:
    """Something wrong in what the vendor tells of one series.

    Attributes:
        kind: which error. ``name``: of the series.
        day: of the bar or observation that is told wrongly.
        last: number of the last session on which it is.
        size: of a wrong print, as a factor.
    """

    kind: str
    name: str
    day: pd.Timestamp
    last: int
    size: float = 1.0


@dataclass
class World:
    """The truth, and what is wrong with what is told of it.

    Attributes:
        sessions: all of them; the first day of the year is number :data:`PAST`.
        closed: sessions of the calendar on which the exchange was closed, and nobody knew.
        bars: as traded, by symbol. ``values``: by statistic; ``known``: session number from which
            on each is published.
        names: of the series. ``errors``: those that were drawn so far.
    """

    rng: np.random.Generator
    sessions: pd.DatetimeIndex
    closed: pd.DatetimeIndex
    bars: dict[str, pd.DataFrame]
    values: dict[str, pd.Series]
    known: dict[str, pd.Series]
    names: tuple[str, ...]
    errors: list[Error] = field(default_factory=list)

    @classmethod
    def drawn(cls, seed: int, days: int, names: tuple[str, ...] = SERIES) -> World:
        """A year of so many days, of these series."""
        rng = np.random.default_rng(seed)
        every = xnys_sessions(
            FIRST - pd.Timedelta(days=600), FIRST + pd.Timedelta(days=2 * (days + QUIET))
        )
        at = int(every.searchsorted(FIRST))
        sessions = every[at - PAST : at + days + QUIET]
        shut = rng.choice(np.arange(PAST + 8, PAST + max(9, days)), days // 100, replace=False)
        closed = pd.DatetimeIndex(sessions[np.sort(shut)])
        bars = {
            name: made[~made["date"].isin(closed)].reset_index(drop=True)
            for name, made in _bars(rng, sessions, days).items()
            if name in names
        }
        values, known = _statistics(rng, sessions.difference(closed), sessions)
        values = {name: told for name, told in values.items() if name in names}
        return cls(rng, sessions, closed, bars, values, known, names)

    def serve(self, server: Standin, number: int) -> None:
        """Let the vendor tell what it knows after session ``number``."""
        today = self.sessions[number]
        now = [e for e in self.errors if e.last >= number]
        knows = {}
        for name, whole in self.bars.items():
            bars = whole[whole["date"] <= today].reset_index(drop=True)
            knows[name] = bars
            for error in (e for e in now if e.name == name):
                bars = ERRORS[error.kind](bars, error)
            server.bars[name] = bars.reset_index(drop=True)
        for name, values in self.values.items():
            told = values[self.known[name] <= number]
            for error in (e for e in now if e.name == name):
                told = ERRORS[error.kind](told, error)
            server.macro[name] = told
        better = {e.name for e in now if e.kind == "dividend unlike adjusted close"}
        server.shown = lambda symbol, chart: (
            _adjusted_by(chart, knows[symbol]) if symbol in better else None
        )

    # -- drawing errors ---------------------------------------------------------------

    def err(self, number: int, chance: float) -> Iterator[Error]:
        """Errors that begin on a day, each series with the same chance."""
        for name in self.names:
            if self.rng.random() < chance and (error := self._error(name, number)):
                self.errors.append(error)
                yield error

    def _error(self, name: str, number: int) -> Error | None:
        short, long = (number + int(self.rng.integers(0, n)) for n in (4, 60))
        end = len(self.sessions) - QUIET - 1
        if name in MACRO:
            kind = str(self.rng.choice(STATISTICS))
            return self._of_statistic(kind, name, number, min(short, end))
        bars = self.bars[name]
        bars = bars[bars["date"] <= self.sessions[number]]
        paid, split = (bars[bars[c] != e].tail(2) for c, e in (("dividend", 0.0), ("split", 1.0)))
        recent = bars.tail(40)
        kinds = [*HOLES, "bad print", "wild print", "last digits"]
        if len(paid):
            kinds += ["late dividend", "dividend unlike adjusted close"] * 2
            kinds += ["dividend tripled", "dividend twice"]
        if len(split):
            kinds += ["late split", "split half done"] * 2
        kind = str(self.rng.choice(kinds))
        days = paid if "dividend" in kind else split if "split" in kind else recent
        if kind in HOLES:
            days = bars.tail(2)
        day = days["date"].iloc[int(self.rng.integers(0, len(days)))]
        taken = {(e.name, e.day) for e in self.errors if e.last >= number}
        if (name, day) in taken:
            return None
        last = min(long if kind in SILENT else short, end)
        size = 1 + float(self.rng.choice([-1, 1])) * float(self.rng.uniform(0.002, 0.03))
        if kind == "wild print":
            size = float(self.rng.choice([100.0, 0.01, 1.5, 0.5]))
        if kind == "last digits":
            self._last_digits(name, day)
        return Error(kind, name, day, last, size)

    def _of_statistic(self, kind: str, name: str, number: int, last: int) -> Error | None:
        told = self.values[name][self.known[name] <= number]
        day = told.index[-1 - int(self.rng.integers(2, 12))]
        if kind == "revision":
            self.values[name] = self.values[name].copy()
            self.values[name][day] = round(float(told[day]) * 1.002 + 0.01, 3)
        if kind == "one gone" and name == "CPIAUCSL":
            return None
        if kind in ("times 1000", "value late", "newest gone"):
            day = told.index[-1]
        return Error(kind, name, day, last)

    def _last_digits(self, name: str, day: pd.Timestamp) -> None:
        """The vendor restates closes by less than a reader would see, for good."""
        bars = self.bars[name]
        rows = bars.index[(bars["date"] <= day)][-30:]
        bars.loc[rows, "close"] *= 1 + 2.0**-40


def _bars(
    rng: np.random.Generator, sessions: pd.DatetimeIndex, days: int
) -> dict[str, pd.DataFrame]:
    count = len(sessions)
    market = rng.normal(0.0003, 0.008, count)
    russell = 1.1 * market + rng.normal(0, 0.004, count)
    moves = {
        "IWM": russell + rng.normal(0, 0.0004, count),
        "^RUT": russell,
        "SPY": market + rng.normal(0, 0.001, count),
        "KRE": market + rng.normal(0, 0.006, count),
        "AAPL": market + rng.normal(0, 0.01, count),
    }
    made = {}
    for name, own in moves.items():
        paid = np.zeros(count)
        if name in PAYS:
            paid[int(rng.integers(20, 50)) :: 63] = PAYS[name]
        split = np.ones(count)
        if name in ("IWM", "KRE", "AAPL"):
            day = PAST + int(rng.integers(3, max(4, days - 3)))
            split[day], paid[day] = {"IWM": 2.0, "KRE": 0.5, "AAPL": 4.0}[name], 0.0
        close = 100.0 * np.exp(own.cumsum()) * np.cumprod(1 - paid) / split.cumprod()
        before = np.append(close[0], close[:-1]) / split
        made[name] = pd.DataFrame(
            {
                "date": sessions,
                "close": close.round(6),
                "dividend": (paid * before).round(4),
                "split": split,
            }
        )
    return made


def _statistics(
    rng: np.random.Generator, open_days: pd.DatetimeIndex, sessions: pd.DatetimeIndex
) -> tuple[dict[str, pd.Series], dict[str, pd.Series]]:
    """The two statistics as embedded, and made up from there on; with the session of release."""
    rows = open_source("snapshot").load().observations.set_index("date")
    values, known = {}, {}
    for name in MACRO:
        past = rows.loc[rows["series_id"] == name, "value"]
        past = past[(past.index > FIRST - pd.DateOffset(years=3)) & (past.index < FIRST)]
        if name == "DGS10":
            days = open_days[open_days > past.index[-1]]
            steps = rng.normal(0, 0.04, len(days)).cumsum().round(2)
        else:
            days = pd.date_range(past.index[-1], sessions[-1], freq="MS", inclusive="right")
            days = days.as_unit("us")
            steps = rng.uniform(0.2, 1.2, len(days)).cumsum().round(3)
        made = pd.Series((past.iloc[-1] + steps).round(3), index=days)
        values[name] = pd.concat([past, made])
        lag = pd.Timedelta(days=1 if name == "DGS10" else 42)
        known[name] = pd.Series(sessions.searchsorted(values[name].index + lag), values[name].index)
    return values, known


# -- what an error does to what is told ----------------------------------------------------------


def _at(
    bars: pd.DataFrame, error: Error, column: str, change: Callable[[float], float]
) -> pd.DataFrame:
    out = bars.copy()
    row = out["date"] == error.day
    out.loc[row, column] = out.loc[row, column].map(change)
    return out


def _no_bar(bars: pd.DataFrame, error: Error) -> pd.DataFrame:
    """No bar; its actions are not told either, until it comes."""
    return bars[bars["date"] != error.day]


def _late_split(bars: pd.DataFrame, error: Error) -> pd.DataFrame:
    return _at(bars, error, "split", lambda ratio: 1.0)


def _half_split(bars: pd.DataFrame, error: Error) -> pd.DataFrame:
    """The split is told, and closes before it are not divided by it."""
    out = bars.copy()
    ratio = float(bars.loc[bars["date"] == error.day, "split"].prod())
    out.loc[out["date"] < error.day, "close"] *= ratio
    return out


def _twice(bars: pd.DataFrame, error: Error) -> pd.DataFrame:
    """The dividend is told for the session after as well."""
    out = bars.copy()
    rows = out.index[out["date"] == error.day]
    if len(rows) and rows[0] + 1 in out.index:
        out.loc[rows[0] + 1, "dividend"] = out.loc[rows[0], "dividend"]
    return out


def _print(bars: pd.DataFrame, error: Error) -> pd.DataFrame:
    return _at(bars, error, "close", lambda close: close * error.size)


def _paid_nothing(bars: pd.DataFrame, error: Error) -> pd.DataFrame:
    return _at(bars, error, "dividend", lambda paid: 0.0)


ERRORS: dict[str, Callable[..., pd.DataFrame]] = {
    "late dividend": _paid_nothing,
    "dividend unlike adjusted close": _paid_nothing,
    "dividend tripled": lambda bars, e: _at(bars, e, "dividend", lambda paid: 3 * paid),
    "dividend twice": _twice,
    "late split": _late_split,
    "split half done": _half_split,
    "bad print": _print,
    "wild print": _print,
    "last digits": lambda bars, e: bars,
    "bar late": _no_bar,
    "bar null": lambda bars, e: _at(bars, e, "close", lambda close: float("nan")),
    "revision": lambda values, e: values,
    "value late": lambda values, e: values.drop(e.day, errors="ignore"),
    "one gone": lambda values, e: values.drop(e.day, errors="ignore"),
    "newest gone": lambda values, e: values[values.index < e.day].iloc[:-2],
    "times 1000": lambda values, e: values.where(values.index != e.day, values * 1000),
}


def _adjusted_by(chart: dict[str, object], truth: pd.DataFrame) -> None:
    """The vendor's own adjusted close knows a dividend that its events lack."""
    result = chart["chart"]["result"][0]  # type: ignore[index]
    ratios = truth["split"].to_numpy()
    after = ratios[::-1].cumprod()[::-1] / ratios
    own = adjusted(truth["close"].to_numpy() / after, truth["dividend"].to_numpy() / after)
    stamps = pd.DatetimeIndex(truth["date"]).tz_localize("America/New_York").as_unit("s").asi8
    by_stamp = dict(zip((stamps + 34_200).tolist(), own.tolist(), strict=True))
    told = [by_stamp.get(stamp) for stamp in result["timestamp"]]
    result["indicators"]["adjclose"] = [{"adjclose": told}]
