"""Observations from FRED: the real fredapi where there is a key, else the public CSV.

It asks and checks what came back; it never fills or stores anything. No address and
no key leaves this module, in a result or in an error.
"""

from __future__ import annotations

import datetime as dt
import io
import time
import urllib.error
import urllib.parse
import urllib.request
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException, IncompleteRead
from types import FunctionType
from typing import Any
from xml.etree import ElementTree

import pandas as pd

from ..errors import FetchError
from .outcome import (
    Outcome,
    elsewhere,
    garbled,
    malformed,
    not_there,
    rate_limited,
    server_error,
    timed_out,
    unreachable,
)
from .secret import Secret
from .transport import Breaker, Clock, Pacer, bounded, may_follow, retrying

PUBLISHER = "FRED"
#: First observation asked for; the report uses nothing older.
FIRST_DAY = dt.date(2000, 1, 1)
CALL_SECONDS = 30.0
#: FRED allows 120 requests a minute.
SECONDS_BETWEEN = 0.5
API = "https://api.stlouisfed.org/fred"
GRAPH = "https://fred.stlouisfed.org/graph/fredgraph.csv"
ARCHIVE = "https://alfred.stlouisfed.org/graph/alfredgraph.csv"
_AGENT = "small-cap-rotation (reproducible report)"
_MISSING = (".", "")


