"""Makes good what is damaged in a store, as the messages about it promise that a fetch does.

A manifest that cannot be read is made anew from the files, each with its checksum in its name.
What cannot be trusted is set aside in a folder of the store and named; it must never be deleted,
nor believed because a damaged manifest says so.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd
from pydantic import ValidationError

from ..catalog import Catalog
from ..errors import StoreError
from . import prices, vintages
from .files import ATTEMPTS, MANIFEST, OURS, SERIES, Entry, Kind, Store
from .parquet import frame_of

COLUMNS: dict[str, tuple[str, ...]] = {
    "prices": prices.COLUMNS,
    "macro": vintages.COLUMNS,
    "vintage": vintages.COLUMNS,
}
#: By which door a series came where nothing that can be trusted says so.
UNKNOWN_DOOR = {"prices": "yfinance", "macro": "a door not recorded"}


@dataclass(frozen=True)
class _File:
    """A file whose checksum is that of its name, and what it would be in a manifest."""

    path: Path
    key: str
    entry: Entry


def mend(store: Store, catalog: Catalog, now: dt.datetime) -> tuple[str, ...]:
    """Mend a store; the caller holds its lock.

    Args:
        store: the store.
        catalog: what the series are.
        now: nothing was fetched later than this.

    Returns:
        What was done, one sentence each.

    Raises:
        StoreError: the store cannot be written.
    """
    try:
        return (*_misplaced(store), *_manifest(store, catalog, now), *_damaged(store, catalog))
    except OSError as error:
        raise store._unwritable(error) from None


def _misplaced(store: Store) -> Iterator[str]:
    """Folders in the place of files."""
    named = [path for path in (store.folder / SERIES).iterdir() if OURS.fullmatch(path.name)]
    for path in (store.folder / ATTEMPTS, *sorted(named)):
        if path.is_dir():
            store.set_aside(path)
            yield _told(store, path, "is a folder in the place of a file")


def _told(store: Store, path: Path, what: str) -> str:
    return f"{path.name} {what}: set aside in {store.aside()}."


# -- the manifest ---------------------------------------------------------------------------


def _manifest(store: Store, catalog: Catalog, now: dt.datetime) -> Iterator[str]:
    """A manifest that is damaged, of another layout, or gone while there are files."""
    path = store.folder / MANIFEST
    found = sorted(p for p in (store.folder / SERIES).iterdir() if OURS.fullmatch(p.name))
    try:
        store.manifest()
        if path.exists() or not found:
            return
        what = "was not there"
    except StoreError:
        what = "could not be used"
    remembered = _remembered(path)
    held: dict[str, _File] = {}
    for file in found:
        made = _examined(file, remembered, catalog, now)
        if isinstance(made, str):
            store.set_aside(file)
            yield _told(store, file, made)
            continue
        older = [f for f in (held.get(made.key), made) if f is not None]
        older.sort(key=lambda f: _rank(f, remembered))
        held[made.key] = older.pop()
        for former in older:
            store.set_aside(former.path)
            yield _told(store, former.path, f"is a former state of {made.key}")
    if path.is_dir():
        store.set_aside(path)
    elif path.exists():
        # A copy: the next moment replaces it, and there is none without a manifest.
        shutil.copy2(path, store.aside() / MANIFEST)
    store._write_manifest({file.key: file.entry for file in held.values()})
    kept = f"; what it said is kept in {store.aside()}" if what == "could not be used" else ""
    yield (
        f"{MANIFEST} {what} and was made anew from the checked files of {len(held)} series, which "
        f"are compared whole with their source{kept}."
    )


def _remembered(path: Path) -> dict[str, Entry]:
    """Entries of a manifest that does not hold together, by the checksum of their file."""
    try:
        items = json.loads(path.read_bytes())["series"].values()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    known = {}
    for item in items:
        if isinstance(item, Mapping):
            parts: dict[str, Any] = {k: v for k, v in item.items() if k in Entry.model_fields}
            try:
                entry = Entry(**parts)
            except (ValidationError, TypeError):
                continue
            known[entry.sha256] = entry
    return known


def _examined(
    path: Path, remembered: Mapping[str, Entry], catalog: Catalog, now: dt.datetime
) -> _File | str:
    """What a file is, or why it cannot be trusted."""
    named = OURS.fullmatch(path.name)
    assert named is not None
    key = unquote(named["key"])
    try:
        content = path.read_bytes()
    except OSError:
        return "cannot be read"
    digest = hashlib.sha256(content).hexdigest()
    if digest[:16] != named["digest"]:
        return "is not what its checksum says"
    item = catalog.series.get(key.partition("@")[0])
    if item is None or item.source == "none":
        return "belongs to no series of the catalog"
    kind: Kind = "vintage" if "@" in key else "prices" if item.source == "yahoo" else "macro"
    try:
        frame = frame_of(content)
    except (OSError, ValueError):
        return "is no table"
    if tuple(frame.columns) != COLUMNS[kind] or frame.empty:
        return "is a table of another version"
    former = remembered.get(digest)
    if kind == "vintage" and (former is None or former.kind != kind):
        # That it held nothing of a later day stood in the notes only.
        return "is a vintage that nothing vouches for; ask for its day again with --as-of"
    written = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    facts: dict[str, Any] = {
        **_extent(frame),
        "kind": kind,
        "file": path.name,
        "sha256": digest,
        "source": item.source,
        "source_id": item.source_id,
        "compared_at": None,
    }
    if former is None:
        seen = min(written, now)
        memory: dict[str, Any] = {"via": UNKNOWN_DOOR[kind], "versions": {}}
        memory |= {"fetched_at": seen, "checked_at": seen}
    else:
        memory = former.model_dump()
        memory |= {name: min(memory[name], now) for name in ("fetched_at", "checked_at")}
    return _File(path, key, Entry(**{**memory, **facts}))


def _extent(frame: pd.DataFrame) -> dict[str, Any]:
    first, last = frame["date"].min(), frame["date"].max()
    return {"rows": len(frame), "first": f"{first:%Y-%m-%d}", "last": f"{last:%Y-%m-%d}"}


def _rank(file: _File, remembered: Mapping[str, Entry]) -> tuple[bool, str, int, float]:
    """Of two states of a series, the one that counted, or else reaches further, comes last."""
    entry = file.entry
    return entry.sha256 in remembered, entry.last, entry.rows, file.path.stat().st_mtime


# -- single files ---------------------------------------------------------------------------


def _damaged(store: Store, catalog: Catalog) -> Iterator[str]:
    """Files that are not as recorded: of a series it is fetched again, a vintage is forgotten."""
    entries = store.manifest()
    kept = dict(entries)
    for key, entry in entries.items():
        path = store.folder / SERIES / entry.file
        try:
            intact = hashlib.sha256(path.read_bytes()).hexdigest() == entry.sha256
        except FileNotFoundError:
            intact = False
        if intact:
            continue
        if path.exists():
            store.set_aside(path)
            yield _told(store, path, "is not what its checksum says")
        if key not in catalog.series:
            # No fetch would ask for it while the manifest says that it is there.
            del kept[key]
            yield f"{key} is no longer there; ask for a vintage again with --as-of."
    if len(kept) < len(entries):
        store._write_manifest(kept)
