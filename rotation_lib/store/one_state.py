"""One state of the store for whoever reads it, whatever a fetch does meanwhile.

A fetch replaces files one after the other and removes the old ones. A reader that takes its time
works on a copy of one moment (links, where the system has them: a file of the store never
changes). It must never write to the store.
"""

from __future__ import annotations

import atexit
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from .files import ATTEMPTS, MANIFEST, SERIES, Store

#: Names the copy that all of a report rests on, for its chapters, which are other processes.
STATE_VARIABLE = "ROTATION_STORE_STATE"
_PREFIX = "rotation-store-"
#: What cannot be read is missing in the copy, and found to be damaged there.
_UNREADABLE = (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError)


def take(store: Store, folder: Path) -> Store:
    """Copy one state of a store.

    Args:
        store: may be written to meanwhile; a file of it that is damaged or missing stays so.
        folder: where the copy goes.

    Returns:
        The store under its own name, to be read from the copy.

    Raises:
        StoreError: the manifest is damaged.
    """
    (folder / SERIES).mkdir(exist_ok=True)
    while True:
        state = (store.state(), store.log_state())
        for entry in store.manifest().values():
            with suppress(*_UNREADABLE):
                _bring(store.folder / SERIES / entry.file, folder / SERIES / entry.file)
        for name in (MANIFEST, ATTEMPTS):
            (folder / name).unlink(missing_ok=True)
            with suppress(*_UNREADABLE):
                shutil.copyfile(store.folder / name, folder / name)
        copy = Store(store.folder, folder)
        if (copy.state(), copy.log_state()) == state:
            return copy


def _bring(source: Path, target: Path) -> None:
    if target.exists():
        return
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)


@contextmanager
def one_state(store: Store) -> Iterator[Store]:
    """A store as it is now, for the length of a ``with`` block."""
    with TemporaryDirectory(prefix=_PREFIX) as folder:
        yield take(store, Path(folder))


def keep_for_report(store: Store) -> None:
    """Let this process, and all that it starts, read the store as it is now until it ends."""
    folder, owner = Path(mkdtemp(prefix=_PREFIX)), os.getpid()

    def leave() -> None:
        if os.getpid() == owner:  # forks end too, and earlier
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(leave)
    take(store, folder)
    os.environ[STATE_VARIABLE] = str(folder)


def of_report() -> Store:
    """The store that a report reads: as it was when the report began, else as it is."""
    kept = os.environ.get(STATE_VARIABLE)
    return Store(kept=Path(kept) if kept and Path(kept).is_dir() else None)
