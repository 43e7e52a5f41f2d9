"""The ledger as a sentence sees it: how many claims there are, and how many of each verdict.

It counts what was judged and never judges; a name that it does not have is refused with the nearest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import nearest
from .markdown import ProseError

if TYPE_CHECKING:
    from ..judging import Judged


@dataclass(frozen=True)
class Count:
    """A number of claims or parts; printed by itself it is digits."""

    n: int

    def __str__(self) -> str:
        return f"{self.n:,}"

    def verb(self, one: str, many: str) -> str:
        """The word that agrees with it: "holds" for one, "hold" for zero or several."""
        return one if self.n == 1 else many


class Ledger:
    """What prose may ask of the judged claims, by the name ``ledger``.

    Attributes:
        claims: all claims.
        parts: what they consist of.
        kinds: different verdicts among them.
        hold: claims that hold as stated.
        in_part: claims that hold in part.
        unshown: claims that are not shown.
        fail: claims that do not hold.
        fragile: claims that other ways or days of measuring judge otherwise.
        untested: claims that cannot be tested.
    """

    def __init__(self, judged: Sequence[Judged]) -> None:
        verdicts = [j.verdict.value for j in judged]
        self.claims = Count(len(verdicts))
        self.parts = Count(sum(len(j.claim.part) for j in judged))
        self.kinds = Count(len(set(verdicts)))
        self.hold = Count(verdicts.count("holds"))
        self.in_part = Count(verdicts.count("holds in part"))
        self.unshown = Count(verdicts.count("not shown"))
        self.fragile = Count(sum(j.fragile for j in judged))
        self.fail = Count(verdicts.count("does not hold"))
        self.untested = Count(verdicts.count("cannot be tested"))

    def __getattr__(self, name: str) -> Count:
        if name.startswith("_"):
            raise AttributeError(name)
        raise ProseError(f"the ledger has no {name!r}; {nearest(name, vars(self))}.")
