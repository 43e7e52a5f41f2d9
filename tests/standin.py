"""A stand-in for Yahoo and FRED on 127.0.0.1, for the real clients, with faults to order.

It answers in the shapes that the publishers use. Clients reach it in two ways: sessions
that rewrite the host (one process), or a CONNECT proxy with a certificate made for the
occasion (a whole process).
"""

from __future__ import annotations

import datetime as dt
import json
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
import pandas as pd

from rotation_lib.catalog import load_catalog

HOSTS = (
    "query1.finance.yahoo.com",
    "query2.finance.yahoo.com",
    "fc.yahoo.com",
    "guce.yahoo.com",
    "consent.yahoo.com",
    "api.stlouisfed.org",
    "fred.stlouisfed.org",
    "alfred.stlouisfed.org",
)
INSTRUMENTS = {"fund": "ETF", "stock": "EQUITY", "index": "INDEX"}
KINDS = {item.source_id: item.kind for item in load_catalog().series.values()}
Query = dict[str, str]
#: A fault takes over an answer: ``(handler, kind, name, query) -> True`` if it has answered.
Fault = Callable[["Handler", str, str, Query], bool]


class Standin(ThreadingHTTPServer):
    """What is served, and what is wrong with it.

    Attributes:
        bars: symbol → frame ``date, close, dividend, split`` as traded (split 1 where none).
        macro: series id → values by day. ``vintages``: ``(id, day)`` → values by day.
        now: the time that its ``Date`` header tells.
        fault: what takes over answers, or ``None``.
        asked: kind and name of every request for data.
        shown: changes a chart just before it is sent.
        connected: hosts that the proxy was asked for.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, now: dt.datetime) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.bars: dict[str, pd.DataFrame] = {}
        self.macro: dict[str, pd.Series] = {}
        self.vintages: dict[tuple[str, str], pd.Series] = {}
        self.now = now
        self.fault: Fault | None = None
        self.shown: Callable[[str, dict[str, Any]], None] = lambda symbol, chart: None
        self.asked: list[tuple[str, str]] = []
        self.connected: list[str] = []
        self.tls: ssl.SSLContext | None = None
        self.released = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the game."""

    def session_class(self) -> type[Any]:
        """A session for yfinance that sends everything here, whatever host it names."""
        from curl_cffi import requests

        address = self.address

        class Redirected(requests.Session):
            def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
                parts = urlsplit(str(url))
                return super().request(method, f"{address}{parts.path or '/'}", *args, **kwargs)

        return Redirected


