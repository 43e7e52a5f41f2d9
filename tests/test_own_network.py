"""No test reaches another computer: neither Python, nor libcurl, nor a child process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import own_network
import pytest

PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy")
alone = pytest.mark.skipif(
    not own_network.ALONE,
    reason="this system grants no network namespace: only Python's own sockets are refused",
)


def test_python_refuses_other_computers() -> None:
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        for attempt in (
            lambda: tcp.connect(("192.0.2.1", 80)),
            lambda: tcp.connect_ex(("192.0.2.1", 80)),
            lambda: udp.sendto(b"x", ("192.0.2.1", 53)),
            lambda: socket.getaddrinfo("fred.stlouisfed.org", 443),
            lambda: socket.gethostbyname("query2.finance.yahoo.com"),
        ):
            with pytest.raises(RuntimeError, match="outside this computer"):
                attempt()


def test_python_reaches_this_computer() -> None:
    with (
        socket.create_server(("localhost", 0)) as server,
        socket.create_connection(server.getsockname()),
    ):
        pass


@alone
def test_libcurl_finds_no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's hook does not see libcurl; the system itself has no route to offer."""
    from curl_cffi import requests

    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(requests.exceptions.ConnectionError) as told:
        requests.get("https://192.0.2.1/", timeout=5)
    assert told.value.code == 7  # could not connect: at once, not after a time


CHILD = """
import socket
from curl_cffi import requests
try:
    socket.create_connection(("192.0.2.1", 80), timeout=5)
except OSError as error:
    print(error.errno)
try:
    requests.get("http://192.0.2.1/", timeout=5)
except requests.exceptions.RequestException as error:
    print(error.code)
"""


@alone
def test_a_child_finds_no_way_out() -> None:
    """A child without hook and without proxy is in the same network as its parent."""
    import errno

    bare = {name: value for name, value in os.environ.items() if name not in PROXIES}
    command = [sys.executable, "-c", CHILD]
    told = subprocess.run(command, env=bare, capture_output=True, text=True, check=True).stdout
    assert told.split() == [str(errno.ENETUNREACH), "7"]
