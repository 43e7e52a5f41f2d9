"""What every series is: the only place that gives a ticker or a series id its meaning.

Reads ``data/catalog.toml`` and answers questions about it. It must never touch
market data or the network.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from .errors import DataError, nearest
from .project import CATALOG_FILE
from .tables import read_table, rows_of

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["fund", "stock", "index", "macro"]
Frequency = Literal["daily", "weekly", "monthly", "quarterly"]
Embed = Literal["returns", "levels", "no"]

#: Months a period lasts; daily and weekly observations are dated by their last day.
_PERIOD_MONTHS: dict[str, int] = {"monthly": 1, "quarterly": 3}
_FIRST_HOLIDAY_YEAR, _LAST_HOLIDAY_YEAR = 1999, 2040


class Series(BaseModel):
    """One series of the catalog.

    Attributes:
        id: the project's name for it, also its column or ``series_id``.
        title: full name. ``short`` is the label on charts and in sentences.
        role: what the report uses it for, e.g. ``"small cap"`` or ``"yield"``.
        kind: ``fund``, ``stock``, ``index`` or ``macro``.
        unit: of the stored values.
        frequency: decides where an observation's period ends.
        source: which live source serves it, under ``source_id``; ``"none"`` if none does.
        publisher: who produces it. ``licence`` is a key of :attr:`Catalog.licences`.
        lag_days: calendar days from the period's last day to publication.
        lag_days_q4: the same for fourth quarters, where they take longer.
        lag_business_days: the same in federal working days.
        embed: what the snapshot may hold.
        revisions: whether later vintages differ from what was first published.
        as_of: ``"refused"`` where no lag describes how the series became known.
        required: whether a source without it is unusable.
        quiet: whether it may keep one price for days, as bills, short notes and loans do.
        notes: known faults, for the reader.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    short: str = Field(min_length=1)
    role: str = Field(min_length=1)
    kind: Kind
    unit: str = Field(min_length=1)
    frequency: Frequency
    source: Literal["yahoo", "fred", "none"]
    source_id: str
    publisher: str = Field(min_length=1)
    licence: str
    lag_days: int | None = None
    lag_days_q4: int | None = None
    lag_business_days: int | None = Field(default=None, ge=0)
    embed: Embed
    revisions: Literal["none", "some", "history"]
    as_of: Literal["lag", "refused"] = "lag"
    required: bool
    quiet: bool = False
    notes: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Series:
        if (self.lag_days is None) == (self.lag_business_days is None):
            raise ValueError("give either lag_days or lag_business_days")
        if self.lag_business_days is not None and self.frequency != "daily":
            raise ValueError("lag_business_days belongs to daily series")
        if self.lag_days_q4 is not None and self.frequency != "quarterly":
            raise ValueError("lag_days_q4 belongs to quarterly series")
        if self.embed == "levels" and self.kind != "macro":
            raise ValueError("levels of a fund, stock or index may not be embedded")
        if self.embed == "returns" and self.kind == "macro":
            raise ValueError("a macro series is embedded as levels or not at all")
        if (self.source == "none") != (self.source_id == ""):
            raise ValueError("source_id is empty exactly where no source serves the series")
        return self

    @property
    def point_in_time(self) -> bool:
        """Whether a lag can say what of it had been published by a past day."""
        return self.as_of == "lag"

    @property
    def has_total_return(self) -> bool:
        """Whether dividends are known; an index level holds none."""
        return self.kind in ("fund", "stock")


