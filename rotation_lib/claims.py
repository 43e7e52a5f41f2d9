"""The ledger: what each claim says, the parts it consists of, and what would make each part true.

Rules live in ``data/claims.toml`` beside the claims and are read here; :mod:`rotation_lib.judging`
applies them. This module must never contain a threshold, and never look at a finding or at data.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from .errors import LedgerError
from .findings import chapter_of
from .project import CLAIMS_FILE, THEMES
from .sentence import Phrases
from .strength import Asked, Evidence
from .tables import read_table, rows_of


class Part(BaseModel):
    """One thing that a claim says, with the test that decides it.

    Attributes:
        id: stable within its claim.
        subject, pronoun, yes, no, open: how it is spoken of; see
            :class:`rotation_lib.sentence.Phrases`.
        untestable: why this report's data cannot test it, and what would; empty if they can.
        finding: id of the finding that decides it.
        evidence: what makes the size believable: its ``interval``; a ``placebo`` test whose p-value
            stands in ``p_finding``; its ``rank`` among windows; it is a ``fact`` without sampling
            error; or a fact that must lie in a ``band`` from ``size`` to ``upper``.
        side: on which side of ``zero`` the claim lies.
        zero: the value of no effect, in the finding's unit.
        size: the effect asked for, strictly beyond ``zero``.
        upper: upper end of a band.
        rank: share of windows that must be less extreme.
        p_finding: the p-value of this very finding.
        once: whether one single event stands behind it.
        dated: whether its dates are its own, so that no end date can change it.
        why: why this size.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    subject: str = Field(min_length=3)
    pronoun: str = "they"
    yes: str = Field(min_length=3)
    no: str = Field(min_length=3)
    open: str = Field(min_length=3)
    untestable: str = ""
    finding: str | None = None
    evidence: Evidence = "interval"
    side: Literal["above", "below"] = "above"
    zero: float = 0.0
    size: float = 0.0
    upper: float | None = None
    rank: float = Field(default=0.95, gt=0.5, lt=1.0)
    p_finding: str | None = None
    once: bool = False
    dated: bool = False
    why: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Part:
        if (self.finding is None) != bool(self.untestable):
            raise ValueError("a part has either a 'finding' or a reason in 'untestable'")
        if self.untestable:
            return self
        if len(self.why) < 10:
            raise ValueError("'why' says why this size is asked for")
        if (self.evidence == "band") != (self.upper is not None):
            raise ValueError("'upper' goes with evidence 'band', and only with it")
        if (self.evidence == "placebo") != (self.p_finding is not None):
            raise ValueError("'p_finding' goes with evidence 'placebo', and only with it")
        beyond = (self.size - self.zero) * (1 if self.side == "above" else -1)
        if self.evidence in ("interval", "placebo") and beyond <= 0:
            raise ValueError(f"'size' lies {self.side} 'zero', not at it or beyond the other side")
        return self

    @property
    def asked(self) -> Asked:
        """What would make it true, as numbers."""
        return Asked(
            self.evidence,
            self.side,
            self.zero,
            self.size,
            math.inf if self.upper is None else self.upper,
            self.rank,
            self.once,
        )

    @property
    def says(self) -> str:
        """What it says, as a clause."""
        return f"{self.subject} {self.yes}"

    @property
    def phrases(self) -> Phrases:
        """How it is spoken of."""
        return Phrases(self.subject, self.pronoun, self.yes, self.no, self.open)


class Source(BaseModel):
    """What a source of the claim says, beside what the commentary made of it.

    Attributes:
        number: in the bibliography.
        says: in our own words.
        address: where it is published.
        read: how and when it was read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    says: str = Field(min_length=10)
    address: str = ""
    read: str = Field(min_length=10)


class Claim(BaseModel):
    """One statement of the story and how it is judged.

    Attributes:
        id: stable key.
        chapter: theme chapter that holds the evidence.
        title: the claim in a few words of our own.
        says: the claim as one sentence of our own.
        sources: numbers of the bibliography.
        source: what those sources really say.
        would_change: what would change the verdict.
        caveat: what a careful reader must keep in mind.
        part: what it consists of, at least one.
        evidence: further findings shown beside the claim, without a say in the verdict.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    chapter: str
    title: str
    says: str
    sources: tuple[int, ...] = ()
    source: tuple[Source, ...] = ()
    would_change: str = Field(min_length=10)
    caveat: str = ""
    part: tuple[Part, ...] = Field(min_length=1)
    evidence: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Claim:
        if self.chapter not in THEMES:
            raise ValueError(f"chapter {self.chapter!r} is not one of {', '.join(THEMES)}")
        ids = [p.id for p in self.part]
        if twice := sorted({i for i in ids if ids.count(i) > 1}):
            raise ValueError(f"it has the part {twice[0]!r} more than once")
        for finding in self.findings:
            if chapter_of(finding) != self.chapter:
                raise ValueError(f"finding {finding!r} does not belong to {self.chapter!r}")
        if lone := sorted({s.number for s in self.source} - set(self.sources)):
            raise ValueError(f"'source' tells of number {lone[0]}, which 'sources' does not name")
        return self

    @property
    def tested(self) -> tuple[Part, ...]:
        """The parts that this report's data can test."""
        return tuple(p for p in self.part if p.finding)

    @property
    def findings(self) -> tuple[str, ...]:
        """Ids of all findings the claim rests on, without repetition."""
        ids = [i for p in self.part for i in (p.finding, p.p_finding) if i]
        return tuple(dict.fromkeys([*ids, *self.evidence]))


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
