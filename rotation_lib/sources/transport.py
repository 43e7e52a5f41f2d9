"""Manners towards a live source: deadlines, pauses, retries, and knowing when to stop.

It sends nothing itself. It must never hide why a request failed, nor let one be sent elsewhere.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlsplit

from ..errors import FetchError
from .outcome import Outcome, timed_out

T = TypeVar("T")

#: A clock further off than this is put right by the server's own.
CLOCK_TOLERANCE = dt.timedelta(minutes=5)
BACK_OFF_SECONDS = 1.0
LONGEST_PAUSE = 30.0
#: Refusals in a row after which a source is left alone.
BREAKER_LIMIT = 3
#: Ends the message of a series that was not asked for, because others had been refused.
NOT_ASKED = ": not asked again"


def may_follow(asked: str, target: str, domain: str = "") -> bool:
    """Whether a redirect stays with the publisher: a key, or trust in a number, ends there.

    Args:
        asked: address that was asked for.
        target: whole address to which the answer points.
        domain: whose hosts may send to one another, over TLS; by default each only to itself.
    """
    try:
        old, new = urlsplit(asked), urlsplit(target)
        host = new.hostname or ""
    except ValueError:
        return False
    if domain and new.scheme == "https" and (host == domain or host.endswith(f".{domain}")):
        return True
    return (new.scheme, new.netloc) == (old.scheme, old.netloc)


def bounded(call: Callable[[], T], seconds: float, publisher: str) -> T:
    """Run ``call`` and give up waiting after ``seconds``, whatever it is doing.

    The libraries' own timeouts bound single reads, not calls. A call that is given up
    ends by itself in a daemon thread; its result is thrown away.

    Raises:
        FetchError: ``timed_out``; whatever ``call`` raises is raised here.
    """
    done: list[T] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            done.append(call())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not done:
        raise timed_out(publisher, seconds)
    return done[0]


def retrying(call: Callable[[], T], sleep: Callable[[float], None]) -> T:
    """``call``, again after growing pauses with jitter while its failure is worth it.

    Args:
        call: raises :class:`FetchError`, whose ``tries`` says how often to send at most.
        sleep: waits so many seconds.
    """
    import tenacity

    def enough(state: tenacity.RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        return not isinstance(error, FetchError) or state.attempt_number >= error.tries

    loop = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(FetchError),
        stop=enough,
        wait=tenacity.wait_random_exponential(multiplier=BACK_OFF_SECONDS, max=LONGEST_PAUSE),
        sleep=sleep,
        reraise=True,
    )
    return loop(call)


@dataclass
class Pacer:
    """Keeps at least ``interval`` seconds between two requests."""

    interval: float
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    _next: float = field(default=float("-inf"), init=False)

    def wait(self) -> None:
        """Return when the next request may be sent."""
        now = self.monotonic()
        if now < self._next:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + self.interval


@dataclass
class Breaker:
    """Stops asking a source that refused, or was silent, several times in a row."""

    limit: int = BREAKER_LIMIT
    _last: FetchError | None = field(default=None, init=False)
    _count: int = field(default=0, init=False)

    def check(self) -> None:
        """Raise the last refusal again, unsent, once there were too many.

        Raises:
            FetchError: with the outcome of the refusals.
        """
        if self._last is not None and self._count >= self.limit:
            raise FetchError(self._last.outcome, f"{self._last}{NOT_ASKED}")

    def note(self, error: FetchError | None) -> None:
        """Count one ending; an answer of any kind sets the count back."""
        refused = error is not None and error.outcome in (
            Outcome.RATE_LIMITED,
            Outcome.TIMED_OUT,
            Outcome.STALE,
        )
        self._count = self._count + 1 if refused else 0
        self._last = error if refused else None


@dataclass
class Clock:
    """Local time, put right by the ``Date`` header of the last answer when it is far off."""

    local: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    offset: dt.timedelta = field(default=dt.timedelta(0), init=False)

    def now(self) -> dt.datetime:
        """The best guess of the time in UTC."""
        return self.local() + self.offset

    def hear(self, date_header: str | None) -> None:
        """Learn from an HTTP ``Date``; anything unreadable is ignored."""
        try:
            served = parsedate_to_datetime(date_header or "")
        except ValueError:
            return
        if served.tzinfo is None:
            return
        apart = served - self.local()
        self.offset = apart if abs(apart) > CLOCK_TOLERANCE else dt.timedelta(0)

    @property
    def wrong(self) -> bool:
        """Whether the local clock had to be put right."""
        return self.offset != dt.timedelta(0)
