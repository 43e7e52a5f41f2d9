"""The shape of what a build leaves for machines: ``findings.json`` and ``build.json``.

Whoever reads them elsewhere is told here what to rely on; the JSON schemas lie beside them on the
site. Nothing is measured or judged here.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .findings import Finding, Specification
from .strength import Strength, Verdict


class _Plain(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Ways(_Plain):
    """How many other ways, or days, of measuring there are, and how many say the same."""

    n: int = Field(ge=0)
    same: int = Field(ge=0)


class PartRecord(_Plain):
    """One part of a claim: what it says, what decided it, and how far it is borne."""

    id: str
    says: str
    strength: Strength
    finding: str | None
    asked: str
    measured: str
    detectable: float | None
    specifications: Ways
    end_dates: Ways
    why: str


class SourceRecord(_Plain):
    """What a cited source says, where, and how it was read."""

    number: int
    says: str
    address: str
    read: str


class ClaimRecord(_Plain):
    """One claim with its verdict, its sentence and its parts."""

    id: str
    chapter: str
    title: str
    verdict: Verdict
    robust: bool | None
    sentence: str
    reason: str
    rule: str
    parts: list[PartRecord] = Field(min_length=1)
    findings: list[str]
    sources: list[SourceRecord]
    specifications: list[Specification]


class FindingsRecord(_Plain):
    """``findings.json``: every finding of a report, and every claim judged by them."""

    schema_version: Literal[2] = Field(alias="schema")
    data_through: str
    as_of: str | None
    params: dict[str, str]
    source: str
    data_sha256: str
    revision: str
    environment_sha256: str
    findings: list[Finding]
    claims: list[ClaimRecord]


class SeriesRecord(_Plain):
    """What was read of one series."""

    last: str | None
    count: int | None
    sha256: str | None


class ChapterRecord(_Plain):
    """How one chapter was made."""

    seconds: float
    cached: bool


class BuildRecord(_Plain):
    """``build.json``: what a report was made from, and with what; more may stand there."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    schema_version: Literal[1] = Field(alias="schema")
    params: dict[str, str]
    extras: dict[str, dict[str, Any]]
    notes: list[str]
    source: str
    data_sha256: str
    data_through: str
    revision: str
    dirty: bool | None
    code_sha256: str
    lock_sha256: str | None
    environment_sha256: str
    differences: Any
    series: dict[str, SeriesRecord]
    python: str
    packages: dict[str, str]
    chapters: dict[str, ChapterRecord]


#: File of the site → the shape of what it holds.
SHAPES: dict[str, type[BaseModel]] = {"findings": FindingsRecord, "build": BuildRecord}


def schemas() -> dict[str, dict[str, Any]]:
    """File name → JSON schema of the record that lies beside it, such as ``findings.schema.json``."""
    return {
        f"{name}.schema.json": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **shape.model_json_schema(by_alias=True, mode="serialization"),
        }
        for name, shape in SHAPES.items()
    }
