"""The folder of live data: one Parquet file a series, one manifest that names them all.

A file is never changed: a new one is written beside it, and the manifest, replaced in
one step, is what makes it count. So a reader sees the state before or after, never a
mixture, whenever the writer dies. It must never interpret what it keeps.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Literal
from urllib.parse import quote

import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from ..errors import StoreError
from ..project import STORE_VARIABLE, named_store
from ..sources.outcome import Outcome
from .parquet import bytes_of, frame_of

APPLICATION = "small-cap-rotation"
SCHEMA = 1
Kind = Literal["prices", "macro", "vintage"]
MANIFEST = "manifest.json"
ATTEMPTS = "attempts.json"
LOCK = "store.lock"
SERIES = "series"
PARTIAL = ".partial-"
#: Begins the name of a folder with what could not be trusted.
ASIDE = "damaged-"
#: What a store writes, and nothing else does: only that is ever removed.
OURS = re.compile(r"(?P<key>.+)-(?P<digest>[0-9a-f]{16})\.parquet")
_HALF = re.compile(rf"{re.escape(PARTIAL)}\d+-.+")
#: Names in the folder of a store; the clients keep files of their own there.
_PARTS = re.compile(
    rf"manifest\.json|attempts\.json|store\.lock|series|yfinance|{ASIDE}\w+|"
    rf"{re.escape(PARTIAL)}\d+-.+|\.DS_Store|Thumbs\.db|desktop\.ini"
)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
LOCK_SECONDS = 2.0
FETCH = "run 'rotation data fetch'"
SNAPSHOT_INSTEAD = "build with --source snapshot"


class Entry(BaseModel):
    """What the manifest says of one series.

    Attributes:
        kind: how the file is to be read.
        file: its name in the folder of series. ``sha256``: of the file's bytes.
        rows, first, last: what it holds; days in ISO form.
        source, source_id, via: where it came from, and by which door.
        fetched_at: when its content last changed, UTC. ``checked_at``: when the source last
            confirmed it.
        versions: of the libraries that fetched and wrote it.
        notes: what the quality gates found and let pass, one sentence each.
        moved: actions that act on another bar than their own, one sentence each.
        changes: what the vendor changed of settled bars, newest last, one sentence each.
        compared_at: when all that is stored was last compared with the source.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    file: str
    sha256: str
    rows: int
    first: str
    last: str
    source: str
    source_id: str
    via: str
    fetched_at: dt.datetime
    checked_at: dt.datetime
    versions: dict[str, str]
    notes: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    compared_at: dt.datetime | None = None


class Attempt(BaseModel):
    """How the last pull of a series ended.

    Attributes:
        series_id: catalog id, or ``ID@DAY`` for a vintage.
        outcome: see :class:`rotation_lib.sources.outcome.Outcome`.
        message: what a person is told; empty where all is well.
        at: when, UTC. ``added``, ``revised``: rows.
        ends: last day of an answer that ends too early; empty otherwise.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    series_id: str
    outcome: str
    message: str = ""
    at: dt.datetime
    added: int = 0
    revised: int = 0
    ends: str = ""


def default_folder() -> Path:
    """``ROTATION_STORE``, else a folder in the user's cache."""
    import platformdirs

    return named_store() or Path(platformdirs.user_cache_dir(APPLICATION)) / "store"


