"""The report's parameters: their only definition, and every reason to refuse one.

Nothing here reads data; what depends on data (sessions, first and last date)
is settled by :meth:`rotation_lib.market.Market.load`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from .catalog import load_catalog
from .errors import ParameterError, nearest

FIRST_START = date(2010, 1, 4)
LATEST = "latest"
MINIMUM_SESSIONS = 63

M = TypeVar("M", bound=BaseModel)


def _as_date(name: str, value: object) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ParameterError(
        name, value, "dates are written YYYY-MM-DD and must exist", "for example 2024-09-18"
    )


class ReportParams(BaseModel):
    """What a reader may set for the whole report.

    Attributes:
        start: first day whose return counts; the base close is the session before it.
        end: last day, or ``"latest"`` for the newest session the data allow.
        as_of: when set, only what had been published by that day is visible.
        source: where data come from, ``"snapshot"`` (embedded) or ``"live"``.
        small: symbol that stands for small caps.
        large: symbol that stands for large caps.
        tech: symbol that stands for big technology.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: date = FIRST_START
    end: date | Literal["latest"] = "latest"
    as_of: date | None = None
    source: Literal["snapshot", "live"] = "snapshot"
    small: str = "IWM"
    large: str = "SPY"
    tech: str = "QQQ"

    @field_validator("start", mode="before")
    @classmethod
    def _start(cls, value: object) -> date:
        return _as_date("start", value)

    @field_validator("end", mode="before")
    @classmethod
    def _end(cls, value: object) -> date | str:
        return LATEST if value in (None, "", LATEST) else _as_date("end", value)

    @field_validator("as_of", mode="before")
    @classmethod
    def _as_of(cls, value: object) -> date | None:
        return None if value in (None, "") else _as_date("as_of", value)

    @field_validator("source", mode="before")
    @classmethod
    def _source(cls, value: object) -> object:
        if value not in ("snapshot", "live"):
            raise ParameterError(
                "source", value, "it is 'snapshot' (embedded) or 'live'", "try 'snapshot'"
            )
        return value

    @field_validator("small", "large", "tech", mode="before")
    @classmethod
    def _symbol(cls, value: object, info: Any) -> str:
        funds = [s.id for s in load_catalog().series.values() if s.kind in ("fund", "stock")]
        if value not in funds:
            raise ParameterError(
                info.field_name,
                value,
                "it must be a fund or stock of data/catalog.toml",
                nearest(str(value), funds),
            )
        return str(value)

    @model_validator(mode="after")
    def _order(self) -> ReportParams:
        if self.start < FIRST_START:
            raise ParameterError(
                "start",
                self.start.isoformat(),
                f"data begin with the session of {FIRST_START}",
                f"use {FIRST_START} or later",
            )
        if isinstance(self.end, date) and self.start >= self.end:
            raise ParameterError(
                "start",
                self.start.isoformat(),
                f"it must lie before end = {self.end}",
                f"swap the two dates, or use {max(FIRST_START, self.end - timedelta(days=365))}",
            )
        if self.as_of is not None and isinstance(self.end, date) and self.end > self.as_of:
            raise ParameterError(
                "end",
                self.end.isoformat(),
                f"nothing after as_of = {self.as_of} was known on that day",
                f"use end = {self.as_of} or leave end out",
            )
        if len({self.small, self.large, self.tech}) < 3:
            raise ParameterError(
                "small, large, tech",
                f"{self.small}, {self.large}, {self.tech}",
                "the three must differ",
                "a fund compared with itself shows nothing",
            )
        return self

    def as_strings(self) -> dict[str, str]:
        """The seven parameters as plain strings, as a parameters cell holds them."""
        return {
            "start": self.start.isoformat(),
            "end": self.end if isinstance(self.end, str) else self.end.isoformat(),
            "as_of": "" if self.as_of is None else self.as_of.isoformat(),
            "source": self.source,
            "small": self.small,
            "large": self.large,
            "tech": self.tech,
        }


class NoExtras(BaseModel):
    """A chapter without parameters of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class RateSensitivityExtras(NoExtras):
    """What the rate chapter adds: the length of the rolling window."""

    rolling_weeks: int = Field(default=104, ge=52, le=520)


class TechValuationsExtras(NoExtras):
    """What the technology chapter adds: the daily fall that counts as hard."""

    hard_fall: float = Field(default=-0.02, ge=-0.10, le=-0.005)


class ReshoringExtras(NoExtras):
    """What the reshoring chapter adds: the longest lead of spending that is tried."""

    lead_months: int = Field(default=12, ge=1, le=36)


class RisksExtras(NoExtras):
    """What the risk chapter adds: the rise in the 2-year yield of the first scenario, in pp."""

    yield_shock: float = Field(default=1.0, ge=-3.0, le=3.0)


EXTRAS: dict[str, type[NoExtras]] = {
    "rate_sensitivity": RateSensitivityExtras,
    "tech_valuations": TechValuationsExtras,
    "reshoring_sectors": ReshoringExtras,
    "risks": RisksExtras,
}


def report_params(**values: object) -> ReportParams:
    """Build :class:`ReportParams`, turning every refusal into one :class:`ParameterError`.

    Args:
        values: any of the seven parameters; ``None`` means the default.

    Raises:
        ParameterError: for an unknown name, a wrong type or an impossible combination.

    >>> report_params(end="2023-12-29").as_strings()["end"]
    '2023-12-29'
    >>> report_params(end="2023-02-30")
    Traceback (most recent call last):
    rotation_lib.errors.ParameterError: end = '2023-02-30' cannot be used: dates are written
    YYYY-MM-DD and must exist; for example 2024-09-18.
    """
    _refuse_unknown(values, ReportParams)
    return _build(ReportParams, {k: v for k, v in values.items() if v is not None})


def chapter_extras(chapter: str, values: Mapping[str, object]) -> NoExtras:
    """The validated extra parameters of ``chapter``.

    Raises:
        ParameterError: for a name the chapter does not have, or a value out of range.
    """
    model = EXTRAS.get(chapter, NoExtras)
    _refuse_unknown(values, model)
    return _build(model, values)


def extra_names() -> dict[str, tuple[str, ...]]:
    """Extra parameter names by chapter."""
    return {chapter: tuple(model.model_fields) for chapter, model in EXTRAS.items()}


def _refuse_unknown(values: Mapping[str, object], model: type[BaseModel]) -> None:
    known = tuple(model.model_fields)
    for name, value in values.items():
        if name not in known:
            allowed = f"known parameters are {', '.join(known)}" if known else "there are none"
            raise ParameterError(name, value, allowed, nearest(name, known) if known else "drop it")


def _build(model: type[M], values: Mapping[str, object]) -> M:
    try:
        return model(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ParameterError(
            name, first["input"], first["msg"].lower(), _range_advice(model, name)
        ) from None


def _range_advice(model: type[BaseModel], name: str) -> str:
    field = model.model_fields[name]
    bounds = {type(m).__name__: m for m in field.metadata}
    low, high = bounds.get("Ge"), bounds.get("Le")
    span = f" between {low.ge} and {high.le}" if low and high else ""
    return f"use a value{span}, for example {field.default!r}"
