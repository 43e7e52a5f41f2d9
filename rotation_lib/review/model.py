"""What a comparison of two builds says, as plain data with a JSON schema.

These types are only filled and read; nothing is compared or rendered here.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Cause = Literal["data", "parameters", "code", "dependencies"]
CAUSES: tuple[Cause, ...] = ("data", "parameters", "code", "dependencies")


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Because(_Plain):
    """Why something changed.

    Attributes:
        causes: the inputs that made the change; several if each had a part in it.
        certain: false where more than one input differs and they could not be told apart, so
            that ``causes`` lists the candidates.
    """

    causes: tuple[Cause, ...]
    certain: bool = True

    def text(self) -> str:
        """For people: "data", "data and code", or "undetermined (data or code)"."""
        if not self.causes:
            return "undetermined"
        if self.certain:
            return " and ".join(self.causes)
        return f"undetermined ({' or '.join(self.causes)})"


class FindingChange(_Plain):
    """One finding that moved, appeared or vanished.

    Attributes:
        units: change of the value over half the width of the interval before (after, if there
            was none before); ``None`` without an interval or without a value on both sides.
        share: change of the value over its size before; ``None`` where that is zero or missing.
        fields: what else differs: interval, rank, n, period, unit, label, method, series, reason.
    """

    id: str
    chapter: str
    label: str
    unit: str
    kind: Literal["moved", "redefined", "appeared", "vanished"]
    before: float | None
    after: float | None
    before_interval: tuple[float, float] | None = None
    after_interval: tuple[float, float] | None = None
    units: float | None = None
    share: float | None = None
    fields: tuple[str, ...] = ()
    slight: bool = False
    because: Because


class ClaimChange(_Plain):
    """One claim whose verdict, rule or evidence changed, or that appeared or vanished."""

    id: str
    chapter: str
    title: str
    kind: Literal["verdict", "appeared", "vanished", "rule", "evidence"]
    before: str
    after: str
    because: Because


class SeriesChange(_Plain):
    """Rows of one series or table that are new, revised or gone.

    ``unlisted`` is set where only checksums were at hand: the rows differ, no more is known.
    """

    id: str
    added: int = 0
    revised: int = 0
    lost: int = 0
    examples: tuple[str, ...] = ()
    unlisted: bool = False


class ChartChange(_Plain):
    """One chart whose picture looks different, or that appeared or vanished.

    Attributes:
        style: the specification differs, apart from title, alt text and data.
        values: the data drawn differ.
        share: part of the picture that differs, 0 to 1.
    """

    id: str
    kind: Literal["redrawn", "appeared", "vanished"]
    style: bool = False
    values: bool = False
    share: float = 0.0


class WordChange(_Plain):
    """One sentence that reads differently; ``before`` or ``after`` is empty if it is new or gone.

    ``typed`` sentences stand in a chapter as they are; others are computed, and changes of
    their figures alone do not count.
    """

    chapter: str
    typed: bool
    before: str
    after: str


class CodeChange(_Plain):
    """One function, class, chapter cell or file that differs."""

    path: str
    name: str
    role: Literal["measuring", "drawing", "wording", "rules"]
    kind: Literal["changed", "added", "removed"]


class Review(_Plain):
    """Everything that differs between two builds."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    base: str
    head: str
    counts: dict[str, int]
    differing: tuple[Cause, ...]
    details: tuple[str, ...]
    claims: tuple[ClaimChange, ...]
    findings: tuple[FindingChange, ...]
    series: tuple[SeriesChange, ...]
    charts: tuple[ChartChange, ...]
    words: tuple[WordChange, ...]
    code: tuple[CodeChange, ...]
    notes: tuple[str, ...]

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @property
    def unchanged(self) -> bool:
        """Whether a reader of the report would see and download the same."""
        return not (self.claims or self.findings or self.series or self.charts or self.words)

    def record(self) -> dict[str, Any]:
        """As plain data."""
        return self.model_dump(mode="json", by_alias=True)


def schema() -> dict[str, Any]:
    """JSON schema of :meth:`Review.record`."""
    return Review.model_json_schema(by_alias=True, mode="serialization")
