"""One sentence a claim, for every pattern of strengths that its parts can have."""

from __future__ import annotations

from itertools import product

import pytest

from rotation_lib.claims import load_ledger
from rotation_lib.sentence import MOST_WORDS, Phrases, compose
from rotation_lib.strength import Strength

S = Strength
SWING = Phrases("small caps", "they", "swing more", "do not swing more", "a larger swing")
NEWS = Phrases("small caps", "they", "react more", "react no more", "a stronger reaction")
BANKS = Phrases("banks", "they", "react more", "react no more", "a reaction of banks")
PRICE = Phrases("the price", "it", "fell", "did not fall", "a fall of the price")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([(SWING, S.ESTABLISHED)], "Small caps swing more."),
        ([(SWING, S.REFUTED)], "Small caps do not swing more."),
        ([(SWING, S.UNDECIDED)], "A larger swing is undecided."),
        ([(SWING, S.FOR)], "A larger swing seems likely."),
        ([(SWING, S.AGAINST)], "A larger swing seems unlikely."),
        ([(SWING, S.UNTESTABLE)], "A larger swing cannot be tested."),
        # A thing is named once, then its pronoun stands for it.
        ([(SWING, S.ESTABLISHED), (NEWS, S.ESTABLISHED)], "Small caps swing more and react more."),
        ([(SWING, S.ESTABLISHED), (NEWS, S.REFUTED)], "Small caps swing more; they react no more."),
        # What is established comes first, whatever the order of the parts.
        ([(SWING, S.REFUTED), (NEWS, S.ESTABLISHED)], "Small caps react more; they do not swing more."),
        ([(SWING, S.UNDECIDED), (PRICE, S.ESTABLISHED)], "The price fell; a larger swing is undecided."),
        # Different things that do the same share the verb.
        ([(NEWS, S.ESTABLISHED), (BANKS, S.ESTABLISHED)], "Small caps and banks react more."),
        ([(NEWS, S.UNDECIDED), (BANKS, S.UNDECIDED)],
         "A stronger reaction and a reaction of banks are undecided."),
        ([(SWING, S.ESTABLISHED), (PRICE, S.REFUTED), (BANKS, S.FOR)],
         "Small caps swing more; the price did not fall; a reaction of banks seems likely."),
    ],
)  # fmt: skip
def test_the_parts_make_the_sentence(parts: list[tuple[Phrases, Strength]], said: str) -> None:
    assert compose(parts) == said


@pytest.mark.parametrize("claim", load_ledger(), ids=lambda c: c.id)
def test_every_pattern_gives_one_short_sentence_that_speaks_of_each_part(claim) -> None:  # type: ignore[no-untyped-def]
    told = set()
    for strengths in product(Strength, repeat=len(claim.part)):
        said = compose(zip((p.phrases for p in claim.part), strengths, strict=True))
        assert len(said.split()) <= MOST_WORDS, said
        assert said.endswith(".") and said.count(".") == 1 and said[:1] == said[:1].upper(), said
        told.add(said)
    # No two patterns read the same: the sentence says which part holds.
    assert len(told) == len(Strength) ** len(claim.part)
