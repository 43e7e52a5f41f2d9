"""The command line as a process of its own, behind the stand-in, without its pauses."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from forked_command import Forked
from standin import Standin, proxied

#: The command line; pauses between tries and requests, proved elsewhere, are left out.
LAUNCH = """
import sys
from rotation_lib.sources import fred, transport
transport.BACK_OFF_SECONDS = fred.SECONDS_BETWEEN = 0.0
sys.argv[0] = "rotation"
from rotation_lib.cli import main
main()
"""


def environment(server: Standin, folder: Path, **more: str) -> dict[str, str]:
    """A process that can reach nothing but the stand-in, and keeps its files in ``folder``."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ROTATION_", "FRED_", "COV_"))}
    kept |= {"ROTATION_STORE": str(folder / "store"), "XDG_CACHE_HOME": str(folder / "cache")}
    return kept | proxied(server, folder) | more


def rotation(arguments: list[str], env: dict[str, str], **options: object) -> subprocess.Popen[str]:
    """The command line with these arguments, started."""
    return subprocess.Popen(
        [sys.executable, "-c", LAUNCH, *arguments],
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,  # type: ignore[call-overload]
    )


def forked(arguments: list[str], env: dict[str, str]) -> Forked:
    """The same without the seconds in which an interpreter starts and imports."""
    return Forked(LAUNCH, arguments, env)


def run(arguments: list[str], env: dict[str, str]) -> tuple[int, str, str]:
    """Exit status, output and errors of the command line with these arguments."""
    return forked(arguments, env).ended()


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for a condition of another process."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
