"""A program in a process forked from one that has imported what it needs, and run nothing.

To import costs several times what a fetch does. Its environment, output, exit status and locks are
those of any process, and it can be killed like any; only how an interpreter starts is left out.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
from pathlib import Path
from tempfile import mkdtemp

#: What the command line imports on its way through a fetch, a status or a ledger.
IMPORTED = (
    "curl_cffi.requests",
    "exchange_calendars",
    "fredapi",
    "pandera.pandas",
    "pyarrow.parquet",
    "rotation_lib.cli",
    "rotation_lib.store.fetch",
    "rotation_lib.store.status",
    "rotation_lib.terminal",
    "yfinance",
)


class Forked:
    """A program that runs.

    Args:
        program: its text. ``arguments``: what it is called with; ``env``: all of its environment.
    """

    def __init__(self, program: str, arguments: list[str], env: dict[str, str]) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(IMPORTED))
        self._told = Path(mkdtemp(prefix="rotation-"))
        self._process = context.Process(target=_be, args=(program, arguments, env, self._told))
        self._process.start()

    def kill(self) -> None:
        """End it as the system would."""
        self._process.kill()

    def ended(self, seconds: float = 120) -> tuple[int, str, str]:
        """Exit status, output and errors, once it has ended."""
        self._process.join(seconds)
        status = self._process.exitcode
        assert status is not None, "it did not end in time"
        out, err = ((self._told / name).read_text("utf-8") for name in ("out", "err"))
        shutil.rmtree(self._told)
        return status, out, err


def _be(program: str, arguments: list[str], env: dict[str, str], told: Path) -> None:
    """In the fork: be that program."""
    os.environ.clear()
    os.environ.update(env)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(told / name, os.O_WRONLY | os.O_CREAT, 0o600), number)
    sys.argv = ["-c", *arguments]
    exec(program, {"__name__": "__main__"})
