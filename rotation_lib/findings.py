"""What a measured result looks like: a value with its uncertainty and its provenance.

Findings are made by the studies and only read by everything after them. This
module computes nothing from data.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from .errors import LedgerError, nearest
from .stats.bootstrap import CONFIDENCE, SEED
from .units import UnitName

__all__ = [
    "CONFIDENCE",
    "SEED",
    "Finding",
    "FindingSet",
    "HasBounds",
    "Specification",
    "chapter_of",
    "missing",
    "tendency",
]


class HasBounds(Protocol):
    """An interval: what :class:`rotation_lib.stats.bootstrap.Interval` offers."""

    @property
    def low(self) -> float:
        """Lower end."""

    @property
    def high(self) -> float:
        """Upper end."""

    @property
    def confidence(self) -> float:
        """Coverage aimed at."""

    @property
    def method(self) -> str:
        """How it was made."""


#: What a finding knows besides its number, by name.
Facts = Mapping[str, str | int | float]


class Finding(BaseModel):
    """One number of the report.

    Attributes:
        id: stable key, ``chapter.snake_case``.
        label: what it is, for a reader.
        value: plain fraction unless ``unit`` says otherwise; ``None`` with a ``reason``.
        unit: what it is counted in, which settles how it is written everywhere.
        low, high: interval of a tendency; ``None`` for the realised return of a named window.
        confidence: coverage aimed at by the interval, ``None`` without one.
        method: how value and interval were computed, with draws and seed.
        n: observations used.
        start, end: first return date and last date used (ISO).
        series: catalog ids.
        percentile: rank of a fact among all windows of its length since 2010, 0 to 1.
        facts: what sentences need besides, such as the day of a peak or the years compared; ISO
            days, plain text or numbers.
        made_by: the function that measured it, as ``module:function``.
        reason: why the value is missing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    chapter: str
    label: str
    value: float | None
    unit: UnitName
    low: float | None = None
    high: float | None = None
    confidence: float | None = None
    method: str = ""
    n: int | None = None
    start: str | None = None
    end: str | None = None
    series: tuple[str, ...] = ()
    percentile: float | None = None
    facts: Facts = {}
    made_by: str = ""
    reason: str | None = None

    @field_validator("value", "low", "high", "percentile", mode="before")
    @classmethod
    def _no_nan(cls, value: Any) -> float | None:
        return None if value is None or not math.isfinite(value) else float(value)

    @model_validator(mode="after")
    def _explained(self) -> Finding:
        if self.value is None and not self.reason:
            raise ValueError(f"{self.id}: a missing value needs a reason")
        if (self.low is None) != (self.high is None):
            raise ValueError(f"{self.id}: an interval has two ends")
        return self

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval lies wholly on one side of zero."""
        return self.low is not None and self.high is not None and self.low * self.high > 0


class Specification(BaseModel):
    """One of several reasonable ways to measure a claim.

    Attributes:
        label: how it was measured.
        value, unit, low, high, percentile: as of a :class:`Finding`.
        p: of its placebo test.
        part: of the claim that it measures otherwise, on the same scale; empty for one that is
            only shown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    value: float | None
    unit: UnitName
    low: float | None = None
    high: float | None = None
    percentile: float | None = None
    p: float | None = None
    part: str = ""

    @field_validator("value", "low", "high", "percentile", "p", mode="before")
    @classmethod
    def _no_nan(cls, value: Any) -> float | None:
        return None if value is None or not math.isfinite(value) else float(value)


class FindingSet(Mapping[str, Finding]):
    """Findings by id, in the order they were made; an unknown id is answered with a near one."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._by_id: dict[str, Finding] = {}
        for finding in findings:
            if finding.id in self._by_id:
                raise LedgerError(f"finding {finding.id!r} was made twice; ids must be unique")
            self._by_id[finding.id] = finding

    def __getitem__(self, key: str) -> Finding:
        try:
            return self._by_id[key]
        except KeyError:
            raise LedgerError(
                f"no finding is called {key!r}; {nearest(key, self._by_id)}"
            ) from None

    def __contains__(self, key: object) -> bool:
        return key in self._by_id

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)


def chapter_of(finding_id: str) -> str:
    """The chapter part of a finding's id."""
    return finding_id.split(".", 1)[0]


def tendency(
    id: str,
    label: str,
    value: float,
    interval: HasBounds | None,
    *,
    unit: UnitName,
    index: pd.DatetimeIndex,
    series: Iterable[str],
    method: str = "",
    n: int | None = None,
    percentile: float | None = None,
    facts: Facts | None = None,
    made_by: str = "",
) -> Finding:
    """A finding that has a value: a tendency with its interval, or a fact with its rank.

    Args:
        id: stable key.
        label: what it is.
        value: the estimate.
        interval: its bounds; ``None`` only where the method text says why there are none.
        unit: see :class:`Finding`.
        index: dates used, first and last of which are recorded.
        series: catalog ids.
        method: overrides the interval's own description.
        n: observations, if not ``len(index)``.
        percentile, facts, made_by: see :class:`Finding`.
    """
    days = index.to_numpy()
    return Finding(
        id=id,
        chapter=chapter_of(id),
        label=label,
        value=value,
        unit=unit,
        low=None if interval is None else interval.low,
        high=None if interval is None else interval.high,
        confidence=None if interval is None else interval.confidence,
        method=method or ("" if interval is None else interval.method),
        n=len(index) if n is None else n,
        start=_iso(days.min()) if len(days) else None,
        end=_iso(days.max()) if len(days) else None,
        series=tuple(series),
        percentile=percentile,
        facts=facts or {},
        made_by=made_by,
        reason="the estimate is not defined for these data" if not math.isfinite(value) else None,
    )


def missing(
    id: str, label: str, *, unit: UnitName, series: Iterable[str], reason: str, made_by: str = ""
) -> Finding:
    """A finding that cannot be had, with the reason a reader is shown.

    >>> missing("risks.beta", "Beta", unit="ratio", series=["IWM"], reason="too short").value is None
    True
    """
    return Finding(
        id=id,
        chapter=chapter_of(id),
        label=label,
        value=None,
        unit=unit,
        series=tuple(series),
        made_by=made_by,
        reason=reason,
    )


def _iso(day: np.datetime64) -> str:
    return str(day)[:10]
