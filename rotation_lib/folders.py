"""A whole folder in the place of another, so that a reader sees the old one or the new one.

Whoever is killed on the way leaves the old folder or the new one, and beside it things that the
next writer clears away. It must never remove what it did not make.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_NEW, _OLD = "new", "old"


def write_folder(
    place: Path, contents: Mapping[str, bytes], check: Callable[[Path], object]
) -> None:
    """Put a folder of these files in place, all or nothing; one writer at a time.

    Args:
        place: where it goes; what is there is deleted.
        contents: the files by name.
        check: given the new folder before it counts; raises if it is not right.
    """
    from filelock import FileLock

    place.parent.mkdir(parents=True, exist_ok=True)
    lock = place.with_name(f".{place.name}.lock")
    with FileLock(lock):
        _clear(place)
        work = Path(mkdtemp(prefix=_prefix(place), dir=place.parent))
        new = work / _NEW
        try:
            new.mkdir()
            for name, content in contents.items():
                (new / name).write_bytes(content)
            check(new)
            if not place.exists():
                new.rename(place)
            elif not exchanged(new, place):
                renamed(new, place, work / _OLD)
        finally:
            shutil.rmtree(work, ignore_errors=True)
            with suppress(OSError):  # where an open file cannot go, its owner removes it
                lock.unlink()


def exchanged(one: Path, other: Path) -> bool:
    """Exchange two names in one step; false, and nothing done, where the system cannot."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    done = rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return bool(done == 0)


def renamed(new: Path, place: Path, aside: Path) -> None:
    """Put ``new`` at ``place`` in two steps, the old folder going aside, or back on failure."""
    place.rename(aside)
    try:
        new.rename(place)
    except OSError:
        aside.rename(place)
        raise


def _prefix(place: Path) -> str:
    return f".{place.name}.new-"


def _clear(place: Path) -> None:
    """Remove what killed writers left; a folder that was between two renames comes back."""
    left = re.compile(re.escape(_prefix(place)) + r"[a-z0-9_]{8}")
    for work in [path for path in place.parent.iterdir() if left.fullmatch(path.name)]:
        if (work / _OLD).is_dir() and not place.exists():
            (work / _OLD).rename(place)
        shutil.rmtree(work, ignore_errors=True)
