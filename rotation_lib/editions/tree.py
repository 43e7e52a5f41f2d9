"""Copying and linking folders of a site.

A file of one edition may be shared with another by a hard link; the newest site at the top never
shares one, so that nothing written there can reach an edition. It must never write into a file
that exists.
"""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Collection
from pathlib import Path

from ..publish.swap import linked


def copy_folder(
    source: Path, target: Path, *, without: Collection[str] = (), like: Path | None = None
) -> None:
    """Copy a folder; what ``like`` holds already is linked there instead.

    Args:
        source: what to copy.
        target: a folder that is made.
        without: names directly below ``source`` that are left out.
        like: another edition; files of it with the same name and content are shared.
    """
    target.mkdir(parents=True)
    for path in sorted(source.iterdir()):
        if path.name in without:
            continue
        twin = like / path.name if like else None
        if path.is_dir():
            copy_folder(path, target / path.name, like=twin)
        elif twin and twin.is_file() and filecmp.cmp(path, twin, shallow=False):
            linked(str(twin), str(target / path.name))
        else:
            shutil.copy2(path, target / path.name)


def clear_folder(folder: Path, *, but: Collection[str] = ()) -> None:
    """Remove what lies in a folder, except names directly below it."""
    for path in folder.iterdir():
        if path.name in but:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def disk_bytes(folder: Path) -> int:
    """Bytes that the files of a folder take, each inode counted once."""
    sizes = {}
    for path in folder.rglob("*"):
        if path.is_file():
            held = path.stat()
            sizes[(held.st_dev, held.st_ino)] = held.st_size
    return sum(sizes.values())
