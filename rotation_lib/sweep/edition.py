"""One edition: all findings and claims as a reader of that day could have measured them.

The studies are called as the report calls them, on a market that ends on the day and knows only
what was published by it. It must never look at a row of data that the market hides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import import_module

import pandas as pd

from ..claims import load_ledger
from ..findings import Finding, FindingSet
from ..fingerprint import canonical, code_key, data_key, digest, packages_key, settings_key
from ..judging import Judged, judge
from ..market import Market
from ..project import measuring
from ..sources import Dataset
from ..stats.effort import at_most
from .panel import COLUMNS, VERSION, Row
from .plan import Plan

#: A method text names the resamples it rests on in one of these ways.
_DRAWS = re.compile(r"([\d,]+) (?:draws|simulated histories|sets of|[a-z ]*resamples)\b")
SETTINGS = ("catalog.toml", "claims.toml", "quality.toml")


@dataclass(frozen=True)
class Edition:
    """Rows of one day, and the key they were made under.

    Attributes:
        day: of the edition.
        key: of everything the rows depend on, where they were made.
        rows: findings in the report's order, then claims in the ledger's, each after its parts.
    """

    day: date
    key: str
    rows: tuple[Row, ...]


def market_of(dataset: Dataset, plan: Plan, day: date) -> Market:
    """The market of one edition.

    Args:
        dataset: all data.
        plan: of the sweep.
        day: of the edition.
    """
    return Market.from_dataset(dataset, plan.edition(day))


@lru_cache(maxsize=8)
def project_code(chapters: tuple[str, ...]) -> str:
    """Key of the code that makes an edition; read once a process.

    Args:
        chapters: themes evaluated.
    """
    return code_key(_modules(chapters))


@lru_cache(maxsize=8)
def project_packages(chapters: tuple[str, ...]) -> str:
    """Key of the packages that this code can reach; read once a process.

    Args:
        chapters: themes evaluated.
    """
    return packages_key(_modules(chapters))


def _modules(chapters: tuple[str, ...]) -> list[str]:
    studies = map(measuring, chapters)
    return ["rotation_lib.judging", "rotation_lib.sweep.edition", *studies]


def edition_key(market: Market, plan: Plan) -> str:
    """Content key: the data visible, parameters, code, settings, packages and draws.

    Args:
        market: of the edition.
        plan: of the sweep.
    """
    choices = {
        "version": VERSION,
        "params": market.params.as_strings(),
        "chapters": plan.chapters,
        "draws": plan.draws,
    }
    return digest(
        canonical(choices),
        data_key(market),
        project_code(plan.chapters),
        settings_key(*SETTINGS),
        project_packages(plan.chapters),
    )


def evaluate(market: Market, plan: Plan, key: str) -> tuple[Row, ...]:
    """All rows of one edition.

    Args:
        market: of the edition, fresh from :func:`market_of`: studies keep what they computed for
            a market, so that one used with other draws would answer from them.
        plan: of the sweep.
        key: of :func:`edition_key`; the rows carry its first 16 digits.
    """
    # Thousands of short-lived labels: without Arrow behind each, an edition takes a tenth less.
    with at_most(plan.draws), pd.option_context("mode.string_storage", "python"):
        studies = [import_module(measuring(name)) for name in plan.chapters]
        made = [finding for study in studies for finding in study.findings(market)]
        others = {k: v for study in studies for k, v in study.specifications(market).items()}
    findings = FindingSet(made)
    judged = [judge(c, findings, others) for c in load_ledger() if c.chapter in plan.chapters]
    head: Row = {"as_of": market.end.date(), "key": key[:16]}
    return (
        *(head | _finding_row(f) for f in made),
        *(head | row for one in judged for row in _claim_rows(one)),
    )


def draws_of(method: str) -> int:
    """Resamples that a method text names; 0 when it names none.

    Args:
        method: as a finding carries it.
    """
    found = _DRAWS.search(method)
    return int(found.group(1).replace(",", "")) if found else 0


def _finding_row(finding: Finding) -> Row:
    known = finding.value is not None
    return {
        "kind": "finding",
        "id": finding.id,
        "value": finding.value,
        "low": finding.low,
        "high": finding.high,
        "percentile": finding.percentile,
        "unit": finding.unit,
        "n": finding.n,
        "start": finding.start,
        "end": finding.end,
        "method": finding.method or None,
        "draws": draws_of(finding.method) if known else None,
        **dict.fromkeys(("verdict", "ways", "same", "fragile")),
        "reason": finding.reason,
    }


def _claim_rows(judged: Judged) -> list[Row]:
    """A claim after its parts; whether it is fragile is known once all editions are."""
    empty: Row = dict.fromkeys(COLUMNS)
    parts = [
        empty
        | {
            "kind": "part",
            "id": f"{judged.claim.id}/{p.part.id}",
            "value": p.detectable,
            "verdict": p.strength.value,
            "ways": p.specifications.n,
            "same": p.specifications.same,
        }
        for p in judged.parts
    ]
    claim = empty | {
        "kind": "claim",
        "id": judged.claim.id,
        "verdict": judged.verdict.value,
        "reason": judged.sentence,
    }
    return [{k: v for k, v in row.items() if k not in ("as_of", "key")} for row in (*parts, claim)]
