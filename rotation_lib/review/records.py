"""The records of a build as files: read, and refused where they are not what a build writes.

Only the shape is judged. A record that passes can be compared without looking again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, FiniteFloat, ValidationError, model_validator

from ..errors import BuildError


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")


class _Finding(_Part):
    id: str
    chapter: str
    label: str
    unit: str
    value: FiniteFloat | None
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    percentile: FiniteFloat | None = None


class _Test(_Part):
    finding: str
    asked: str = ""
    outcome: str


class _ClaimPart(_Part):
    id: str
    strength: str
    asked: str = ""
    finding: str | None = None


class _Claim(_Part):
    id: str
    chapter: str
    verdict: str
    title: str = ""
    parts: list[_ClaimPart] = []
    # Of reports of schema 1, which judged a claim by tests.
    tests: list[_Test] = []


class _Findings(_Part):
    params: dict[str, str]
    findings: list[_Finding]
    claims: list[_Claim]

    @model_validator(mode="after")
    def _once(self) -> _Findings:
        for kind, entries in (("finding", self.findings), ("claim", self.claims)):
            ids = [entry.id for entry in entries]
            if len(ids) != len(set(ids)):
                raise ValueError(f"a {kind} is listed twice")
        return self


class _Build(_Part):
    params: dict[str, str]
    packages: dict[str, str] = {}
    extras: dict[str, dict[str, Any]] | None = None
    series: dict[str, dict[str, Any]] | None = None


def read_findings(path: Path) -> dict[str, Any]:
    """The record of a ``findings.json``.

    Raises:
        BuildError: one line, for a file that is missing, damaged, or no such record.
    """
    return _checked(path, _Findings)


def read_build(path: Path) -> dict[str, Any]:
    """The record of a ``build.json``; errors as in :func:`read_findings`."""
    return _checked(path, _Build)


def _checked(path: Path, shape: type[_Part]) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BuildError(f"{path} cannot be read: {error}; build it again.") from None
    try:
        shape.model_validate(record)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the record"
        raise BuildError(
            f"{path} holds no report: {where}: {first['msg']}; build it again."
        ) from None
    return dict(record)
