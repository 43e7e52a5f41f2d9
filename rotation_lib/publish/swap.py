"""Putting a new folder where an old one is, so that no reader sees neither or half of one.

New folders are made in workspaces beside their place. What a killed build leaves of them is
cleared by the next one; the workspace of a build that still runs is never touched.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from ..folders import exchanged, renamed
from .owned import KEPT, names, refuse_strangers, told

#: How the names of folders begin that only a running build may hold.
_WORK, _OLD, _LOCK = ".site-", ".old-", ".workspace.lock"
#: Held while a site is put in place: two builds in one folder do so one after the other.
_PUTTING = ".exchange.lock"


@contextmanager
def workspace(out: Path) -> Iterator[Path]:
    """A folder in ``out`` for a site in the making, gone afterwards.

    Args:
        out: build folder; leftovers of killed builds are cleared from it first.
    """
    from filelock import FileLock

    out.mkdir(parents=True, exist_ok=True)
    # Under the lock no other build sees this folder before it is held.
    with FileLock(out / _LOCK):
        _clear(out)
        folder = Path(mkdtemp(prefix=_WORK, dir=out))
        held = FileLock(_lock_of(folder))
        held.acquire()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        held.release()
        _lock_of(folder).unlink(missing_ok=True)


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")


def _clear(out: Path) -> None:
    """Remove what killed builds left; a site that was between two renames comes back."""
    from filelock import FileLock, Timeout

    for aside in out.glob(f"{_OLD}*/*"):
        if not (out / aside.name).exists():
            aside.rename(out / aside.name)
    for folder in (p for p in out.glob(f"{_OLD}*") if p.is_dir()):
        shutil.rmtree(folder, ignore_errors=True)
    for folder in (p for p in out.glob(f"{_WORK}*") if p.is_dir()):
        lock = FileLock(_lock_of(folder))
        try:
            with lock.acquire(timeout=0):
                shutil.rmtree(folder, ignore_errors=True)
        except Timeout:
            continue
    for lock_file in out.glob(f"{_WORK}*.lock"):
        if not lock_file.with_suffix("").exists():
            lock_file.unlink(missing_ok=True)


def put(
    new: Path,
    place: Path,
    finish: Callable[[Path, Path], None] | None = None,
    after: Callable[[Path], None] | None = None,
) -> None:
    """Complete a new site and put it in place, while no other build does the same.

    Args:
        new: the new site; gone afterwards.
        place: where it goes.
        finish: given both, before they are exchanged: what is kept at the place is carried over.
        after: given the place, before another build may change it again.

    Raises:
        BuildError: the place holds a file that no build put there; nothing is changed.
    """
    from filelock import FileLock

    with FileLock(place.parent / _PUTTING):
        if finish is not None:
            finish(new, place)
        refuse_strangers(new, place)
        made = sorted(names(new))
        # Whoever is killed between the two steps leaves a list that holds for either site.
        told(place, {*made, *names(place)})
        exchange(new, place)
        told(place, made)
        if after is not None:
            after(place)


def exchange(new: Path, place: Path) -> None:
    """Put the folder ``new`` at ``place``; what was there is deleted.

    One step where the system can exchange two names (Linux); elsewhere two renames,
    the old folder being put back if the second fails.
    """
    if not place.exists():
        new.rename(place)
        return
    if exchanged(new, place):
        shutil.rmtree(new, ignore_errors=True)
        return
    from filelock import FileLock

    with FileLock(place.parent / _LOCK):
        aside = Path(mkdtemp(prefix=_OLD, dir=place.parent)) / place.name
        try:
            renamed(new, place, aside)
        finally:
            shutil.rmtree(aside.parent, ignore_errors=True)


def carried(new: Path, place: Path) -> None:
    """Bring what is kept at a place into the folder that will replace it.

    Args:
        new: folder that no reader sees yet.
        place: where it will go; nothing in it changes.
    """
    for name in KEPT:
        if (place / name).is_dir():
            shutil.copytree(place / name, new / name, copy_function=linked)
        elif (place / name).is_file():
            shutil.copy2(place / name, new / name)


def linked(source: str, target: str) -> str:
    """One file at another place, by a hard link or, across file systems, by a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target