@dataclass
class Fred:
    """The client.

    Attributes:
        key: a validated key, or ``None`` for the public CSV.
        clock: time, put right by the server's.
        api, graph, archive: addresses; the publisher's own by default.
        call_seconds: wall-clock deadline of one call.
        sleep: how to wait between tries.
    """

    key: Secret | None = None
    clock: Clock = field(default_factory=Clock)
    api: str = API
    graph: str = GRAPH
    archive: str = ARCHIVE
    call_seconds: float = CALL_SECONDS
    sleep: Callable[[float], None] = time.sleep
    pacer: Pacer = field(default_factory=lambda: Pacer(SECONDS_BETWEEN))
    breaker: Breaker = field(default_factory=Breaker)

    @property
    def via(self) -> str:
        """Which door is used, for the manifest."""
        return "fredapi" if self.key else "fredgraph.csv"

    def latest(self, series_id: str) -> pd.Series:
        """Observations as FRED has them now.

        Returns:
            Values by first day of the period observed (datetime64[us]), ascending, NaN for
            periods that FRED lists without a value.

        Raises:
            FetchError: with the outcome that the status table shows.
        """
        if self.key:
            return self._ask(lambda: self._api(series_id, None))
        return self._ask(lambda: self._csv(self.graph, series_id, None))

    def vintage(self, series_id: str, day: dt.date) -> pd.Series:
        """Observations as they were known on ``day``: FRED's own vintage, or ALFRED's CSV.

        Raises:
            FetchError: as :meth:`latest`; also for what cannot be a vintage of that day.
        """
        if self.key:
            values = self._ask(lambda: self._api(series_id, day))
        else:
            values = self._ask(lambda: self._csv(self.archive, series_id, day))
        last = values.last_valid_index()
        if last is not None and last.date() > day:
            raise malformed(
                f"{PUBLISHER} sent {series_id} of {last:%Y-%m-%d} as known on {day}: no vintage"
            )
        return values

    def _ask(self, call: Callable[[], pd.Series]) -> pd.Series:
        self.breaker.check()

        def attempt() -> pd.Series:
            self.pacer.wait()
            return bounded(call, self.call_seconds, PUBLISHER)

        try:
            values = retrying(attempt, self.sleep)
        except FetchError as error:
            self.breaker.note(error)
            raise
        self.breaker.note(None)
        return values

    # -- with a key -------------------------------------------------------------------

    def _api(self, series_id: str, day: dt.date | None) -> pd.Series:
        spans = {} if day is None else {"realtime_start": day, "realtime_end": day}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                values = self._client(day).get_series(
                    series_id, observation_start=FIRST_DAY, **{k: str(v) for k, v in spans.items()}
                )
        except Exception as error:
            failure = self._judge_api(error, series_id)
        else:
            if values.empty:
                raise not_there(PUBLISHER, series_id)
            return _tidy(values, series_id)
        # Raised out here: the library's errors carry the address, and with it the key.
        raise failure

    def _client(self, day: dt.date | None) -> Any:
        import fredapi

        theirs = fredapi.Fred._Fred__fetch_data
        clock = self.clock
        # The library's own code, opening addresses our way: its way knows no timeout, and drops
        # the server's time.
        fetch = FunctionType(theirs.__code__, {**theirs.__globals__, "urlopen": self._opened})

        class Checked(fredapi.Fred):  # type: ignore[misc]
            """fredapi, looking once at each answer before it forgets most of it."""

            def _Fred__fetch_data(self, url: str) -> ElementTree.Element:
                root: ElementTree.Element = fetch(self, url)
                _check_root(root)
                served = clock.served or clock.now()
                _check_echo(root, day, clock.now().date(), served.date())
                return root

            def _parse(self, date_str: str, format: str = "%Y-%m-%d") -> dt.datetime:
                """As theirs, which asks pandas for each day anew: of most of a pull's time."""
                return dt.datetime.strptime(date_str, format)

        assert self.key is not None
        client = Checked(api_key=self.key.reveal())
        client.root_url = self.api
        return client

    def _opened(self, request: str | urllib.request.Request) -> Any:
        """An answer within the deadline; the server's time is heard."""
        opener = urllib.request.build_opener(_StaysHere)
        response = opener.open(request, timeout=self.call_seconds)
        self.clock.hear(
            response.headers.get("Date"), urllib.parse.urlsplit(response.url).hostname or PUBLISHER
        )
        return response

    # -- without a key ----------------------------------------------------------------

    def _csv(self, address: str, series_id: str, day: dt.date | None) -> pd.Series:
        asked = {"id": series_id, "cosd": FIRST_DAY.isoformat()}
        column = series_id
        if day is not None:
            asked["vintage_date"] = day.isoformat()
            column = f"{series_id}_{day:%Y%m%d}"
        text = self._text(f"{address}?{urllib.parse.urlencode(asked)}", series_id)
        return _tidy(_parse_csv(text, column, series_id), series_id)

    def _text(self, url: str, series_id: str) -> str:
        request = urllib.request.Request(url, headers={"User-Agent": _AGENT})
        try:
            with self._opened(request) as response:
                raw: bytes = response.read()
        except (OSError, HTTPException, ValueError, FetchError) as error:
            failure = self._judge_network(error, series_id)
        else:
            try:
                return raw.decode("utf-8")
            except UnicodeDecodeError:
                failure = garbled(PUBLISHER, "something that is not text")
        raise failure

    # -- what went wrong --------------------------------------------------------------

    def _judge_api(self, error: Exception, series_id: str) -> FetchError:
        if isinstance(error, FetchError):
            return _anew(error)
        # fredapi turns an HTTP error into another one, and so hides its status.
        answer = error.__context__
        if isinstance(answer, urllib.error.HTTPError):
            words = str(error).lower()
            if answer.code == 400 and "api_key" in words:
                return FetchError(
                    Outcome.STALE, "FRED does not accept the key: check FRED_API_KEY, or unset it"
                )
            return _judge_status(answer.code, series_id)
        if isinstance(error, ElementTree.ParseError):
            return garbled(PUBLISHER, "something that is not whole XML")
        if isinstance(error, (OSError, HTTPException)):
            return self._judge_network(error, series_id)
        return malformed(f"{PUBLISHER}'s answer for {series_id} has another shape than expected")

    def _judge_network(self, error: Exception, series_id: str) -> FetchError:
        if isinstance(error, FetchError):
            return _anew(error)
        if isinstance(error, urllib.error.HTTPError):
            return _judge_status(error.code, series_id)
        if isinstance(error, IncompleteRead):
            return garbled(PUBLISHER, "an answer that breaks off")
        reason = getattr(error, "reason", None)
        if isinstance(error, TimeoutError) or isinstance(reason, TimeoutError):
            return timed_out(PUBLISHER, self.call_seconds)
        return unreachable(PUBLISHER)


