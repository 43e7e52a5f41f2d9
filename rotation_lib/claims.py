"""The ledger: what each claim says, the rule that judges it, and the verdict that follows.

Rules live in ``data/claims.toml`` beside the claims. This module applies them to
findings; it must never contain a threshold, and never look at data itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from . import words
from .errors import LedgerError
from .findings import Finding, FindingSet, Specification, chapter_of
from .project import CLAIMS_FILE, THEMES
from .tables import read_table, rows_of


class Verdict(StrEnum):
    """The four possible outcomes."""

    HOLDS = "holds"
    PART = "holds in part"
    FAILS = "does not hold"
    UNTESTABLE = "cannot be tested"


class Outcome(StrEnum):
    """What one test says of its claim."""

    SUPPORTS = "supports"
    LEANS = "leans towards"
    CONTRADICTS = "contradicts"
    MISSING = "is missing"


class Test(BaseModel):
    """One condition of a rule.

    Attributes:
        finding: id of the finding looked at.
        direction: ``above`` or ``below`` the threshold, or ``between`` ``threshold`` and ``upper``.
        threshold: size that is asked for, in the finding's unit.
        upper: upper bound, for ``between`` only.
        zero: the value of no effect, in the finding's unit.
        evidence: what makes the size believable: the finding's ``interval`` excludes ``zero``;
            its ``percentile`` among windows is extreme enough; the ``p-value`` in another finding
            is small enough; or it is a realised ``fact`` that carries no sampling error.
        percentile: rank asked for when ``evidence = "percentile"``.
        p_finding: id of the finding that holds the p-value.
        p_max: largest p-value accepted.
        key: whether the claim cannot be judged without this finding.
        why: why this threshold.
    """

    __test__ = False  # not a test case, whatever the name suggests to a collector

    model_config = ConfigDict(frozen=True, extra="forbid")

    finding: str
    direction: Literal["above", "below", "between"]
    threshold: float
    upper: float | None = None
    zero: float = 0.0
    evidence: Literal["interval", "percentile", "p-value", "fact"]
    percentile: float = Field(default=0.95, gt=0.5, lt=1.0)
    p_finding: str | None = None
    p_max: float = Field(default=0.05, gt=0, lt=1)
    key: bool = True
    why: str = Field(min_length=10)

    @model_validator(mode="after")
    def _complete(self) -> Test:
        if (self.direction == "between") != (self.upper is not None):
            raise ValueError("'upper' goes with direction 'between', and only with it")
        if (self.evidence == "p-value") != (self.p_finding is not None):
            raise ValueError("'p_finding' goes with evidence 'p-value', and only with it")
        if self.direction == "between" and self.evidence != "fact":
            raise ValueError("direction 'between' compares a realised fact; use evidence 'fact'")
        return self


class Claim(BaseModel):
    """One statement of the story and how it is judged.

    Attributes:
        id: stable key.
        chapter: theme chapter that holds the evidence.
        title: the claim in a few words of our own.
        says: the claim as one sentence of our own.
        sources: numbers of the bibliography.
        untestable: reason why open data cannot test it; empty if they can.
        would_change: what would change the verdict.
        caveat: what a careful reader must keep in mind.
        test: the conditions; every claim that can be tested has at least one.
        evidence: further findings shown beside the claim, without a say in the verdict.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    chapter: str
    title: str
    says: str
    sources: tuple[int, ...] = ()
    untestable: str = ""
    would_change: str = Field(min_length=10)
    caveat: str = ""
    test: tuple[Test, ...] = ()
    evidence: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Claim:
        if self.chapter not in THEMES:
            raise ValueError(f"chapter {self.chapter!r} is not one of {', '.join(THEMES)}")
        if not self.test and not self.untestable:
            raise ValueError("a claim needs a test, or a reason why it cannot have one")
        for finding in self.findings:
            if chapter_of(finding) != self.chapter:
                raise ValueError(f"finding {finding!r} does not belong to {self.chapter!r}")
        return self

    @property
    def findings(self) -> tuple[str, ...]:
        """Ids of all findings the claim rests on, without repetition."""
        ids = [t.finding for t in self.test] + [t.p_finding for t in self.test if t.p_finding]
        return tuple(dict.fromkeys([*ids, *self.evidence]))

    @property
    def rule(self) -> str:
        """The rule in words, as a reader sees it."""
        if self.untestable:
            return "Not judged: open data cannot test it."
        return (
            "Holds if every key test supports it and none contradicts it; does not hold if no key "
            "test supports it; otherwise it holds in part. Key tests: "
            + "; ".join(f"{t.finding} {_condition(t)}" for t in self.test if t.key)
            + "."
        )


