"""Daily bars from Yahoo Finance, through the real yfinance, one symbol at a time.

It asks and checks what came back; it never adjusts, fills or stores anything. Every
way in which the library fails quietly ends here as a :class:`FetchError`.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import urljoin, urlsplit

import pandas as pd

from ..catalog import Kind
from ..errors import FetchError
from . import chart
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
from .quality import Answer, load_quality
from .transport import Breaker, Clock, bounded, may_follow, retrying

PUBLISHER = "Yahoo"
CHART = "/v8/finance/chart/"
#: Its hosts, which send to one another on the way to a cookie; and how far that is followed.
DOMAIN, MOST_REDIRECTS = "yahoo.com", 8
MOVED, STILL = (301, 302, 303, 307, 308), {"allow_redirects": False}
#: How Yahoo refuses a cookie, and the name under which the library keeps one.
REFUSED, COOKIE = (401, 403), "curlCffi"
#: What the library keeps, with what SQLite writes beside it.
_DATABASE = re.compile(r"(tkr-tz|cookies|isin-tkr)\.db(-wal|-shm|-journal)?")
#: Seconds for one read inside the library, and for a whole call of ours.
READ_SECONDS = 15.0
CALL_SECONDS = 60.0


@dataclass
class _Heard:
    """What the last chart request answered, beyond what the library hands on."""

    status: int = 0
    body: bytes = b""


def watched_session(base: type[Any], heard: _Heard, clock: Clock) -> Any:
    """A session of class ``base`` that remembers chart answers and the server's time.

    It follows redirects within the publisher only; any other is the answer.
    """

    class Watched(base):  # type: ignore[misc]
        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            asked = str(url)
            response = super().request(method, url, *args, **{**kwargs, **STILL})
            for _ in range(MOST_REDIRECTS):
                target = urljoin(asked, response.headers.get("location") or asked)
                if response.status_code not in MOVED or not may_follow(asked, target, DOMAIN):
                    break
                asked = target
                response = super().request("GET", asked, timeout=kwargs.get("timeout"), **STILL)
            clock.hear(response.headers.get("date"), urlsplit(asked).hostname or PUBLISHER)
            if CHART in str(url):
                heard.status, heard.body = response.status_code, response.content
            return response

    return Watched(impersonate="chrome")


def _keep_files_in(folder: Path) -> None:
    """yfinance holds on to the files that it opened first, which may be gone by now."""
    from yfinance import cache

    cache.set_cache_location(str(folder))
    cache._TzCacheManager._tz_cache = None
    cache._CookieCacheManager._Cookie_cache = None
    cache._ISINCacheManager._isin_cache = None


def _refusal(status: int) -> FetchError | None:
    """What a status says by itself."""
    if status in (*REFUSED, 429):
        return rate_limited(PUBLISHER)
    if status in MOVED:
        return elsewhere(PUBLISHER)
    return server_error(PUBLISHER, status) if status >= 500 else None


def _clear(folder: Path) -> None:
    """Remove the library's databases; what else has their name is set aside."""
    for path in list(folder.iterdir()):
        if not _DATABASE.fullmatch(path.name):
            continue
        if path.is_dir() and not path.is_symlink():
            path.rename(Path(mkdtemp(prefix="damaged-", dir=folder)) / path.name)
        else:
            path.unlink()


def _is_of_the_network(error: Exception) -> bool:
    from curl_cffi.requests import exceptions as network

    return isinstance(error, (network.RequestException, FetchError, OSError))


