"""Fetches when told to, each time in a process of its own that may be killed on the way.

Run as a program: it reads one question a line, as JSON, and answers each with one line. Real
clients, pointed at the stand-in. It has one thread only, so that it may fork.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
import threading
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
from live_world import clients
from standin import Standin

from rotation_lib.catalog import load_catalog
from rotation_lib.errors import StoreError
from rotation_lib.sources.closed import BASE_CLOSE
from rotation_lib.sources.exchange import xnys_sessions
from rotation_lib.sources.quality import load_quality
from rotation_lib.store.fetch import Pull, _embedded
from rotation_lib.store.files import Store

#: What changes the file system, as Python announces it before it happens.
_CHANGES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir")


@dataclass
class Place:
    """The part of the stand-in that clients need."""

    address: str
    session_class: Any = Standin.session_class

    def __post_init__(self) -> None:
        self.session_class = Standin.session_class.__get__(self)


def fetched(asked: dict[str, Any]) -> dict[str, Any]:
    """One fetch of all series named; how each ended, and what was said of clocks."""
    folder = Path(asked["folder"])
    made = clients(
        Place(asked["address"]),  # type: ignore[arg-type]
        folder,
        key=asked["key"],
        seconds=asked["seconds"],
        now=dt.datetime.fromisoformat(asked["now"]),
    )
    pull = Pull(Store(folder / "store"), load_catalog(), made)
    try:
        attempts = pull.run(asked["names"])
    except StoreError as error:
        return {"attempts": [], "notes": [str(error)]}
    told = [(a.series_id, a.outcome, a.message, a.added, a.revised) for a in attempts]
    return {"attempts": told, "notes": made.clock.notes()}


def killed_at(change: int) -> None:
    """End this process, as the system would, before its n-th change of the file system."""
    left = [change]

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        writes = event == "open" and isinstance(arguments[1], str) and arguments[1][0] in "wxa"
        if writes or event in _CHANGES:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def answer(line: str) -> str:
    """Fetch in a fork; ``null`` if it was killed."""
    asked = json.loads(line)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        if asked["kill"]:
            killed_at(asked["kill"])
        text = json.dumps(fetched(asked)).encode()
        while text:
            text = text[os.write(writing, text) :]
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read().decode()
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return "null"
    if not told:
        raise SystemExit(f"a fetch ended with {status}")
    return told


def main() -> None:
    """Answer until nobody asks any more."""
    load_quality(), load_catalog(), _embedded()
    xnys_sessions(BASE_CLOSE, pd.Timestamp(sys.argv[1]))
    for name in ("curl_cffi.requests", "fredapi", "pandera.pandas", "pyarrow.parquet", "yfinance"):
        import_module(name)
    # One fetch here: what is looked up or loaded once need not be, again, in each fork.
    fetched(json.loads(sys.stdin.readline()))
    assert threading.active_count() == 1
    for line in sys.stdin:
        print(answer(line), flush=True)


if __name__ == "__main__":
    main()
