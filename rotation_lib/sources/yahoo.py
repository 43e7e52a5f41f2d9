"""Daily bars from Yahoo Finance, through the real yfinance, one symbol at a time.

It asks and checks what came back; it never adjusts, fills or stores anything. Every
way in which the library fails quietly ends here as a :class:`FetchError`.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import FetchError
from .outcome import (
    garbled,
    malformed,
    not_there,
    rate_limited,
    server_error,
    timed_out,
    unreachable,
)
from .transport import Breaker, Clock, bounded, retrying

PUBLISHER = "Yahoo"
CHART = "/v8/finance/chart/"
#: Seconds for one read inside the library, and for a whole call of ours.
READ_SECONDS = 15.0
CALL_SECONDS = 60.0
_COLUMNS = {"Close": "close", "Dividends": "dividend", "Stock Splits": "split"}


@dataclass
class _Heard:
    """What the last chart request answered, beyond what the library hands on."""

    status: int = 0
    body: bytes = b""


def watched_session(base: type[Any], heard: _Heard, clock: Clock) -> Any:
    """A session of class ``base`` that remembers chart answers and the server's time."""

    class Watched(base):  # type: ignore[misc]
        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            response = super().request(method, url, *args, **kwargs)
            clock.hear(response.headers.get("date"))
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


@dataclass
class Yahoo:
    """The client.

    Attributes:
        clock: time, put right by the server's.
        cache: where yfinance may keep its own small files.
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
    _heard: _Heard = field(default_factory=_Heard, init=False)
    _session: Any = field(default=None, init=False)

    def bars(self, symbol: str, start: dt.date) -> pd.DataFrame:
        """Daily bars from ``start`` on, as Yahoo shows them now.

        Args:
            symbol: Yahoo's name.
            start: first day wanted.

        Returns:
            Frame on ascending, unique ``date`` (datetime64[us]) with ``close`` and
            ``dividend`` (both adjusted for later splits, as Yahoo always does) and ``split``
            (ratio, 0 where none). ``close`` may be NaN where Yahoo has none.

        Raises:
            FetchError: with the outcome that the status table shows.
        """
        self.breaker.check()
        try:
            frame = retrying(lambda: self._attempt(symbol, start), self.sleep)
        except FetchError as error:
            self.breaker.note(error)
            raise
        self.breaker.note(None)
        return frame

    def _attempt(self, symbol: str, start: dt.date) -> pd.DataFrame:
        before = self.clock.offset
        frame = self._bounded(symbol, start)
        if abs(self.clock.offset - before) > dt.timedelta(hours=12):
            # The question was asked with a wrong idea of today.
            frame = self._bounded(symbol, start)
        return frame

    def _bounded(self, symbol: str, start: dt.date) -> pd.DataFrame:
        end = self.clock.now().date() + dt.timedelta(days=2)
        try:
            return bounded(lambda: self._call(symbol, start, end), self.call_seconds, PUBLISHER)
        except FetchError as error:
            if error.outcome == "timed_out":
                self._start_over()
            raise

    def _call(self, symbol: str, start: dt.date, end: dt.date) -> pd.DataFrame:
        self._heard.status, self._heard.body = 0, b""
        try:
            frame = self._history(symbol, start, end)
        except Exception as error:
            failure = self._judge(error, symbol)
        else:
            return self._checked(frame, symbol)
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

    def _judge(self, error: Exception, symbol: str) -> FetchError:
        from curl_cffi.requests import exceptions as network
        from yfinance.exceptions import YFPricesMissingError, YFRateLimitError, YFTzMissingError

        status = self._heard.status
        if isinstance(error, YFRateLimitError) or status in (401, 403, 429):
            return rate_limited(PUBLISHER)
        if status >= 500:
            return server_error(PUBLISHER, status)
        if type(error).__module__.split(".")[0] in ("peewee", "sqlite3"):
            return unreachable(f"{PUBLISHER} (yfinance cannot keep its own files: disk full?)")
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

    def _checked(self, frame: pd.DataFrame, symbol: str) -> pd.DataFrame:
        if frame.empty:
            raise not_there(PUBLISHER, symbol)
        self._check_raw(symbol)
        if not set(_COLUMNS) <= set(frame.columns):
            raise malformed(f"{PUBLISHER}'s bars of {symbol} lack a column")
        bars = frame[list(_COLUMNS)].rename(columns=_COLUMNS).astype("float64")
        days = pd.DatetimeIndex(frame.index).tz_localize(None).normalize()
        bars.index = pd.DatetimeIndex(days, name="date").as_unit("us")
        if not bars.index.is_unique:
            raise malformed(f"{PUBLISHER} has two bars of {symbol} for one day")
        return bars.sort_index()

    def _check_raw(self, symbol: str) -> None:
        """Look at what the library does not: whose bars these are, and days given twice.

        The library keeps the first of two bars of one day without a word. Only the last
        day may come twice: so Yahoo shows a session in progress.
        """
        result = json.loads(self._heard.body)["chart"]["result"][0]
        meta = result["meta"]
        if meta.get("symbol", symbol).upper() != symbol.upper() or meta.get("currency") != "USD":
            raise malformed(f"{PUBLISHER} answered for {symbol} with something else")
        offset = int(meta.get("gmtoffset", 0))
        days = [(int(stamp) + offset) // 86_400 for stamp in result["timestamp"]]
        closes: dict[int, float | None] = {}
        for day, close in zip(days, result["indicators"]["quote"][0]["close"], strict=True):
            if day in closes and closes[day] != close and day != days[-1]:
                raise malformed(f"{PUBLISHER} has two different bars of {symbol} for one day")
            closes[day] = close