@contextmanager
def serving(now: dt.datetime) -> Iterator[Standin]:
    server = Standin(now)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Standin
    #: What this answer says of the time, if another than the server's.
    says: dt.datetime | None = None

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.says or self.server.now, usegmt=True)

    def do_CONNECT(self) -> None:
        host = self.path.partition(":")[0]
        self.server.connected.append(host)
        if self.server.tls is None or host not in HOSTS:
            self.send_error(502)
            return
        self.send_response(200)
        self.end_headers()
        self.rfile.close()
        self.wfile.close()
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", 0)
        self.close_connection = False

    def finish(self) -> None:
        with suppress(OSError, ValueError):
            super().finish()
        # Behind the proxy this is another socket than the one the server closes.
        self.rfile.close()
        self.connection.close()

    def do_POST(self) -> None:
        self.send(404, b"", "text/plain")

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {k: v[0] for k, v in parse_qs(parts.query).items()}
        path = unquote(parts.path)
        if path.startswith("/v8/finance/chart/"):
            self._answer("yahoo", path.rpartition("/")[2], query, self._chart)
        elif path == "/fred/series/observations":
            self._answer("api", query.get("series_id", ""), query, self._observations)
        elif path.startswith("/graph/"):
            kind = "alfred" if "alfred" in path else "csv"
            self._answer(kind, query.get("id", ""), query, self._csv)
        elif path == "/v1/test/getcrumb":
            self.send(200, b"crumb", "text/plain")
        else:
            self.send(404, b"<html></html>", "text/html")

    def _answer(
        self, kind: str, name: str, query: Query, answer: Callable[[str, Query], None]
    ) -> None:
        self.server.asked.append((kind, name))
        self.says = None
        fault = self.server.fault
        if fault is None or not fault(self, kind, name, query):
            answer(name, query)

    # -- whole answers ----------------------------------------------------------------

    def send(self, status: int, body: bytes, kind: str, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _chart(self, symbol: str, query: Query) -> None:
        if symbol not in self.server.bars:
            self.send(404, no_chart(), "application/json")
            return
        self.send(200, self.chart_bytes(symbol, query), "application/json")

    def chart_bytes(self, symbol: str, query: Query) -> bytes:
        chart = chart_of(symbol, self.server.bars[symbol], query)
        self.server.shown(symbol, chart)
        return json.dumps(chart).encode()

    def values(self, name: str, query: Query) -> pd.Series | None:
        day = query.get("vintage_date") or query.get("realtime_start")
        held = self.server.vintages.get((name, day)) if day else self.server.macro.get(name)
        since = query.get("cosd") or query.get("observation_start")
        return held if held is None or since is None else held.loc[since:]

    def _observations(self, name: str, query: Query) -> None:
        values = self.values(name, query)
        if values is None:
            text = '<error code="400" message="Bad Request.  The series does not exist."/>'
            self.send(400, text.encode(), "text/xml")
            return
        self.send(200, self.xml(values, query), "text/xml")

    def xml(self, values: pd.Series, query: Query, attribute: str = "value") -> bytes:
        """What FRED's API sends: values as known on the day asked for, or today."""
        return xml_of(values, query.get("realtime_start", f"{self.server.now:%F}"), attribute)

    def _csv(self, name: str, query: Query) -> None:
        values = self.values(name, query)
        if values is None:
            self.send(404, b"<html>not found</html>", "text/html")
            return
        self.send(200, csv_of(values, self.column(name, query)), "text/csv")

    def column(self, name: str, query: Query) -> str:
        day = query.get("vintage_date", "")
        return f"{name}_{day.replace('-', '')}" if day else name


# -- bodies -------------------------------------------------------------------------------


def no_chart() -> bytes:
    error = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
    return json.dumps({"chart": {"result": None, "error": error}}).encode()


def chart_of(symbol: str, bars: pd.DataFrame, query: Query) -> dict[str, Any]:
    """The chart that Yahoo would show: past figures divided by the splits after them."""
    ratios = bars["split"].to_numpy()
    after = ratios[::-1].cumprod()[::-1] / ratios
    local = pd.DatetimeIndex(bars["date"]).tz_localize("America/New_York")
    every = local.as_unit("s").asi8 + 34_200
    inside = (every >= int(query.get("period1", 0))) & (every < int(query.get("period2", 2**40)))
    rows = inside.nonzero()[0]
    if query.get("range") == "1d":
        rows = rows[-1:]
    stamps = every[rows].tolist()
    shown = (bars["close"].to_numpy() / after)[rows]
    closes = [
        None if hidden else close
        for close, hidden in zip(shown.tolist(), np.isnan(shown), strict=True)
    ]
    paid = (bars["dividend"].to_numpy() / after)[rows].tolist()
    own = adjusted(bars["close"].to_numpy() / after, bars["dividend"].to_numpy() / after)[rows]
    owned = [None if hidden else value for hidden, value in zip(np.isnan(shown), own, strict=True)]
    dividends = {
        str(at): {"amount": amount, "date": at}
        for at, amount in zip(stamps, paid, strict=True)
        if amount
    }
    splits = {
        str(at): {
            "date": at,
            "numerator": ratio,
            "denominator": 1.0,
            "splitRatio": f"{ratio:g}:1",
        }
        for at, ratio in zip(stamps, ratios[rows].tolist(), strict=True)
        if ratio != 1
    }
    quote = {name: list(closes) for name in ("open", "high", "low", "close")}
    quote["volume"] = [None if close is None else 1000 for close in closes]
    kind = KINDS.get(symbol, "fund")
    result = {
        "meta": {
            "currency": "USD",
            "symbol": symbol,
            "exchangeName": "WCB" if kind == "index" else "PCX",
            "instrumentType": INSTRUMENTS[kind],
            "gmtoffset": -18_000,
            "timezone": "EST",
            "exchangeTimezoneName": "America/New_York",
            "dataGranularity": "1d",
            "priceHint": 2,
            "validRanges": ["1d", "5d", "max"],
        },
        "timestamp": stamps,
        "events": {"dividends": dividends, "splits": splits},
        "indicators": {"quote": [quote], "adjclose": [{"adjclose": owned}]},
    }
    return {"chart": {"result": [result], "error": None}}


def adjusted(closes: np.ndarray, paid: np.ndarray) -> np.ndarray:
    """Adjusted closes as Yahoo makes them: each dividend takes its share of the close before."""
    before = np.append(np.nan, closes[:-1])
    kept = np.where(paid > 0, 1 - paid / before, 1.0)
    kept[0] = 1.0
    return closes * np.append(np.cumprod(kept[::-1])[::-1][1:], 1.0)


def xml_of(values: pd.Series, day: str, attribute: str = "value", units: str = "lin") -> bytes:
    known = f'realtime_start="{day}" realtime_end="{day}"'
    rows = "".join(
        f'<observation {known} date="{day}" {attribute}="{told}"/>'
        for day, told in _told(values, missing=".")
    )
    head = f'{known} units="{units}" output_type="1" count="{len(values)}"'
    return f"<observations {head}>{rows}</observations>".encode()


def csv_of(values: pd.Series, column: str) -> bytes:
    rows = "".join(f"{day},{told}\n" for day, told in _told(values, missing=""))
    return f"observation_date,{column}\n{rows}".encode()


def _told(values: pd.Series, missing: str) -> Iterator[tuple[str, str]]:
    days = np.datetime_as_string(values.index.to_numpy(), unit="D").tolist()
    told = [missing if v != v else repr(v) for v in values.astype("float64").tolist()]
    return zip(days, told, strict=True)


# -- certificate and a whole process --------------------------------------------------------


def certificate(folder: Path) -> tuple[Path, Path]:
    """A key and a self-signed certificate for :data:`HOSTS`, made now and good for a day."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    names = ",".join(f"DNS:{host}" for host in HOSTS)
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes", "-days", "1", "-subj", "/CN=stand-in"),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-addext", f"subjectAltName={names}", "-keyout", str(key), "-out", str(cert)),
        ],
        check=True,
        capture_output=True,
    )
    return key, cert


def proxied(server: Standin, folder: Path) -> dict[str, str]:
    """Environment of a process whose every request must come to ``server``."""
    key, cert = certificate(folder)
    server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.tls.load_cert_chain(cert, key)
    proxy = dict.fromkeys(
        ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"), server.address
    )
    bundles = ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE")
    return proxy | {name: str(cert) for name in bundles} | {"SSL_CERT_DIR": str(folder)}


def reset(handler: Handler) -> None:
    """Drop the connection the hard way."""
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()
    handler.close_connection = True
