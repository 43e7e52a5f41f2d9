"""How many resamples are drawn: as many as a caller asks for, or at most so many inside a block.

A sweep over hundreds of dates trades draws for time this way. It must never change an estimate,
and every method text names the draws that were really made.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from rotation_lib.errors import DataError

#: Fewer resamples than this leave no quantile to read.
FEWEST = 40

_LIMIT: ContextVar[int | None] = ContextVar("most_draws", default=None)


@contextmanager
def at_most(draws: int | None) -> Iterator[None]:
    """Cap every number of resamples for the length of a ``with`` block, in this thread only.

    Args:
        draws: the cap, 40 or more; ``None`` for no cap.

    Raises:
        DataError: a cap under 40.
    """
    if draws is not None and draws < FEWEST:
        raise DataError(f"draws = {draws!r} cannot be used: it must be {FEWEST} or more.")
    token = _LIMIT.set(draws)
    try:
        yield
    finally:
        _LIMIT.reset(token)


def capped(draws: int) -> int:
    """``draws``, or the cap of the block around it where that is lower."""
    limit = _LIMIT.get()
    return draws if limit is None else min(draws, limit)


def limit() -> int | None:
    """The cap in force, ``None`` without one."""
    return _LIMIT.get()
