"""Every error a user can meet, in one tree.

    RotationError           one line: what, which value, what is allowed, what to do next
    ├── ParameterError      a name, type, date or value given for a parameter
    ├── DataError           data that are missing, damaged, too short or not as they claim
    │   ├── SnapshotError   the embedded snapshot does not match its manifest
    │   ├── StoreError      the store of live data is missing, damaged, in use or read-only
    │   └── FetchError      a live source did not answer as it should; says how it failed
    ├── ProjectError        folders: no checkout where one is needed, or one of other code
    ├── LedgerError         claims.toml names what does not exist, or a rule is malformed
    ├── FigureError         a figure or table lacks what every figure must carry
    └── BuildError          a chapter or the site could not be made

A message never spans lines, so that it reads the same in a terminal, a log and a page.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class RotationError(Exception):
    """Base of all expected failures; the command line prints it without a traceback."""

    def __init__(self, message: str) -> None:
        said = " ".join(message.split())
        # Signs without a picture would steer a terminal, or turn the direction of a line.
        super().__init__("".join(c if c.isprintable() else repr(c)[1:-1] for c in said))


class ParameterError(RotationError):
    """A parameter that cannot be used; carries its name and value."""

    def __init__(self, name: str, value: object, allowed: str, advice: str) -> None:
        self.name = name
        self.value = value
        shown = name if name.strip() else repr(name)
        super().__init__(f"{shown} = {value!r} cannot be used: {allowed}; {advice}.")


class DataError(RotationError):
    """Data that cannot support the calculation asked for."""


class SnapshotError(DataError):
    """A file of the embedded snapshot is missing or differs from its manifest."""


class StoreError(DataError):
    """The store of live data cannot be read, trusted or written."""


class FetchError(DataError):
    """A live source failed to answer, or answered with something that cannot be used.

    Attributes:
        outcome: one of :class:`rotation_lib.sources.outcome.Outcome`, as text.
        tries: how often a request that fails like this is worth sending.
    """

    def __init__(self, outcome: str, message: str, tries: int = 1) -> None:
        self.outcome = outcome
        self.tries = tries
        super().__init__(message)


class ProjectError(RotationError):
    """The project's folders are not those that a command needs."""


class LedgerError(RotationError):
    """The ledger of claims refers to something that does not exist."""


class FigureError(RotationError):
    """A figure or table without a part that every figure must carry."""


class BuildError(RotationError):
    """A chapter failed or the site could not be assembled."""


def nearest(name: str, known: Iterable[str]) -> str:
    """``"try 'risks'"`` for a near miss, else the sorted list of what is known.

    Args:
        name: what the user typed.
        known: the names that would have been accepted.

    >>> nearest("rsiks", ["risks", "methods"])
    "try 'risks'"
    >>> nearest("?", ["risks", "methods"])
    'choose one of methods, risks'
    """
    names = sorted(known)
    folded = {n.casefold(): n for n in names}
    close = get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return f"try {folded[close[0]]!r}" if close else f"choose one of {', '.join(names)}"
