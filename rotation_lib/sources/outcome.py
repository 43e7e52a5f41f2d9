"""How a request to a live source can end, and what each ending is called.

One vocabulary for Yahoo and FRED. It must never carry an address or a key: messages
are written here, not copied from a library.
"""

from __future__ import annotations

from enum import StrEnum

from ..errors import FetchError


class Outcome(StrEnum):
    """What became of one series in one pull.

    ``ok``: new or revised rows were stored. ``unchanged``: the answer held nothing new.
    ``stale``: no usable answer now, or one that ends too early; older data stay.
    ``missing``: the source does not have the series, or nothing was ever stored.
    ``rate_limited``: refused for asking too much. ``malformed``: an answer that is not
    what it must be. ``timed_out``: no answer in time.
    """

    OK = "ok"
    UNCHANGED = "unchanged"
    STALE = "stale"
    MISSING = "missing"
    RATE_LIMITED = "rate_limited"
    MALFORMED = "malformed"
    TIMED_OUT = "timed_out"

    @property
    def answered(self) -> bool:
        """Whether the stored series is as new as the source can give it."""
        return self in (Outcome.OK, Outcome.UNCHANGED)


def rate_limited(publisher: str) -> FetchError:
    """Status 429, or any other refusal to serve us."""
    return FetchError(Outcome.RATE_LIMITED, f"{publisher} refuses more requests for now", tries=4)


def server_error(publisher: str, status: int) -> FetchError:
    """A status of 500 or above."""
    return FetchError(Outcome.STALE, f"{publisher} has a fault of its own ({status})", tries=4)


def unreachable(publisher: str) -> FetchError:
    """No connection, or one that broke."""
    return FetchError(Outcome.STALE, f"{publisher} cannot be reached", tries=3)


def timed_out(publisher: str, seconds: float) -> FetchError:
    """No whole answer within the deadline."""
    return FetchError(
        Outcome.TIMED_OUT, f"{publisher} did not answer within {seconds:g} s", tries=2
    )


def garbled(publisher: str, what: str) -> FetchError:
    """An answer that broke on its way; asking again may help."""
    return FetchError(Outcome.MALFORMED, f"{publisher} sent {what}", tries=2)


def elsewhere(publisher: str) -> FetchError:
    """A redirect that leaves the publisher, or TLS; whither is not told: it may hold a key."""
    return FetchError(
        Outcome.MALFORMED,
        f"{publisher} points to another address, which was not followed (a proxy or login page in "
        "between?)",
    )


def malformed(what: str) -> FetchError:
    """A whole answer whose content cannot be right; asking again at once is no use."""
    return FetchError(Outcome.MALFORMED, what)


def not_there(publisher: str, series_id: str) -> FetchError:
    """The source says that it has nothing under this name."""
    return FetchError(Outcome.MISSING, f"{publisher} has nothing for {series_id}")
