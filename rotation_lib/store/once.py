"""Questions to a vendor that are asked once in a pull, whoever needs the answer.

It must never ask again after a refusal: that is an answer too.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from ..errors import FetchError

T = TypeVar("T")


class Once(Generic[T]):
    """A call that is made once for each question.

    Args:
        call: answers, or raises :class:`FetchError`, which is then raised each time.
    """

    def __init__(self, call: Callable[..., T]) -> None:
        self._call = call
        self._known: dict[Hashable, T | FetchError] = {}

    def __call__(self, *question: Hashable) -> T:
        """The answer; asked for the first time only."""
        if question not in self._known:
            try:
                self._known[question] = self._call(*question)
            except FetchError as error:
                self._known[question] = error
        found = self._known[question]
        if isinstance(found, FetchError):
            raise found
        return found