class Publication(BaseModel):
    """Release dates that break the lag of some series.

    ``published`` maps an observation date to its release date, or to ``None``
    where the observation was never published.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    series: tuple[str, ...]
    evidence: str = Field(min_length=1)
    published: dict[date, date | None]

    @field_validator("published", mode="before")
    @classmethod
    def _never(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {period: None if day == "never" else day for period, day in value.items()}

    @model_validator(mode="after")
    def _after_period(self) -> Publication:
        for period, day in self.published.items():
            if day is not None and day <= period:
                raise ValueError(f"{period} cannot have been published on {day}")
        return self


class Catalog(BaseModel):
    """All series by id, in the order of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    series: dict[str, Series]
    licences: dict[str, str]
    notices: dict[str, str]
    publication: tuple[Publication, ...] = ()

    @model_validator(mode="after")
    def _references(self) -> Catalog:
        for item in self.series.values():
            if item.licence not in self.licences:
                raise ValueError(f"{item.id}: licence {item.licence!r} is not described")
        seen: set[tuple[str, date]] = set()
        for block in self.publication:
            for series_id in block.series:
                if series_id not in self.series:
                    raise ValueError(f"publication dates for unknown series {series_id!r}")
                keys = {(series_id, period) for period in block.published}
                if keys & seen:
                    raise ValueError(f"publication dates of {series_id} are given twice")
                seen |= keys
        return self

    def __getitem__(self, series_id: str) -> Series:
        """The entry of ``series_id``.

        Raises:
            DataError: for an id the catalog does not have; names the nearest one.
        """
        try:
            return self.series[series_id]
        except KeyError:
            raise DataError(
                f"Series {series_id!r} is not in data/catalog.toml: "
                f"{nearest(series_id, self.series)}."
            ) from None

    def select(
        self,
        *,
        kind: Kind | tuple[Kind, ...] | None = None,
        role: str | None = None,
        embed: Embed | tuple[Embed, ...] | None = None,
        source: str | None = None,
    ) -> tuple[str, ...]:
        """Ids that meet every condition given, in the order of the file.

        Raises:
            DataError: for a role that no series has.
        """
        roles = {item.role for item in self.series.values()}
        if role is not None and role not in roles:
            raise DataError(f"No series has the role {role!r}: {nearest(role, roles)}.")
        return tuple(self._matching(_as_tuple(kind), role, _as_tuple(embed), source))

    def _matching(
        self,
        kinds: tuple[str, ...],
        role: str | None,
        embeds: tuple[str, ...],
        source: str | None,
    ) -> Iterator[str]:
        for item in self.series.values():
            if (kinds and item.kind not in kinds) or (embeds and item.embed not in embeds):
                continue
            if role not in (None, item.role) or source not in (None, item.source):
                continue
            yield item.id

    def publication_date(self, series_id: str, observation_date: date) -> date | None:
        """The day an observation became public; ``None`` if it never did.

        The lag counts from the last day of the observed period (the month's or
        quarter's end; daily and weekly observations are dated by it already). A
        calendar lag that ends on a weekend or federal holiday rolls to the next
        working day.

        Args:
            series_id: a catalog id.
            observation_date: as FRED dates it, the first day of a month or quarter.

        Raises:
            DataError: unknown series, or one that no lag can describe (USREC).

        >>> from datetime import date
        >>> str(load_catalog().publication_date("CPIAUCSL", date(2024, 1, 1)))
        '2024-02-15'
        """
        day = self._published(series_id, np.array([observation_date], dtype="datetime64[D]"))[0]
        return None if np.isnat(day) else day.item()

    def published(self, series_id: str, dates: pd.Series | pd.DatetimeIndex) -> pd.DatetimeIndex:
        """:meth:`publication_date` for many observations at once; NaT where never published."""
        import pandas as pd

        days = self._published(series_id, dates.to_numpy().astype("datetime64[D]"))
        return pd.DatetimeIndex(days.astype("datetime64[us]"))

    def _published(self, series_id: str, days: np.ndarray) -> np.ndarray:
        item = self[series_id]
        if item.as_of == "refused":
            raise DataError(
                f"{series_id} cannot be shown as of a past day: {item.notes or 'no lag fits it'} "
                "Leave as_of empty or do without this series."
            )
        published = _lagged(item, days)
        for period, release in self._exceptions(series_id).items():
            published[days == np.datetime64(period)] = np.datetime64(release or "NaT", "D")
        return published

    def _exceptions(self, series_id: str) -> dict[date, date | None]:
        return {
            period: release
            for block in self.publication
            if series_id in block.series
            for period, release in block.published.items()
        }


def _as_tuple(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value or ()


def _lagged(item: Series, days: np.ndarray) -> np.ndarray:
    holidays = _federal_holidays()
    if item.lag_business_days is not None:
        # A weekend observation (DFF) is published with Friday's: count from the day before.
        later: np.ndarray = np.busday_offset(
            days, item.lag_business_days, roll="backward", holidays=holidays
        )
        return later
    months = _PERIOD_MONTHS.get(item.frequency)
    ends = days
    lags = np.full(days.shape, item.lag_days, dtype="int64")
    if months:
        first = days.astype("datetime64[M]")
        after = first + np.timedelta64(months, "M")
        ends = after.astype("datetime64[D]") - np.timedelta64(1, "D")
        if item.lag_days_q4 is not None:
            fourth = first.astype("int64") % 12 >= 9
            lags[fourth] = item.lag_days_q4
    published: np.ndarray = ends + lags.astype("timedelta64[D]")
    if item.kind != "macro":
        return published
    rolled: np.ndarray = np.busday_offset(published, 0, roll="forward", holidays=holidays)
    return rolled


@lru_cache(maxsize=1)
def _federal_holidays() -> np.ndarray:
    from pandas.tseries.holiday import USFederalHolidayCalendar

    days = USFederalHolidayCalendar().holidays(
        date(_FIRST_HOLIDAY_YEAR, 1, 1), date(_LAST_HOLIDAY_YEAR, 12, 31)
    )
    holidays: np.ndarray = days.to_numpy().astype("datetime64[D]")
    return holidays


def read_catalog(path: Path) -> Catalog:
    """Read a catalog file.

    Raises:
        DataError: the file is missing, is not TOML, repeats an id or breaks a rule.
    """
    raw = read_table(path)
    if raw.pop("schema", None) != 1:
        raise DataError(f"{path.name} must say schema = 1: restore it from git.")
    try:
        items = [Series(**entry) for entry in rows_of(raw, "series", path)]
        repeated = {i.id for i in items if sum(j.id == i.id for j in items) > 1}
        if repeated:
            raise DataError(f"{path.name} lists {', '.join(sorted(repeated))} twice.")
        return Catalog(**{**raw, "series": {item.id: item for item in items}})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or error.title
        raise DataError(f"{path.name}: {where}: {first['msg']}.") from None


@lru_cache(maxsize=1)
def load_catalog() -> Catalog:
    """The project's catalog, read once."""
    return read_catalog(CATALOG_FILE)


__all__ = ["Catalog", "Publication", "Series", "load_catalog", "read_catalog"]
