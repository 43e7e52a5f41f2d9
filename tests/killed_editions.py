"""Keeps an edition again and again, killed each time a little later; prints what readers saw.

Run as a program: ``killed_editions.py OUT PLAIN STRIDE``. Each line of its output is the number of
the kill and ``before`` or ``after``; a site that is neither ends it with a message.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from small_editions import JULY, JUNE, MAY, digests, publish

from rotation_lib.market import Market
from rotation_lib.params import report_params

#: What changes the file system, as Python announces it before it happens.
_CHANGES = ("os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "os.chmod")


def killed_after(changes: int, out: Path, plain: Path) -> bool:
    """Keep an edition in a process that is killed at its n-th change; whether it was killed."""
    child = os.fork()
    if child == 0:
        left = [changes]

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            writes = event == "open" and isinstance(arguments[1], str) and arguments[1][0] in "wxa"
            if writes or event in _CHANGES:
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        publish(out, plain, JULY, value=1.3)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main() -> None:
    """Kill at every ``STRIDE``-th change until it gets through."""
    out, plain, stride = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    Market.load(report_params())
    for day in (MAY, JUNE):
        publish(out, plain, day, value=1.0)
        publish(out.with_name("whole"), plain, day, value=1.0)
    before = digests(out / "html")
    publish(out.with_name("whole"), plain, JULY, value=1.3)
    after = digests(out.with_name("whole") / "html")
    assert before != after
    changes = 1
    while killed_after(changes, out, plain):
        seen = digests(out / "html")
        if seen not in (before, after):
            raise SystemExit(f"killed at change {changes}: half a site")
        print(changes, "before" if seen == before else "after", flush=True)
        changes += stride
    assert digests(out / "html") == after
    left = sorted(p.name for p in out.iterdir())
    assert left == [".workspace.lock", "html"], left


if __name__ == "__main__":
    main()
