"""The one door to data for studies and chapters: a dataset seen through a window.

A Market never reads files itself and never fills a gap: what is missing stays NaN,
and what was snapped or hidden is told in ``notes``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from .catalog import Catalog, load_catalog
from .errors import DataError, ParameterError
from .params import LATEST, MINIMUM_SESSIONS, ReportParams
from .sources.base import Dataset
from .store import open_source, source_state
from .store.age import age_notes

# pandas takes these where it finds them, and adds in another order with them. No package asks for
# them: without this, whoever happens to have one would get other last digits.
pd.set_option("compute.use_bottleneck", False)
pd.set_option("compute.use_numexpr", False)

#: Dates and values of one series.
Observed = tuple[npt.NDArray[np.datetime64], npt.NDArray[np.float64]]


@lru_cache(maxsize=2)
def _dataset(source: str, state: str) -> Dataset:
    """Read once for each state of the source."""
    return open_source(source).load()


@dataclass(frozen=True, eq=False)
class Market:
    """Data up to ``end`` (and, with ``as_of``, only what had been published by then).

    Attributes:
        params: the parameters with ``start``, ``end`` and ``as_of`` settled on real sessions.
        dataset: the whole dataset; studies use the views below, never this.
        base: session whose close is the base of all cumulative figures, just before ``start``.
        notes: what was snapped or hidden, one sentence each, for the reader.
    """

    params: ReportParams
    dataset: Dataset
    base: pd.Timestamp
    notes: tuple[str, ...]

    @classmethod
    def load(cls, params: ReportParams) -> Market:
        """Open the source that ``params`` names and cut it to the window.

        Raises:
            ParameterError: for dates outside the data, or a window under 63 sessions.
            DataError: if the source cannot be trusted, or lacks a symbol in the window.

        >>> market = Market.load(ReportParams(start="2015-01-01", end="2023-12-30"))
        >>> str(market.start.date()), str(market.end.date()), str(market.base.date())
        ('2015-01-02', '2023-12-29', '2014-12-31')
        >>> market.notes[0]
        '2015-01-01 is no session: the window starts on 2015-01-02.'
        """
        dataset = _dataset(params.source, source_state(params.source))
        return cls.from_dataset(dataset, params)

    @classmethod
    def from_dataset(cls, dataset: Dataset, params: ReportParams) -> Market:
        """As :meth:`load`, on data already read."""
        sessions = dataset.total_returns.index
        settled, base, notes = _settle(params, sessions, _first_close(dataset))
        market = cls(settled, dataset, base, (*notes, *age_notes(dataset.provenance)))
        market._require_listed()
        return market

    # -- the window -------------------------------------------------------------------

    @cached_property
    def start(self) -> pd.Timestamp:
        """First session whose return counts."""
        return pd.Timestamp(self.params.start)

    @cached_property
    def end(self) -> pd.Timestamp:
        """Last session."""
        return pd.Timestamp(self.params.end)

    @property
    def small(self) -> str:
        """Symbol that stands for small caps."""
        return self.params.small

    @property
    def large(self) -> str:
        """Symbol that stands for large caps."""
        return self.params.large

    @property
    def tech(self) -> str:
        """Symbol that stands for big technology."""
        return self.params.tech

    @cached_property
    def horizon(self) -> pd.Timestamp:
        """The day of knowledge: ``as_of`` where set, else ``end``."""
        return self.end if self.params.as_of is None else pd.Timestamp(self.params.as_of)

    @property
    def catalog(self) -> Catalog:
        """What every series is."""
        return load_catalog()

    # -- prices -----------------------------------------------------------------------

    @cached_property
    def history(self) -> pd.DataFrame:
        """Simple daily total returns, every session since 2010-01-04 up to ``end``."""
        return self.dataset.total_returns.loc[: self.end]

    @cached_property
    def price_history(self) -> pd.DataFrame:
        """Simple daily price returns, every session since 2010-01-04 up to ``end``."""
        return self.dataset.price_returns.loc[: self.end]

    @cached_property
    def total_returns(self) -> pd.DataFrame:
        """Simple daily total returns from ``start`` to ``end``, sessions × symbols."""
        return self.history.loc[self.start :]

    @cached_property
    def price_returns(self) -> pd.DataFrame:
        """Simple daily price returns from ``start`` to ``end``, sessions × symbols."""
        return self.price_history.loc[self.start :]

    @cached_property
    def sessions(self) -> pd.DatetimeIndex:
        """Sessions of the window."""
        return pd.DatetimeIndex(self.total_returns.index)

    @cached_property
    def closes(self) -> pd.DatetimeIndex:
        """All closes known: the base close of the data, then every session up to ``end``."""
        first = pd.DatetimeIndex([_first_close(self.dataset)])
        return first.append(pd.DatetimeIndex(self.history.index))

    def relative(self, a: str, b: str) -> pd.Series:
        """Daily simple total return of ``a`` minus that of ``b`` in the window, NaN dropped."""
        both = self.complete(a, b)
        return (both[a] - both[b]).rename(f"{a} − {b}")

    def complete(self, *symbols: str) -> pd.DataFrame:
        """Simple daily total returns of the window's sessions on which all of ``symbols`` have one.

        Sessions × symbols as given, each once; the frame is the caller's own.
        """
        if symbols not in self._complete:
            names = list(dict.fromkeys(symbols))
            values = np.array([self.total_returns[name].to_numpy() for name in names])
            known = ~np.isnan(values).any(axis=0)
            frame = pd.DataFrame(values.T, index=self.sessions, columns=names)
            # With nothing dropped the index stays the same object, which pandas aligns at once.
            self._complete[symbols] = frame if known.all() else frame[known]
        return self._complete[symbols].copy(deep=False)

    @cached_property
    def _complete(self) -> dict[tuple[str, ...], pd.DataFrame]:
        """Sets of funds asked for so far."""
        return {}

    # -- macro ------------------------------------------------------------------------

    @cached_property
    def observations(self) -> pd.DataFrame:
        """Visible macro observations, long: ``series_id, date, value``."""
        rows = self.dataset.observations
        dates = pd.DatetimeIndex(rows["date"])
        known = np.asarray(dates <= self.end)
        if self.params.as_of is None:
            return rows[known]
        for series_id, at in rows.groupby("series_id", sort=False).indices.items():
            if series_id in self._dated_series or not self.catalog[str(series_id)].point_in_time:
                known[at] = False
                continue
            until_end = at[known[at]]
            published = self.catalog.published(str(series_id), dates[until_end])
            known[until_end] = published.to_numpy() <= self.horizon.to_datetime64()
        true = self._vintages[self._vintages["date"] <= self.end][list(rows.columns)]
        return pd.concat([true, rows[known]]) if len(true) else rows[known]

    @cached_property
    def _vintages(self) -> pd.DataFrame:
        """True vintages of the day of knowledge."""
        rows = self.dataset.vintages
        return rows[rows["as_of"] == self.horizon]

    @cached_property
    def _dated_series(self) -> frozenset[str]:
        """Series whose values are those of a true vintage."""
        if self.params.as_of is None:
            return frozenset()
        return frozenset(self._vintages["series_id"])

    def macro(self, series_id: str) -> pd.Series:
        """Observations of one series, by the first day of the period observed, up to ``end``.

        With ``as_of`` only those published by then. NaN are left out.

        Raises:
            DataError: if the series is unknown, may not be embedded, or has nothing to show.
        """
        entry = self.catalog[series_id]
        if self.basis(series_id) == "publication lag" and not entry.point_in_time:
            raise DataError(
                f"{series_id} is revised too late to be known on a day: leave as_of empty to use it."
            )
        if not self.has_macro(series_id):
            why = (
                "its licence does not allow it to be embedded, use source = 'live'"
                if entry.embed == "no"
                else f"it has no observation up to {self.end.date()}"
            )
            raise DataError(f"{series_id} ({entry.title}) cannot be shown: {why}.")
        dates, values = self._observed[series_id]
        return pd.Series(values, index=pd.DatetimeIndex(dates, name="date"), name=series_id)

    def has_macro(self, series_id: str) -> bool:
        """Whether :meth:`macro` would answer."""
        return series_id in self._observed

    @cached_property
    def _observed(self) -> dict[str, Observed]:
        """Dates and values of each series with a visible observation."""
        rows = self.observations
        dates, values = rows["date"].to_numpy(), rows["value"].to_numpy()
        places = rows.groupby("series_id", sort=False).indices
        return {str(name): (dates[at], values[at]) for name, at in places.items()}

    @cached_property
    def yields(self) -> pd.DataFrame:
        """Daily rates in percent, days × series, never forward filled."""
        daily = sorted(
            s.id
            for s in self.catalog.series.values()
            if s.kind == "macro" and s.frequency == "daily" and s.unit == "percent"
        )
        observed = {name: self._observed[name] for name in daily if self.has_macro(name)}
        every = [dates for dates, _ in observed.values()]
        days = np.sort(pd.unique(np.concatenate(every or [np.empty(0, "datetime64[us]")])))
        table = np.full((len(observed), len(days)), np.nan)
        for row, (dates, values) in zip(table, observed.values(), strict=True):
            row[days.searchsorted(dates)] = values
        return pd.DataFrame(table.T, pd.Index(days, name="date"), pd.Index([*observed], dtype=str))

    def basis(self, series_id: str) -> str:
        """How a series was made point-in-time.

        ``"latest vintage"`` without ``as_of``; with it ``"vintage"`` where the source knows what
        had been published by that day, else ``"publication lag"``.
        """
        if self.params.as_of is None:
            return "latest vintage"
        return "vintage" if series_id in self._dated_series else "publication lag"

    # -- events -----------------------------------------------------------------------

    def _dated(self, frame: pd.DataFrame, column: str) -> pd.DataFrame:
        known = frame[column] <= min(self.end, self.horizon)
        return frame[known & (frame[column] >= self.history.index[0])].reset_index(drop=True)

    @cached_property
    def events(self) -> pd.DataFrame:
        """Dated events whose reaction session lies between 2010 and ``end``."""
        return self._dated(self.dataset.events, "reaction_session")

    @cached_property
    def decisions(self) -> pd.DataFrame:
        """Federal Reserve decisions from 2010 to ``end``."""
        return self._dated(self.dataset.decisions, "reaction_session")

    @cached_property
    def cpi_releases(self) -> pd.DataFrame:
        """Consumer price releases from 2010 to ``end``."""
        return self._dated(self.dataset.cpi_releases, "reaction_session")

    @property
    def fundamentals(self) -> pd.DataFrame:
        """SEC facts for fiscal periods that ended by ``end`` (75 days earlier under ``as_of``)."""
        facts = self.dataset.fundamentals
        # Annual reports of these filers appear within 60 days; 75 leaves room for the slowest.
        lag = pd.Timedelta(days=0 if self.params.as_of is None else 75)
        return facts[facts["end"] <= self.end - lag].reset_index(drop=True)

    @property
    def splits(self) -> pd.DataFrame:
        """Share splits: ``ticker, date, ratio``. All of them: filings are restated later."""
        return self.dataset.splits

    def _require_listed(self) -> None:
        for name in ("small", "large", "tech"):
            symbol = getattr(self.params, name)
            column = self.dataset.total_returns[symbol]
            first, last = column.first_valid_index(), column.last_valid_index()
            if first is None or first > self.start or last < self.end:
                raise ParameterError(
                    name,
                    symbol,
                    f"its returns run from {_day(first)} to {_day(last)}, "
                    f"not from {_day(self.start)} to {_day(self.end)}",
                    "choose another fund or a window inside those dates",
                )


def _settle(
    params: ReportParams, sessions: pd.DatetimeIndex, first_close: pd.Timestamp
) -> tuple[ReportParams, pd.Timestamp, tuple[str, ...]]:
    """Snap the dates of ``params`` to ``sessions``; say what was snapped."""
    first, last = sessions[0], sessions[-1]
    notes: list[str] = []
    as_of = params.as_of
    if as_of is not None and not first.date() <= as_of <= last.date():
        near = last if as_of > last.date() else first
        raise ParameterError(
            "as_of",
            as_of.isoformat(),
            f"these data know the days from {_day(first)} to {_day(last)}",
            f"the nearest valid value is {_day(near)}",
        )
    if params.end == LATEST:
        wanted_end = pd.Timestamp(as_of) if as_of else last
    else:
        wanted_end = pd.Timestamp(params.end)
    if wanted_end > last:
        raise ParameterError(
            "end",
            wanted_end.date().isoformat(),
            f"the newest session in these data is {_day(last)}",
            f"the nearest valid value is {_day(last)}",
        )
    wanted_start = pd.Timestamp(params.start)
    if wanted_start >= wanted_end:
        raise ParameterError(
            "start",
            _day(wanted_start),
            f"it must lie before end = {_day(wanted_end)}",
            f"the nearest valid value is {_day(sessions[max(0, len(sessions) - MINIMUM_SESSIONS)])}",
        )
    end = sessions[sessions.searchsorted(wanted_end, side="right") - 1]
    position = sessions.searchsorted(wanted_start)
    start = sessions[position]
    count = sessions.searchsorted(end) - position + 1
    if count < MINIMUM_SESSIONS:
        latest_start = sessions[max(0, sessions.searchsorted(end) - MINIMUM_SESSIONS + 1)]
        raise ParameterError(
            "start",
            _day(wanted_start),
            f"the window to {_day(end)} holds {max(count, 0)} sessions and at least "
            f"{MINIMUM_SESSIONS} are needed",
            f"the nearest valid value is {_day(latest_start)}",
        )
    if start != wanted_start:
        notes.append(f"{_day(wanted_start)} is no session: the window starts on {_day(start)}.")
    if params.end != LATEST and end != wanted_end:
        notes.append(f"{_day(wanted_end)} is no session: the window ends on {_day(end)}.")
    base = sessions[position - 1] if position else first_close
    settled = params.model_copy(update={"start": start.date(), "end": end.date()})
    return settled, base, tuple(notes)


def _first_close(dataset: Dataset) -> pd.Timestamp:
    return pd.Timestamp(dataset.provenance["base_close"])


def _day(stamp: pd.Timestamp | date | None) -> str:
    if stamp is None:
        return "nowhere"
    return (stamp.date() if isinstance(stamp, pd.Timestamp) else stamp).isoformat()
