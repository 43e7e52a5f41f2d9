"""Redirects of live sources: within the publisher they are followed, elsewhere nothing is sent.

A second server stands for "elsewhere": whatever reaches it is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from live_faults import API, CSV, YAHOO
from live_world import KEY, NOW, clients, pull_of
from standin import Fault, Handler, Query, Standin, serving
from test_live_faults import content, fill
from test_live_process import _no_key

from rotation_lib.errors import FetchError
from rotation_lib.sources.transport import may_follow


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Standin, Standin]]:
    """The publisher, and somebody else who would answer as well."""
    with serving(NOW) as server, serving(NOW) as other:
        fill(other, 130)
        yield server, other


def leading(target: str, code: int, name: str, times: int = 99) -> Fault:
    """Send whoever asks for a series to another address, which keeps the rest of the question."""
    left = [times]

    def act(handler: Handler, kind: str, asked: str, query: Query) -> bool:
        if asked != name or not left[0]:
            return False
        left[0] -= 1
        handler.send_response(code)
        handler.send_header("Location", target + handler.path)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return True

    return act


@pytest.mark.parametrize(
    ("door", "code"), [(YAHOO, 302), (YAHOO, 307), (CSV, 301), (API, 303), (API, 308)]
)
def test_elsewhere_gets_nothing(
    door: str, code: int, both: tuple[Standin, Standin], tmp_path: Path
) -> None:
    """Neither the key nor a question leaves; the store stays, and the user reads why."""
    server, other = both
    target, key = ("IWM", None) if door == YAHOO else ("DGS10", KEY if door == API else None)
    server.fault = None
    fill(server, 125)
    pull_of(server, tmp_path, key=key).run([target])
    before = content(tmp_path / "store")
    fill(server, 130)
    other.asked.clear()
    server.fault = leading(other.address, code, target)
    [attempt] = pull_of(server, tmp_path, key=key).run([target])
    assert attempt.outcome == "malformed"
    assert "points to another address, which was not followed" in attempt.message
    assert other.asked == [] and content(tmp_path / "store") == before
    # A way round within the publisher is taken.
    server.fault = leading("", code, target, times=1)
    assert pull_of(server, tmp_path, key=key).run([target])[0].added == 5
    assert other.asked == []


def test_the_refusal_does_not_tell_the_key(
    both: tuple[Standin, Standin],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server, other = both
    server.fault = leading(other.address, 302, "DGS10")
    with pytest.raises(FetchError) as told:
        clients(server, tmp_path, key=KEY).fred.latest("DGS10")
    _no_key(told.value, caplog, capsys)


@dataclass(frozen=True)
class Way:
    asked: str
    target: str
    domain: str
    followed: bool


FRED, QUERY = "https://api.stlouisfed.org/fred/series", "https://query2.finance.yahoo.com/v8/x"


@pytest.mark.parametrize(
    "way",
    [
        Way(FRED, "https://api.stlouisfed.org/other", "", True),
        Way(FRED, "http://api.stlouisfed.org/fred/series", "", False),
        Way(FRED, "https://api.stlouisfed.org:8443/fred", "", False),
        Way(FRED, "https://fred.stlouisfed.org/", "", False),
        Way(FRED, "https://api.stlouisfed.org@example.org/", "", False),
        Way(FRED, "https://[", "", False),
        Way(FRED, "file:///etc/passwd", "", False),
        Way(QUERY, "https://consent.yahoo.com/v2", "yahoo.com", True),
        Way(QUERY, "https://yahoo.com/", "yahoo.com", True),
        Way(QUERY, "http://consent.yahoo.com/v2", "yahoo.com", False),
        Way(QUERY, "https://notyahoo.com/", "yahoo.com", False),
        Way(QUERY, "https://yahoo.com.example.org/", "yahoo.com", False),
    ],
    ids=lambda way: way.target,
)
def test_which_way_is_followed(way: Way) -> None:
    assert may_follow(way.asked, way.target, way.domain) is way.followed
