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

from ..errors import DataError, FetchError
from ..project import SNAPSHOT
from .outcome import Outcome, timed_out

T = TypeVar("T")

#: A clock further off than this is put right by the server's own.
CLOCK_TOLERANCE = dt.timedelta(minutes=5)
#: Further off than this, one server's word is not enough to set a clock forward.
FAR = dt.timedelta(days=1)
#: Two servers whose clocks differ by no more say the same.
SAME_TIME = dt.timedelta(hours=1)
#: A server this far ahead of everything that is known has a wrong clock itself.
ABSURD = dt.timedelta(days=731)
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


def embedded_moment() -> dt.datetime | None:
    """A moment that is surely over: the day of the newest price in the snapshot."""
    from .snapshot import read_manifest

    try:
        day = dt.date.fromisoformat(read_manifest(SNAPSHOT)["data_through"])
    except DataError:
        return None
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)


@dataclass
class Clock:
    """Local time, put right by the ``Date`` header of the last answer when it is far off.

    By more than :data:`FAR` it is moved forward only if two servers agree, or if it lies before
    a moment that is surely over; back unless another server says that it is right. Either way it
    is told.

    Attributes:
        local: this computer's time.
        surely_over: a moment that is, or ``None``; asked for only where a clock is far off.
        offset: what is added to local time.
        served: what the last server said, believed or not.
    """

    local: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    surely_over: Callable[[], dt.datetime | None] = embedded_moment
    offset: dt.timedelta = field(default=dt.timedelta(0), init=False)
    served: dt.datetime | None = field(default=None, init=False)
    _apart: dict[str, dt.timedelta] = field(default_factory=dict, init=False)
    _told: dict[str, str] = field(default_factory=dict, init=False)

    def now(self) -> dt.datetime:
        """The best guess of the time in UTC."""
        return self.local() + self.offset

    def hear(self, date_header: str | None, server: str = "a server") -> None:
        """Learn from an HTTP ``Date``; anything unreadable is ignored.

        Args:
            date_header: what the header says.
            server: whose it is; its name in what is told.
        """
        try:
            served = parsedate_to_datetime(date_header or "")
        except ValueError:
            return
        if served.tzinfo is None:
            return
        local = self.local()
        over = self.surely_over() if abs(served - local) > FAR else None
        used = self._is_possible(served, local, over)
        if used:
            self.served, self._apart[server] = served, served - local
            used = self._is_believed(server, served, local, over)
        if used:
            apart = served - local
            self.offset = apart if abs(apart) > CLOCK_TOLERANCE else dt.timedelta(0)
        if abs(served - local) > FAR:
            what = "was used: set this computer's clock" if used else "was not used"
            self._told[server] = (
                f"{server} says that it is {served:%Y-%m-%d %H:%M} UTC, this computer "
                f"{local:%Y-%m-%d %H:%M}: the server's time {what}."
            )

    def _is_possible(
        self, served: dt.datetime, local: dt.datetime, over: dt.datetime | None
    ) -> bool:
        """Whether it is neither long over nor absurdly far ahead."""
        known = local if over is None else max(local, over)
        return (over is None or served >= over) and served - known <= ABSURD

    def _is_believed(
        self, server: str, served: dt.datetime, local: dt.datetime, over: dt.datetime | None
    ) -> bool:
        apart = served - local
        if abs(apart) <= FAR or (over is not None and local < over):
            return True
        others = [said for name, said in self._apart.items() if name != server]
        if any(abs(said - apart) <= SAME_TIME for said in others):
            return True
        return served < local and not any(abs(said) <= FAR for said in others)

    @property
    def wrong(self) -> bool:
        """Whether the local clock had to be put right."""
        return self.offset != dt.timedelta(0)

    def notes(self) -> tuple[str, ...]:
        """What a person is told of clocks, one sentence each."""
        if self._told or not self.wrong:
            return tuple(self._told.values())
        return ("this computer's clock is wrong; the time of the servers was used.",)