class Store:
    """One store.

    Args:
        folder: where it lies; made when something is first written.
        kept: a copy of one state of it, to be read instead; such a store is never written.
    """

    def __init__(self, folder: Path | None = None, kept: Path | None = None) -> None:
        self.folder = default_folder() if folder is None else folder
        self._read_from = self.folder if kept is None else kept
        self._aside: Path | None = None
        # What was read or written last, beside its bytes: a pull asks for both at each series.
        self._entries: tuple[bytes | None, dict[str, Entry]] = (None, {})
        self._log: tuple[bytes | None, dict[str, Attempt]] = (None, {})

    # -- reading ----------------------------------------------------------------------

    def state(self) -> str:
        """Hash of the manifest; empty where there is no store."""
        return _file_digest(self._read_from / MANIFEST)

    def log_state(self) -> str:
        """Hash of the log of pulls; empty where there is none."""
        return _file_digest(self._read_from / ATTEMPTS)

    def manifest(self) -> dict[str, Entry]:
        """Entries by key; empty where nothing was ever stored.

        Raises:
            StoreError: the manifest is damaged or of another layout.
        """
        path = self._read_from / MANIFEST
        try:
            content = path.read_bytes()
            if content == self._entries[0]:
                return dict(self._entries[1])
            held = json.loads(content)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            raise self._damaged(MANIFEST) from None
        try:
            if held["schema"] != SCHEMA:
                raise self._of_another_version(held["schema"])
            if held["sha256"] != _digest_of(held["series"]):
                raise self._damaged(MANIFEST)
            entries = {key: Entry(**entry) for key, entry in held["series"].items()}
        except (KeyError, TypeError, ValidationError):
            raise self._damaged(MANIFEST) from None
        self._entries = content, entries
        return dict(entries)

    def read(self, entry: Entry) -> pd.DataFrame:
        """The frame of one entry, its bytes compared with the manifest.

        Raises:
            StoreError: the file is missing or differs.
        """
        try:
            content = (self._read_from / SERIES / entry.file).read_bytes()
        except OSError:
            raise self._damaged(entry.file) from None
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            raise self._damaged(entry.file)
        return frame_of(content)

    def attempts(self) -> dict[str, Attempt]:
        """The last pull of each series; empty where none is recorded."""
        try:
            content = (self._read_from / ATTEMPTS).read_bytes()
            if content != self._log[0]:
                held = json.loads(content)
                self._log = content, {key: _attempt(item) for key, item in held.items()}
            return dict(self._log[1])
        except (OSError, ValueError, TypeError, AttributeError, KeyError):
            # A log of the past, not data: without it the report still knows each series' age.
            return {}

    # -- writing ----------------------------------------------------------------------

    @contextmanager
    def locked(self, seconds: float = LOCK_SECONDS) -> Iterator[None]:
        """Hold the store for writing; leftovers of a writer that died are removed.

        Raises:
            StoreError: another process holds it, it is somebody's, or it cannot be written.
        """
        from filelock import FileLock, Timeout

        try:
            self._refuse_foreign()
            self._clear_the_way()
            (self.folder / SERIES).mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / LOCK)
            lock.acquire(timeout=seconds)
        except Timeout:
            raise StoreError(
                f"Another fetch is at work in {self.folder}: wait until it is done."
            ) from None
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            self._sweep()
            yield
        finally:
            lock.release()

    def write(self, key: str, frame: pd.DataFrame, entry: Entry) -> Entry:
        """Store ``frame`` under ``key``; the caller holds the lock.

        Args:
            key: catalog id, or ``ID@DAY``.
            frame: what to keep; its index is not kept.
            entry: what to record; ``file`` and ``sha256`` are set here.

        Raises:
            StoreError: no space, or no permission; what was stored before stays.
        """
        content = bytes_of(frame)
        digest = hashlib.sha256(content).hexdigest()
        name = f"{quote(key, safe='')}-{digest[:16]}.parquet"
        entries = self.manifest()
        before = entries.get(key)
        written = entry.model_copy(update={"file": name, "sha256": digest})
        try:
            if before is None or before.file != name or not self._intact(before):
                _replace(self.folder / SERIES / name, content)
            self._write_manifest(entries | {key: written})
            if before is not None and before.file != name:
                (self.folder / SERIES / before.file).unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from None
        return written

    def confirm(self, key: str, at: dt.datetime, compared_at: dt.datetime | None = None) -> None:
        """Record that the source still says what is stored; the caller holds the lock."""
        entries = self.manifest()
        known = {"checked_at": at, "compared_at": compared_at}
        entries[key] = entries[key].model_copy(update=known)
        try:
            self._write_manifest(entries)
        except OSError as error:
            raise self._unwritable(error) from None

    def log(self, attempts: list[Attempt]) -> None:
        """Record how pulls ended; the caller holds the lock."""
        held = self.attempts() | {a.series_id: a for a in attempts}
        told = {k: a.model_dump(mode="json") for k, a in sorted(held.items())}
        content = json.dumps(told).encode()
        try:
            _replace(self.folder / ATTEMPTS, content)
        except OSError as error:
            raise self._unwritable(error) from None
        self._log = content, held

    def _write_manifest(self, entries: Mapping[str, Entry]) -> None:
        """Let these entries count, and no others; the caller holds the lock."""
        series = {key: entry.model_dump(mode="json") for key, entry in sorted(entries.items())}
        held = {"schema": SCHEMA, "sha256": _digest_of(series), "series": series}
        content = (json.dumps(held) + "\n").encode()
        _replace(self.folder / MANIFEST, content)
        self._entries = content, dict(entries)

    def _intact(self, entry: Entry) -> bool:
        try:
            self.read(entry)
        except StoreError:
            return False
        return True

    def _sweep(self) -> None:
        for folder in (self.folder, self.folder / SERIES):
            for path in list(folder.iterdir()):
                if _HALF.fullmatch(path.name) and not path.is_dir():
                    path.unlink(missing_ok=True)
        if not _is_manifest(self.folder / MANIFEST):
            return  # nothing says which files count: see the module mended
        try:
            named = {entry.file for entry in self.manifest().values()}
        except StoreError:
            return
        for path in list((self.folder / SERIES).iterdir()):
            if path.name not in named and OURS.fullmatch(path.name) and not path.is_dir():
                path.unlink(missing_ok=True)

    def _refuse_foreign(self) -> None:
        """Refuse somebody's folder: a store replaces its manifest and removes old series."""
        if not self.folder.is_dir() or _is_manifest(self.folder / MANIFEST):
            return  # whatever else lies beside the store's own manifest is never touched
        found = {path.name for path in self.folder.iterdir()}
        strange = sorted(name for name in found if not _PARTS.fullmatch(name))
        if MANIFEST in found and not found & {ATTEMPTS, SERIES}:
            strange.append(MANIFEST)
        if strange:
            raise StoreError(
                f"The folder {self.folder} holds {strange[0]}, which is no part of a store: set "
                f"{STORE_VARIABLE} to a folder that is empty or not there yet."
            )

    def _clear_the_way(self) -> None:
        """Set aside what stands in the place of the lock or of the series, and is none."""
        if (self.folder / LOCK).is_dir():
            self.set_aside(self.folder / LOCK)
        if os.path.lexists(self.folder / SERIES) and not (self.folder / SERIES).is_dir():
            self.set_aside(self.folder / SERIES)

    def aside(self) -> Path:
        """The folder, one for each time, in which is kept what cannot be trusted."""
        if self._aside is None or not self._aside.is_dir():
            self._aside = Path(mkdtemp(prefix=ASIDE, dir=self.folder))
        return self._aside

    def set_aside(self, path: Path) -> None:
        """Move something out of the way; nothing is deleted."""
        path.rename(self.aside() / path.name)

    def _damaged(self, name: str) -> StoreError:
        return StoreError(
            f"{name} of the store in {self.folder} is damaged: {FETCH}, or {SNAPSHOT_INSTEAD}."
        )

    def _of_another_version(self, layout: object) -> StoreError:
        return StoreError(
            f"{MANIFEST} of the store in {self.folder} is of another version (layout {layout!r}, "
            f"and this one knows {SCHEMA}): {FETCH}, which makes it anew and keeps the old one, set "
            f"{STORE_VARIABLE} to a folder of your own, or {SNAPSHOT_INSTEAD}."
        )

    def _unwritable(self, error: OSError) -> StoreError:
        """What a person is told where the system refuses to write."""
        why = error.strerror or type(error).__name__
        mend = "free some space there" if error.errno in _FULL else "see that you may write there"
        return StoreError(
            f"The store in {self.folder} cannot be written ({why}): {mend}, or set "
            f"{STORE_VARIABLE} to a folder of your own; nothing stored was changed."
        )


def _attempt(item: Mapping[str, Any]) -> Attempt:
    """One pull of the log; what another version of this program wrote there is told, not refused."""
    known = {name: value for name, value in item.items() if name in Attempt.model_fields}
    word = known["outcome"]
    if word not in tuple(Outcome):
        told = f"another version of this program says {str(word)[:40]!r}"
        known |= {"outcome": Outcome.STALE, "message": told}
    return Attempt(**known)


def _file_digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _is_manifest(path: Path) -> bool:
    try:
        return {"schema", "sha256", "series"} <= set(json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return False


def _digest_of(series: object) -> str:
    text = json.dumps(series, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _replace(path: Path, content: bytes) -> None:
    """Write beside, force to disk, then rename: all of it or nothing."""
    partial = path.with_name(f"{PARTIAL}{os.getpid()}-{path.name}")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
