"""Judging: each part of a claim by its own test, the claim by its parts, and one sentence of both.

Input is the ledger, findings and other ways to measure them; nothing is measured here, and no
threshold stands here. The rule is :mod:`rotation_lib.strength`, the phrases are the ledger's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from . import words
from .claims import Claim, Part
from .findings import Finding, FindingSet, Specification
from .sentence import compose
from .strength import Estimate, Strength, Varied, Verdict, detectable, strength, varied, verdict

#: The rule in one breath, as every card may say it.
RULE = (
    "Holds if every part that can be tested is established; holds in part if some are; does not "
    "hold if none is and more than half are refuted; otherwise it is not shown."
)


class PartJudged(BaseModel):
    """A part with what was measured and what follows.

    Attributes:
        part: of the ledger.
        strength: how far the data bear it.
        label: what was measured.
        measured: value with its interval, rank or p-value, in words; or why there is none.
        asked: the condition, in words.
        detectable: effect that the test would have seen four times in five, as a distance from no
            effect, in the finding's unit; ``None`` where no sampling error is known.
        power: the same in words; empty without it.
        specifications: how many other ways to measure it say the same.
        end_dates: how many month ends of the last half year say the same.
    """

    model_config = ConfigDict(frozen=True)

    part: Part
    strength: Strength
    label: str
    measured: str
    asked: str
    detectable: float | None = None
    power: str = ""
    specifications: Varied = Varied()
    end_dates: Varied = Varied()

    @property
    def robust(self) -> bool | None:
        """Whether four of five other ways, and of other days, say the same; ``None`` without any."""
        told = [v for v in (self.specifications.robust, self.end_dates.robust) if v is not None]
        return all(told) if told else None


class Judged(BaseModel):
    """A claim with its verdict and the parts behind it."""

    model_config = ConfigDict(frozen=True)

    claim: Claim
    verdict: Verdict
    parts: tuple[PartJudged, ...]
    specifications: tuple[Specification, ...] = ()

    @property
    def rule(self) -> str:
        """How the verdict follows, with what is asked of each part."""
        asked = "; ".join(
            f"{p.part.id}: {p.part.finding} {p.asked}" for p in self.parts if p.part.finding
        )
        return f"{RULE} Asked: {asked}." if asked else RULE

    @property
    def sentence(self) -> str:
        """What is so, in one plain sentence."""
        return compose((p.part.phrases, p.strength) for p in self.parts)

    @property
    def robust(self) -> bool | None:
        """Whether its tested parts are; ``None`` where nothing could be varied."""
        told = [p.robust for p in self.parts if p.robust is not None]
        return all(told) if told else None

    @property
    def fragile(self) -> bool:
        """Whether other ways or days of measuring give a tested part another answer."""
        return self.robust is False

    @property
    def told(self) -> str:
        """The verdict as it is shown, with its warning: ``"holds in part, fragile"``."""
        return f"{self.verdict.value}, fragile" if self.fragile else self.verdict.value

    @property
    def reason(self) -> str:
        """Why this verdict, every part in one sentence of its own."""
        return " ".join(_reason(p) for p in self.parts)


def _reason(judged: PartJudged) -> str:
    head = judged.part.open
    head = f"{head[:1].upper()}{head[1:]}"
    if judged.strength is Strength.UNTESTABLE:
        return f"{head} cannot be tested: {judged.measured.rstrip('.')}."
    return (
        f"{head}: {judged.strength.value}; {judged.label}, {judged.measured} "
        f"(asked: {judged.asked})."
    )


#: Verdicts of earlier reports: claim → part → strength at each month end.
Ends = Mapping[str, Mapping[str, Sequence[Strength]]]


def judge(
    claim: Claim,
    findings: FindingSet,
    specifications: Mapping[str, Iterable[Specification]] | None = None,
    ends: Ends | None = None,
) -> Judged:
    """Apply a claim's rule.

    Args:
        claim: the claim.
        findings: must hold every finding the claim names.
        specifications: other reasonable measurements by claim id.
        ends: strength of its parts at other end dates.

    Raises:
        LedgerError: if the claim names a finding that no study makes.
    """
    others = tuple((specifications or {}).get(claim.id, ()))
    held = (ends or {}).get(claim.id, {})
    parts = tuple(
        _judge(
            p,
            findings,
            [s for s in others if s.part == p.id],
            () if p.dated else held.get(p.id, ()),
        )
        for p in claim.part
    )
    return Judged(
        claim=claim,
        verdict=verdict([p.strength for p in parts]),
        parts=parts,
        specifications=others,
    )


def estimate(part: Part, findings: FindingSet) -> Estimate:
    """What was measured of a part that can be tested.

    Args:
        part: of the ledger.
        findings: of the report.
    """
    finding = findings[str(part.finding)]
    return Estimate(
        finding.value,
        finding.low,
        finding.high,
        finding.confidence or 0.95,
        findings[part.p_finding].value if part.p_finding else None,
        finding.percentile,
    )


def _judge(
    part: Part,
    findings: FindingSet,
    specifications: Sequence[Specification],
    ends: Sequence[Strength],
) -> PartJudged:
    if part.finding is None:
        return PartJudged(
            part=part, strength=Strength.UNTESTABLE, label="", measured=part.untestable, asked=""
        )
    finding, found = findings[part.finding], estimate(part, findings)
    told = strength(part.asked, found)
    seen = detectable(part.asked, found)
    if seen is None and "detectable" in finding.facts:
        seen = float(finding.facts["detectable"])  # of one event: what would have stood out
    return PartJudged(
        part=part,
        strength=told,
        label=finding.label,
        measured=_measured(part, finding, found),
        asked=condition(part, finding.unit),
        detectable=seen,
        power="" if seen is None else words.quantity(seen, finding.unit),
        specifications=varied(told, [_otherwise(part, s) for s in specifications]),
        end_dates=varied(told, ends),
    )


def _otherwise(part: Part, other: Specification) -> Strength:
    """Strength by another way to measure, which has no placebo test of its own."""
    return strength(
        part.asked, Estimate(other.value, other.low, other.high, p=other.p, rank=other.percentile)
    )


def _measured(part: Part, finding: Finding, found: Estimate) -> str:
    # A rank among overlapping windows says nothing of a fact that is asked for its size.
    told = words.ranked(finding) if part.evidence == "rank" else words.described(finding)
    if part.evidence == "placebo" and finding.value is not None:
        told += f", {words.p_value(found.p)}"
    return told


def condition(part: Part, unit: str) -> str:
    """What is asked of a part, in words.

    Args:
        part: of the ledger, with a finding.
        unit: of its finding.
    """

    def show(value: float) -> str:
        return words.quantity(value, unit) if value else "zero"

    if part.evidence == "band":
        assert part.upper is not None
        ends = show(part.size), show(part.upper)
        return (
            f"{ends[0]}, to the last digit"
            if ends[0] == ends[1]
            else "between {} and {}".format(*ends)
        )
    size = f"{part.side} {show(part.size)}"
    match part.evidence:
        case "interval":
            return f"{size}, interval clear of {show(part.zero)}"
        case "placebo":
            return f"{size}, rarer than one in twenty random dates"
        case "rank":
            side = "highest" if part.side == "above" else "lowest"
            return f"among the {side} {words.pct(1 - part.rank, 0)} of windows"
    return size
