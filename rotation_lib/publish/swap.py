"""Putting a new folder where an old one is, so that no reader sees neither or half of one."""

from __future__ import annotations

import ctypes
import os
import shutil
from pathlib import Path
from tempfile import mkdtemp

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def exchange(new: Path, place: Path) -> None:
    """Put the folder ``new`` at ``place``; what was there is deleted.

    One step where the system can exchange two names (Linux); elsewhere two renames,
    the old folder being put back if the second fails.
    """
    if not place.exists():
        new.rename(place)
        return
    if _exchanged(new, place):
        shutil.rmtree(new, ignore_errors=True)
        return
    aside = Path(mkdtemp(prefix=".old-", dir=place.parent)) / place.name
    place.rename(aside)
    try:
        new.rename(place)
    except OSError:
        aside.rename(place)
        raise
    finally:
        shutil.rmtree(aside.parent, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    done = rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return bool(done == 0)
