"""Findings of a theme, computed once for given data, parameters and code.

The chapters, the ledger and the command line all ask here; a folder named in
``ROTATION_FINDINGS`` keeps what was computed, by content key. Without the folder
everything is computed on the spot. It must never change a finding.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple

from . import environment
from .claims import load_ledger
from .findings import Finding, FindingSet, Specification
from .fingerprint import canonical, code_key, data_key, digest, packages_key, settings_key
from .judging import Judged, PartJudged, judge
from .market import Market
from .project import THEMES, measuring
from .sweep.history import stored_history

FOLDER_VARIABLE = "ROTATION_FINDINGS"


class ThemeResult(NamedTuple):
    """All that one theme measured."""

    findings: tuple[Finding, ...]
    specifications: Mapping[str, list[Specification]]


@contextmanager
def kept_in(folder: Path) -> Iterator[None]:
    """Keep and reuse results in ``folder`` for the length of a ``with`` block."""
    before = os.environ.get(FOLDER_VARIABLE)
    os.environ[FOLDER_VARIABLE] = str(folder.resolve())
    try:
        yield
    finally:
        if before is None:
            del os.environ[FOLDER_VARIABLE]
        else:
            os.environ[FOLDER_VARIABLE] = before


def theme_result(theme: str, market: Market) -> ThemeResult:
    """Findings and specifications of one theme.

    Args:
        theme: one of :data:`rotation_lib.project.THEMES`.
        market: data and window.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return _compute(theme, market)
    path = Path(folder) / f"{theme}-{_key(theme, market)[:16]}.json"
    kept = _read(path)
    if kept is None:
        kept = _compute(theme, market)
        _write(path, kept)
    return kept


def all_results(market: Market) -> tuple[FindingSet, tuple[Judged, ...]]:
    """Every finding of the report, and every claim judged by them, in the ledger's order."""
    results = [theme_result(theme, market) for theme in THEMES]
    findings = FindingSet(f for r in results for f in r.findings)
    specifications = {k: v for r in results for k, v in r.specifications.items()}
    ends = stored_history(market).ends
    return findings, tuple(judge(c, findings, specifications, ends) for c in load_ledger())


def theme_results(theme: str, market: Market) -> tuple[FindingSet, tuple[Judged, ...]]:
    """Findings of one theme, and its claims judged by them."""
    result = theme_result(theme, market)
    findings = FindingSet(result.findings)
    own = [c for c in load_ledger() if c.chapter == theme]
    ends = stored_history(market).ends
    return findings, tuple(judge(c, findings, result.specifications, ends) for c in own)


def report_record(market: Market, revision: str) -> dict[str, Any]:
    """The machine-readable report, as ``findings.json`` holds it."""
    findings, judged = all_results(market)
    return {
        "schema": 2,
        "data_through": market.end.date().isoformat(),
        "as_of": market.params.as_strings()["as_of"] or None,
        "params": market.params.as_strings(),
        "source": market.params.source,
        "data_sha256": market.dataset.provenance["data_sha256"],
        "revision": revision,
        "environment_sha256": environment.here().sha256,
        "findings": [f.model_dump(mode="json") for f in findings.values()],
        "claims": [claim_record(j) for j in judged],
    }


def claim_record(judged: Judged) -> dict[str, Any]:
    """One judged claim as plain data."""
    claim = judged.claim
    return {
        "id": claim.id,
        "chapter": claim.chapter,
        "title": claim.title,
        "verdict": judged.verdict.value,
        "robust": judged.robust,
        "sentence": judged.sentence,
        "reason": judged.reason,
        "rule": judged.rule,
        "parts": [part_record(p) for p in judged.parts],
        "findings": list(claim.findings),
        "sources": [s.model_dump(mode="json") for s in claim.source],
        "specifications": [s.model_dump(mode="json") for s in judged.specifications],
    }


def part_record(judged: PartJudged) -> dict[str, Any]:
    """One judged part of a claim as plain data."""
    part = judged.part
    return {
        "id": part.id,
        "says": part.says,
        "strength": judged.strength.value,
        "finding": part.finding,
        "asked": judged.asked,
        "measured": judged.measured,
        "detectable": judged.detectable,
        "specifications": asdict(judged.specifications),
        "end_dates": asdict(judged.end_dates),
        "why": part.why,
    }


def _compute(theme: str, market: Market) -> ThemeResult:
    study = import_module(measuring(theme))
    return ThemeResult(tuple(study.findings(market)), study.specifications(market))


def _key(theme: str, market: Market) -> str:
    study = [measuring(theme)]
    return digest(
        canonical(market.params.as_strings()),
        data_key(market),
        code_key(study),
        settings_key("catalog.toml"),
        packages_key(study),
    )


def _read(path: Path) -> ThemeResult | None:
    """A kept result, or ``None`` where there is none or it is damaged."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held["sha256"] != digest(canonical(held["body"])):
            return None
        body = held["body"]
        return ThemeResult(
            tuple(Finding(**f) for f in body["findings"]),
            {k: [Specification(**s) for s in v] for k, v in body["specifications"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, result: ThemeResult) -> None:
    body = {
        "findings": [f.model_dump(mode="json") for f in result.findings],
        "specifications": {
            k: [s.model_dump(mode="json") for s in v] for k, v in result.specifications.items()
        },
    }
    record = {"sha256": digest(canonical(body)), "body": body}
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and renamed, so that a reader never sees half a file.
    with NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        json.dump(record, file)
    Path(file.name).replace(path)