class Result(BaseModel):
    """One test applied: what was measured, what was asked, and what follows.

    Attributes:
        finding: id of the finding looked at.
        label: what it is.
        measured: value with its interval, rank or p-value, in words.
        asked: the condition, in words.
        outcome: what the test says of the claim.
        key: whether the claim cannot be judged without it.
        why: why this threshold.
    """

    model_config = ConfigDict(frozen=True)

    finding: str
    label: str
    measured: str
    asked: str
    outcome: Outcome
    key: bool
    why: str


class Judged(BaseModel):
    """A claim with its verdict and the tests behind it."""

    model_config = ConfigDict(frozen=True)

    claim: Claim
    verdict: Verdict
    results: tuple[Result, ...]
    specifications: tuple[Specification, ...] = ()

    @property
    def reason(self) -> str:
        """Why this verdict, every test in one sentence of its own."""
        if self.claim.untestable:
            return self.claim.untestable
        said = (
            f"{r.label}: {r.measured}"
            + ("" if r.outcome is Outcome.MISSING else f" (asked: {r.asked}); {_SAID[r.outcome]}")
            for r in self.results
        )
        return " ".join(f"{text.rstrip('.')}." for text in said)

    @property
    def brief(self) -> str:
        """The same in a line or two: one telling test for the claim and one against it."""
        if self.claim.untestable:
            return self.claim.untestable
        absent = [r for r in self.results if r.outcome is Outcome.MISSING and r.key]
        if absent:
            return f"{absent[0].label}: {absent[0].measured.rstrip('.')}."
        told = []
        for head, side in (("For", Outcome.SUPPORTS), ("Against", Outcome.CONTRADICTS)):
            found = [r for r in self.results if r.outcome is side]
            if found:
                told.append(f"{head}: {found[0].label}, {found[0].measured}.")
        if len(told) < 2:
            shown = {r.finding for r in self.results if r.outcome is not Outcome.LEANS}
            unsure = [
                r for r in self.results if r.outcome is Outcome.LEANS and r.finding not in shown
            ]
            told += [f"Without proof: {r.label}, {r.measured}." for r in unsure[:1]]
        return " ".join(told)


def read_ledger(path: Path) -> tuple[Claim, ...]:
    """All claims of ``path``, in its order.

    Raises:
        LedgerError: one line that names the claim and what is wrong with it.
    """
    entries = rows_of(read_table(path, LedgerError), "claim", path, LedgerError)
    claims = []
    for entry in entries:
        try:
            claims.append(Claim(**entry))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(p) for p in first["loc"])
            raise LedgerError(
                f"claim {entry.get('id', '?')!r} in {path.name}: {where} {first['msg']}"
            ) from None
    ids = [c.id for c in claims]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise LedgerError(f"{path.name} has the claim {twice[0]!r} more than once; ids are unique.")
    return tuple(claims)


@lru_cache(maxsize=1)
def load_ledger() -> tuple[Claim, ...]:
    """The project's claims."""
    return read_ledger(CLAIMS_FILE)