class _StaysHere(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to where the question went anyway: the key is in the address."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if not may_follow(req.full_url, newurl):
            raise elsewhere(PUBLISHER)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _anew(error: FetchError) -> FetchError:
    """The same failure without the frames it went through, some of which hold the address."""
    return FetchError(error.outcome, str(error), error.tries)


def _check_root(root: ElementTree.Element) -> None:
    """What fredapi does not look at: is it observations, all of them, each day once?"""
    if root.tag != "observations":
        raise malformed(f"{PUBLISHER} sent {root.tag!r} instead of observations")
    if int(root.get("count", "-1")) != len(root):
        raise malformed(f"{PUBLISHER} sent only part of the observations")
    days = [child.get("date") for child in root]
    if len(set(days)) != len(days):
        raise malformed(f"{PUBLISHER} has two observations for one day")


def _check_echo(
    root: ElementTree.Element, day: dt.date | None, today: dt.date, served: dt.date
) -> None:
    """Compare what the answer says of itself with what was asked: the day, and plain values.

    The series is not named in it; that it is the one asked for, its history must show.
    """
    told = {(node.get("realtime_start"), node.get("realtime_end")) for node in (root, *root)}
    told.discard((None, None))
    try:
        [(first, last)] = told
        known = {dt.date.fromisoformat(str(first)), dt.date.fromisoformat(str(last))}
    except ValueError:
        raise malformed(f"{PUBLISHER} does not say as of which day its values are") from None
    # FRED's day is that of Saint Louis; a night, or a mirror, lies between. Where this computer's
    # clock is wrong and FRED's was not believed, its answer is still one for its own day.
    near = {now + dt.timedelta(days=n) for now in (today, served) for n in (-1, 0, 1)}
    if len(known) > 1 or not known <= (near if day is None else {day}):
        raise malformed(
            f"{PUBLISHER} sent values as known from {first} to {last}, not on {day or today}"
        )
    units, form = root.get("units", "lin"), root.get("output_type", "1")
    if (units, form) != ("lin", "1"):
        raise malformed(f"{PUBLISHER} sent values in units {units!r}, not as published")


def _judge_status(status: int, series_id: str) -> FetchError:
    if status in (401, 403, 429):
        return rate_limited(PUBLISHER)
    if status < 400:
        return elsewhere(PUBLISHER)
    if status >= 500:
        return server_error(PUBLISHER, status)
    return not_there(PUBLISHER, series_id)


def _parse_csv(text: str, column: str, series_id: str) -> pd.Series:
    head, _, body = text.partition("\n")
    names = [name.strip().strip('"') for name in head.lstrip("\ufeff").split(",")]
    if len(names) != 2 or names[0].lower() not in ("observation_date", "date"):
        raise garbled(PUBLISHER, "something that is not its CSV")
    if names[1] != column:
        raise malformed(f"{PUBLISHER} sent {names[1]!r} instead of {column!r}")
    if not body.strip():
        raise not_there(PUBLISHER, series_id)
    if not text.endswith("\n"):
        raise garbled(PUBLISHER, "a table that breaks off")
    try:
        rows = pd.read_csv(io.StringIO(body), header=None, dtype=str, keep_default_na=False)
        texts = rows[1].where(~rows[1].isin(_MISSING))
        return pd.Series(
            pd.to_numeric(texts).to_numpy(dtype="float64", na_value=float("nan")),
            index=pd.to_datetime(rows[0], format="%Y-%m-%d"),
        )
    except (ValueError, KeyError):
        failure = garbled(PUBLISHER, "a table with a row that cannot be read")
    raise failure


def _tidy(values: pd.Series, series_id: str) -> pd.Series:
    days = pd.DatetimeIndex(values.index, name="date").as_unit("us")
    if not days.is_unique:
        raise malformed(f"{PUBLISHER} has two observations of {series_id} for one day")
    if len(days) and days.min() < pd.Timestamp(FIRST_DAY):
        raise malformed(
            f"{PUBLISHER} sent {series_id} of {days.min().date()}, and {FIRST_DAY} is the first day "
            "asked for"
        )
    tidy = pd.Series(values.to_numpy(dtype="float64"), index=days, name=series_id)
    return tidy.sort_index()