@dataclass
class Yahoo:
    """The client.

    Attributes:
        clock: time, put right by the server's.
        cache: where yfinance may keep its own small files.
        answer: what Yahoo must say of itself.
        session_class: a ``curl_cffi`` session class; ``None`` for the library's own.
        call_seconds: wall-clock deadline of one call.
        sleep: how to wait between tries.
    """

    clock: Clock = field(default_factory=Clock)
    cache: Path | None = None
    session_class: type[Any] | None = None
    call_seconds: float = CALL_SECONDS
    sleep: Callable[[float], None] = time.sleep
    breaker: Breaker = field(default_factory=Breaker)
    answer: Answer = field(default_factory=lambda: load_quality().answer)
    _heard: _Heard = field(default_factory=_Heard, init=False)
    _session: Any = field(default=None, init=False)
    _renewed: bool = field(default=False, init=False)

    def bars(self, symbol: str, start: dt.date, kind: Kind) -> pd.DataFrame:
        """Daily bars from ``start`` on, as Yahoo shows them now.

        Args:
            symbol: Yahoo's name.
            start: first day wanted.
            kind: what the symbol must stand for.

        Returns:
            Frame on ascending, unique ``date`` (datetime64[us]) with ``close``, ``dividend`` and
            ``gain`` (all adjusted for later splits, as Yahoo always does), ``split`` (ratio, 0
            where none) and ``adjusted`` (Yahoo's own adjusted close). ``close`` is NaN where
            Yahoo has none, and on the day of an action that has no bar.

        Raises:
            FetchError: with the outcome that the status table shows.
        """
        self.breaker.check()
        try:
            frame = retrying(lambda: self._attempt(symbol, start, kind), self.sleep)
        except FetchError as error:
            self.breaker.note(error)
            raise
        self.breaker.note(None)
        return frame

    def _attempt(self, symbol: str, start: dt.date, kind: Kind) -> pd.DataFrame:
        before = self.clock.offset
        try:
            frame = self._bounded(symbol, start, kind)
        except FetchError:
            if not self._was_moved(before):
                raise
        else:
            if not self._was_moved(before):
                return frame
        # The question was asked with a wrong idea of today.
        return self._bounded(symbol, start, kind)

    def _was_moved(self, before: dt.timedelta) -> bool:
        return abs(self.clock.offset - before) > dt.timedelta(hours=12)

    def _bounded(self, symbol: str, start: dt.date, kind: Kind) -> pd.DataFrame:
        end = self.clock.now().date() + dt.timedelta(days=2)
        try:
            return bounded(
                lambda: self._call(symbol, start, end, kind), self.call_seconds, PUBLISHER
            )
        except FetchError as error:
            if error.outcome == "timed_out":
                self._start_over()
            raise

    def _call(self, symbol: str, start: dt.date, end: dt.date, kind: Kind) -> pd.DataFrame:
        self._heard.status, self._heard.body = 0, b""
        try:
            frame = self._history(symbol, start, end)
        except Exception as error:
            failure = self._judge(error, symbol)
        else:
            return self._checked(frame, symbol, kind)
        # Raised out here, so that no library frame or address hangs on to it.
        raise failure

    def _history(self, symbol: str, start: dt.date, end: dt.date) -> pd.DataFrame:
        import yfinance
        from yfinance.data import YfData

        self._open()
        YfData.cache_get.cache_clear()
        logger = logging.getLogger("yfinance")
        level, hidden = logger.level, yfinance.config.debug.hide_exceptions
        logger.setLevel(logging.CRITICAL + 1)
        yfinance.config.debug.hide_exceptions = False
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ticker = yfinance.Ticker(symbol, session=self._session)
                return ticker.history(
                    start=start.isoformat(),
                    end=end.isoformat(),
                    auto_adjust=False,
                    actions=True,
                    timeout=min(READ_SECONDS, self.call_seconds),
                )
        finally:
            yfinance.config.debug.hide_exceptions = hidden
            logger.setLevel(level)

    def _open(self) -> None:
        if self._session is not None:
            return
        from curl_cffi import requests

        if self.cache is not None:
            _keep_files_in(self.cache)
        base = self.session_class or requests.Session
        self._session = watched_session(base, self._heard, self.clock)

    def _start_over(self) -> None:
        """Leave a hanging session, and the lock it may hold, behind."""
        from yfinance.data import SingletonMeta, YfData

        SingletonMeta._instances.pop(YfData, None)
        self._heard = _Heard()
        self._session = None

    def _forget_cookie(self) -> None:
        """Ask without the cookie that was refused; the library keeps one for a year."""
        from yfinance import cache

        with suppress(Exception):  # a cache that cannot be written is dealt with where it is read
            cache.get_cookie_cache().store(COOKIE, None)
        self._start_over()

    def _without_files(self, error: Exception, status: int) -> FetchError | None:
        """Make the library's own files anew, once: they hold nothing that cannot be asked again.

        A call failed over them if their database says so, or if nothing was asked yet.
        """
        theirs = type(error).__module__.split(".")[0] in ("peewee", "sqlite3")
        if not theirs and (status or _is_of_the_network(error)):
            return None
        if self.cache is None or self._renewed:
            where = "" if self.cache is None else f" in {self.cache}"
            told = f"{PUBLISHER} (yfinance cannot keep its own files{where}: disk full?)"
            return unreachable(told) if theirs else None
        self._renewed = True
        self._start_over()
        _keep_files_in(self.cache)  # closes them
        with suppress(OSError):
            _clear(self.cache)
        return FetchError(Outcome.STALE, f"{PUBLISHER} (yfinance's own files are damaged)", tries=2)

    def _judge(self, error: Exception, symbol: str) -> FetchError:
        from curl_cffi.requests import exceptions as network
        from yfinance.exceptions import YFPricesMissingError, YFRateLimitError, YFTzMissingError

        status = self._heard.status
        if status in REFUSED:
            self._forget_cookie()
        if isinstance(error, YFRateLimitError):
            return rate_limited(PUBLISHER)
        if (refusal := _refusal(status)) is not None:
            return refusal
        if (failure := self._without_files(error, status)) is not None:
            return failure
        if isinstance(error, network.Timeout):
            return timed_out(PUBLISHER, min(READ_SECONDS, self.call_seconds))
        if isinstance(error, (network.IncompleteRead, network.ChunkedEncodingError)):
            return garbled(PUBLISHER, "an answer that breaks off")
        if isinstance(error, (json.JSONDecodeError, network.JSONDecodeError)):
            return garbled(PUBLISHER, "something that is not JSON")
        if isinstance(error, (network.RequestException, OSError)):
            return unreachable(PUBLISHER)
        if status == 404 or isinstance(error, (YFPricesMissingError, YFTzMissingError)):
            return not_there(PUBLISHER, symbol)
        return malformed(f"{PUBLISHER}'s answer for {symbol} has another shape than expected")

    def _checked(self, frame: pd.DataFrame, symbol: str, kind: Kind) -> pd.DataFrame:
        if frame.empty:
            raise not_there(PUBLISHER, symbol)
        if "Close" not in frame.columns:
            raise malformed(f"{PUBLISHER}'s bars of {symbol} lack a column")
        result = chart.parse(self._heard.body)
        chart.check_identity(result, symbol, kind, self.answer)
        chart.check_days(result, symbol)
        days = pd.DatetimeIndex(frame.index).tz_localize(None).normalize()
        closes = pd.Series(frame["Close"].to_numpy(dtype="float64"), index=days.as_unit("us"))
        # A row that the library made for an action without a bar, or one of a bar without a price.
        closes = closes[~(closes.isna() & closes.index.duplicated(keep=False))]
        if not closes.index.is_unique:
            raise malformed(f"{PUBLISHER} has two bars of {symbol} for one day")
        return _joined(closes, chart.actions(result, symbol), chart.adjusted(result))


def _joined(closes: pd.Series, actions: pd.DataFrame, adjusted: pd.Series | None) -> pd.DataFrame:
    """Bars and actions on the days of either; an action before the first bar says nothing."""
    actions = actions[actions.index >= closes.index.min()]
    days = closes.index.union(actions.index)
    frame = actions.reindex(days).fillna(0.0)
    frame.insert(0, "close", closes.reindex(days))
    frame["adjusted"] = float("nan") if adjusted is None else adjusted.reindex(days)
    frame.index = pd.DatetimeIndex(frame.index, name="date").as_unit("us")
    return frame
