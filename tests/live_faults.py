"""Faults for the stand-in: each takes over an answer of Yahoo, FRED's CSV or FRED's API."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
from standin import Fault, Handler, Query, Standin, csv_of, no_chart, reset

#: The three doors: kinds of answer of the stand-in.
YAHOO, CSV, API = "yahoo", "csv", "api"
PAGE = b"<!DOCTYPE html><html><body>We will be right back</body></html>"


def only(name: str, fault: Fault, times: int | None = None) -> Fault:
    """A fault for one series, at most so many times."""
    left = [times]

    def act(handler: Handler, kind: str, asked: str, query: Query) -> bool:
        if asked != name or left[0] == 0:
            return False
        if left[0] is not None:
            left[0] -= 1
        return fault(handler, kind, asked, query)

    return act


def status(code: int, body: bytes = PAGE, kind: str = "text/html") -> Fault:
    def act(handler: Handler, *_: object) -> bool:
        handler.send(code, body, kind)
        return True

    return act


too_many = status(429, b"Too Many Requests", "text/plain")
server_fault = status(500)
web_page = status(200)


def body_of(handler: Handler, kind: str, name: str, query: Query) -> bytes:
    """What would have been sent without the fault."""
    if kind == YAHOO:
        return handler.chart_bytes(name, query)
    values = handler.values(name, query)
    assert values is not None
    return (
        handler.xml(values, query) if kind == API else csv_of(values, handler.column(name, query))
    )


def cut_short(handler: Handler, kind: str, name: str, query: Query) -> bool:
    """Half an answer that claims to be whole."""
    body = body_of(handler, kind, name, query)
    handler.send(200, body[: len(body) // 2 + 3], "text/plain")
    return True


def broken_off(handler: Handler, kind: str, name: str, query: Query) -> bool:
    """Half of what the header promises, then the end of the connection."""
    body = body_of(handler, kind, name, query)
    handler.close_connection = True
    handler.send(200, body[: len(body) // 2], "text/plain", length=len(body))
    return True


def silence(handler: Handler, *_: object) -> bool:
    """Nothing, until the test is over."""
    handler.server.released.wait(60)
    handler.close_connection = True
    return True


def dropped(handler: Handler, *_: object) -> bool:
    reset(handler)
    return True


def nothing(handler: Handler, kind: str, name: str, query: Query) -> bool:
    """A proper answer without a row."""
    none = pd.Series(dtype="float64", index=pd.DatetimeIndex([]))
    if kind == YAHOO:
        handler.send(200, no_chart(), "application/json")
    elif kind == API:
        handler.send(200, handler.xml(none, query), "text/xml")
    else:
        handler.send(200, csv_of(none, handler.column(name, query)), "text/csv")
    return True


def twice(handler: Handler, kind: str, name: str, query: Query) -> bool:
    """One day given twice, with two values."""
    if kind == YAHOO:
        chart = json.loads(handler.chart_bytes(name, query))
        result = chart["chart"]["result"][0]
        at = len(result["timestamp"]) // 2
        result["timestamp"].insert(at, result["timestamp"][at])
        for series in (*result["indicators"]["quote"], *result["indicators"]["adjclose"]):
            for values in series.values():
                values.insert(at, values[at] * 1.01)
        handler.send(200, json.dumps(chart).encode(), "application/json")
        return True
    values = handler.values(name, query)
    assert values is not None
    doubled = pd.concat([values, values.iloc[-3:-2] + 1]).sort_index()
    body = (
        handler.xml(doubled, query) if kind == API else csv_of(doubled, handler.column(name, query))
    )
    handler.send(200, body, "text/plain")
    return True


def other_column(handler: Handler, kind: str, name: str, query: Query) -> bool:
    """Another column, field or series than the one asked for."""
    if kind == YAHOO:
        chart = json.loads(handler.chart_bytes(name, query))
        quote = chart["chart"]["result"][0]["indicators"]["quote"][0]
        quote["last"] = quote.pop("close")
        handler.send(200, json.dumps(chart).encode(), "application/json")
        return True
    values = handler.values(name, query)
    assert values is not None
    body = handler.xml(values, query, "level") if kind == API else csv_of(values, "GDP")
    handler.send(200, body, "text/plain")
    return True


def partial(handler: Handler, kind: str, name: str, query: Query) -> bool:
    """Whole XML that says there is more than it holds."""
    body = body_of(handler, kind, name, query)
    handler.send(200, body.replace(b'count="', b'count="9'), "text/xml")
    return True


Change = Callable[[Standin], None]


def chart_change(symbol: str, change: Callable[[dict[str, Any]], None]) -> Change:
    """Change the chart of one symbol just before it is sent."""

    def act(server: Standin) -> None:
        def shown(name: str, chart: dict[str, Any]) -> None:
            if name == symbol and chart["chart"]["result"][0]["timestamp"]:
                change(chart["chart"]["result"][0])

        server.shown = shown

    return act


def null_bar(back: int) -> Callable[[dict[str, Any]], None]:
    """Take the prices from the bar so many places from the end."""

    def change(result: dict[str, Any]) -> None:
        if len(result["timestamp"]) < back:
            return
        for series in (*result["indicators"]["quote"], *result["indicators"]["adjclose"]):
            for values in series.values():
                values[-back] = None

    return change


def without_bar(back: int) -> Callable[[dict[str, Any]], None]:
    """Leave out the bar so many places from the end."""

    def change(result: dict[str, Any]) -> None:
        if len(result["timestamp"]) <= back:
            return
        del result["timestamp"][-back]
        for series in (*result["indicators"]["quote"], *result["indicators"]["adjclose"]):
            for values in series.values():
                del values[-back]

    return change
