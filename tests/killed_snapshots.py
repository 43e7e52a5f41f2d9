"""Puts a new snapshot in place again and again, killed each time a little later.

Run as a program: ``killed_snapshots.py FOLDER``, in a folder with two sources of raw data, ``one``
and ``two``. It prints the number of each kill and what a reader then saw: ``before``, ``after``,
or ``away`` where two renames stand in for one step; another snapshot ends it with a message.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from raw_source import RULES

from rotation_lib import folders
from rotation_lib.catalog import load_catalog
from rotation_lib.errors import SnapshotError
from rotation_lib.sources import snapshot_writer
from rotation_lib.sources.snapshot import SnapshotSource

#: What changes the file system, as Python announces it before it happens.
_CHANGES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir")
#: How many changes lie between two kills while nothing but the files of the new one is written.
_STRIDE = 5


def put(out: Path, contents: Mapping[str, bytes]) -> None:
    """As the writer of snapshots does, once it has checked everything."""
    folders.write_folder(out, contents, lambda fresh: SnapshotSource(fresh).load())


def killed_after(
    changes: int, out: Path, contents: Mapping[str, bytes], *, in_one_step: bool
) -> bool:
    """Put a snapshot in place in a process that is killed at its n-th change; whether it was."""
    child = os.fork()
    if child == 0:
        left = [changes]

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            writes = event == "open" and isinstance(arguments[1], str) and arguments[1][0] in "wxa"
            found = event == "ctypes.dlsym" and arguments[1] == "renameat2"
            if writes or found or event in _CHANGES:
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        if not in_one_step:
            folders.exchanged = lambda one, other: False
        sys.addaudithook(watch)
        put(out, contents)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def written(source: Path, out: Path) -> dict[str, bytes]:
    """The files of the snapshot of a source, which is then in place."""
    snapshot_writer.write_snapshot(source, out, load_catalog(), RULES)
    return {path.name: path.read_bytes() for path in out.iterdir()}


def seen(out: Path, one: Mapping[str, bytes], two: Mapping[str, bytes]) -> str:
    """What a reader finds."""
    try:
        SnapshotSource(out).load()
    except SnapshotError:
        return "away" if not out.exists() else "damaged"
    held = {path.name: path.read_bytes() for path in out.iterdir()}
    return "before" if held == one else "after" if held == two else "another"


def main() -> None:
    """Kill at change after change until it gets through; then the same with two renames."""
    folder = Path(sys.argv[1])
    out = folder / "out"
    two = written(folder / "two", out)
    one = written(folder / "one", out)
    for how in ("one step", "two steps"):
        changes, found = 1, ""
        while killed_after(changes, out, two, in_one_step=how == "one step"):
            before, found = found, seen(out, one, two)
            print(how, changes, found)
            if before == found == "after":
                break
            # The next one clears away what this one left, and puts the first one back.
            put(out, one)
            changes += _STRIDE if changes < len(two) else 1
        put(out, one)
        print("left", *sorted(path.name for path in folder.iterdir()))


if __name__ == "__main__":
    main()
