"""What became of a build as far as editions go.

It only holds facts; what is said of them stands in :mod:`.finisher`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """What became of a build.

    Attributes:
        date: of the edition that was kept; empty without one.
        replaced: whether an edition of that day was replaced.
        editions: dates of all editions kept, newest first.
        shown: date of the edition at the top; empty if an ordinary build is shown there.
        removed: dates of editions that were one too many, oldest first.
        made: false if the edition was there already and nothing had to be built.
    """

    date: str
    replaced: bool
    editions: tuple[str, ...]
    shown: str
    removed: tuple[str, ...] = ()
    made: bool = True
