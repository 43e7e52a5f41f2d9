"""One plain sentence a claim, made of its parts' own phrases, for every pattern of strengths.

The phrases are data and stand in ``data/claims.toml`` beside the parts; nothing here knows a claim.
What is established comes first, what is refuted next, what is open last. Parts that say the same of
different things share a verb, and a thing is named once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import words
from .strength import Strength

#: A sentence longer than this is not retold.
MOST_WORDS = 25
#: What is said of parts that are not settled: of one, and of several.
_OPEN = {
    Strength.FOR: ("seems likely", "seem likely"),
    Strength.UNDECIDED: ("is undecided", "are undecided"),
    Strength.AGAINST: ("seems unlikely", "seem unlikely"),
    Strength.UNTESTABLE: ("cannot be tested", "cannot be tested"),
}


@dataclass(frozen=True)
class Phrases:
    """How a part is spoken of.

    Attributes:
        subject: what it is about: "small caps".
        pronoun: that stands for the subject: "they".
        yes: what is said of the subject where the part is established: "swing more".
        no: the same where it is refuted: "do not swing more".
        open: a noun phrase in the singular that names the part where neither is so.
    """

    subject: str
    pronoun: str
    yes: str
    no: str
    open: str


def compose(parts: Iterable[tuple[Phrases, Strength]]) -> str:
    """The sentence.

    Args:
        parts: phrases and strength of each, in the ledger's order.
    """
    told = list(parts)
    held = [(p, p.yes) for p, s in told if s is Strength.ESTABLISHED]
    lost = [(p, p.no) for p, s in told if s is Strength.REFUTED]
    clauses = [text for group in _settled([held, lost]) if (text := group)]
    for strength, (one, several) in _OPEN.items():
        names = [p.open for p, s in told if s is strength]
        if names:
            clauses.append(f"{words.join(names)} {one if len(names) == 1 else several}")
    said = "; ".join(clauses)
    return f"{said[:1].upper()}{said[1:]}."


def _settled(groups: Sequence[Sequence[tuple[Phrases, str]]]) -> Iterable[str]:
    """A clause for each group; the subject that was named last is not named again."""
    last = ""
    for group in groups:
        by_said: dict[str, list[Phrases]] = {}
        for phrases, said in group:
            by_said.setdefault(said, []).append(phrases)
        clauses: list[str] = []
        for said, alike in by_said.items():
            subject = words.join(list(dict.fromkeys(p.subject for p in alike)))
            if subject != last:
                clauses.append(f"{subject} {said}")
            else:
                clauses.append(said if clauses else f"{alike[0].pronoun} {said}")
            last = subject
        yield words.join(clauses)