def judge(
    claim: Claim,
    findings: FindingSet,
    specifications: Mapping[str, list[Specification]] | None = None,
) -> Judged:
    """Apply a claim's rule.

    Args:
        claim: the claim.
        findings: must hold every finding the claim names.
        specifications: other reasonable measurements by claim id, carried along.

    Raises:
        LedgerError: if the claim names a finding that no study makes.
    """
    results = tuple(_result(t, findings) for t in claim.test)
    return Judged(
        claim=claim,
        verdict=_verdict(claim, [r.outcome for r in results]),
        results=results,
        specifications=tuple((specifications or {}).get(claim.id, ())),
    )


def outcome(test: Test, findings: FindingSet) -> Outcome:
    """What ``test`` says, size and uncertainty taken together."""
    finding = findings[test.finding]
    if finding.value is None:
        return Outcome.MISSING
    if test.direction == "between":
        assert test.upper is not None
        inside = test.threshold <= finding.value <= test.upper
        return Outcome.SUPPORTS if inside else Outcome.CONTRADICTS
    sign = 1 if test.direction == "above" else -1
    if sign * (finding.value - test.zero) <= 0:
        return Outcome.CONTRADICTS
    large = sign * (finding.value - test.threshold) >= 0
    return Outcome.SUPPORTS if large and _believable(test, finding, findings) else Outcome.LEANS


def _believable(test: Test, finding: Finding, findings: FindingSet) -> bool:
    sign = 1 if test.direction == "above" else -1
    match test.evidence:
        case "fact":
            return True
        case "interval":
            if finding.low is None or finding.high is None:
                return False
            near_end = finding.low if sign > 0 else finding.high
            return sign * (near_end - test.zero) > 0
        case "percentile":
            if finding.percentile is None:
                return False
            rank = finding.percentile if sign > 0 else 1 - finding.percentile
            return rank >= test.percentile
        case "p-value":
            p = findings[str(test.p_finding)].value
            return p is not None and p <= test.p_max


def _verdict(claim: Claim, outcomes: list[Outcome]) -> Verdict:
    if claim.untestable:
        return Verdict.UNTESTABLE
    key = [o for t, o in zip(claim.test, outcomes, strict=True) if t.key]
    if Outcome.MISSING in key or not key:
        return Verdict.UNTESTABLE
    if Outcome.SUPPORTS not in key:
        return Verdict.FAILS
    if all(o is Outcome.SUPPORTS for o in key) and Outcome.CONTRADICTS not in outcomes:
        return Verdict.HOLDS
    return Verdict.PART


def _result(test: Test, findings: FindingSet) -> Result:
    finding = findings[test.finding]
    measured = words.ranked(finding)
    if test.evidence == "p-value" and finding.value is not None:
        measured += f", {words.p_value(findings[str(test.p_finding)].value)}"
    return Result(
        finding=test.finding,
        label=finding.label,
        measured=measured,
        asked=_condition(test, finding.unit),
        outcome=outcome(test, findings),
        key=test.key,
        why=test.why,
    )


_SAID = {
    Outcome.SUPPORTS: "supports the claim",
    Outcome.LEANS: "leans towards it without proof",
    Outcome.CONTRADICTS: "contradicts it",
}


def _condition(test: Test, unit: str | None = None) -> str:
    def show(value: float) -> str:
        if not value:
            return "zero"
        return f"{value:g}" if unit is None else words.quantity(value, unit)

    if test.direction == "between":
        assert test.upper is not None
        return f"between {show(test.threshold)} and {show(test.upper)}"
    size = f"{test.direction} {show(test.threshold)}"
    match test.evidence:
        case "interval":
            return f"{size}, interval clear of {show(test.zero)}"
        case "percentile":
            side = "highest" if test.direction == "above" else "lowest"
            return f"{size}, among the {side} {words.pct(1 - test.percentile, 0)} of windows"
        case "p-value":
            return f"{size}, p at most {test.p_max:g}"
    return size
