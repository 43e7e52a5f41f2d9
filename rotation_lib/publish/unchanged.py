"""Nothing changed: is the site that lies there the one this build would make?

Everything a site is made of goes into one key, bytes and not dates; the seal beside the site
holds that key with the hash of each file. It must never answer yes where a byte differs.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..fingerprint import canonical, digest
from ..project import PACKAGE, PROJECT_ROOT
from .draw.runtime import write_atomic
from .execute.outcome import ChapterRun
from .kept import contents, read_object, unbroken
from .owned import SEAL, SOURCES
from .provenance import revision

#: Folder of earlier editions in the site: of them only the names count, each had its own build.
EDITIONS = "as-of"
#: Folders of the project that pages are made of, besides the files at its top.
_FOLDERS = tuple(name for name in SOURCES if name not in ("rotation_lib", "tests"))


def site_key(request: Mapping[str, Any], notebooks: Path) -> str:
    """Hash of all that a site is made from.

    That is the request, every file of the project but tests and what is generated, the
    revision, Python, the packages installed and the project's own variables. Data of a live
    source are not in it, so a live report must not rest on it.

    Args:
        request: what was asked for, as plain data.
        notebooks: folder of the chapters.
    """
    folders = [PACKAGE, *(PROJECT_ROOT / name for name in _FOLDERS)]
    if notebooks.resolve() not in folders:
        folders.append(notebooks)
    paths = [p for p in sorted(PROJECT_ROOT.iterdir()) if p.is_file() and p.name[0] != "."]
    paths += [path for folder in folders if folder.is_dir() for path in _sources(folder)]
    parts = [digest(str(path), path.read_bytes()) for path in paths]
    return digest(canonical(request), *_surroundings(), str(revision()), *parts)


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__pycache__")):
            continue
        if path.is_dir():
            yield from _sources(path)
        else:
            yield path


def _surroundings() -> tuple[str, ...]:
    """Python, the packages installed, and what the project's own variables are set to."""
    # Names with versions, from wherever Python imports: a hundredth of the time of reading what
    # each package asks for, and as good, since the same names ask for the same.
    found = [
        f"{path.name} {(path / 'direct_url.json').is_file()}"
        for place in dict.fromkeys(sys.path)
        for path in sorted(Path(place).glob("*-info"))
    ]
    told = {name: text for name, text in os.environ.items() if name.startswith("ROTATION_")}
    return (platform.python_version(), platform.machine(), *found, canonical(told))


def seal_site(html: Path, key: str, runs: Sequence[ChapterRun]) -> None:
    """Remember what a finished site was made from.

    Args:
        html: the site.
        key: as :func:`site_key` gives it.
        runs: of its chapters.
    """
    body = {
        "key": key,
        "runs": {run.name: str(run.folder.resolve()) for run in runs},
        "files": _site(html),
    }
    _write(html.parent / SEAL, body)


def finished_before(html: Path, key: str) -> tuple[ChapterRun, ...] | None:
    """The kept runs of a whole site that was made from the same, or ``None``.

    Args:
        html: the site.
        key: of the build that is asked for.
    """
    held = read_object(html.parent / SEAL)
    if held.get("key") != key or not html.is_dir():
        return None
    if held.get("files") != _site(html):
        return None
    runs = tuple(ChapterRun(name, Path(at), 0.0, True) for name, at in held["runs"].items())
    return runs if all(unbroken(run.folder) is not None for run in runs) else None


def _site(html: Path) -> dict[str, str]:
    editions = sorted(p.name for p in (html / EDITIONS).glob("*"))
    return contents(html, (EDITIONS,)) | {EDITIONS: " ".join(editions)}


def tell_record(html: Path, runs: Sequence[ChapterRun], key: str) -> dict[str, Any]:
    """Say in ``build.json`` that the last build ran no chapter; returns the record.

    Args:
        html: the site, whole.
        runs: kept.
        key: of this build.
    """
    record = read_object(html / "build.json")
    said = {run.name: {"seconds": 0.0, "cached": True} for run in runs}
    if record.get("chapters") != said:
        record["chapters"] = said
        _write(html / "build.json", record)
        seal_site(html, key, runs)
    return record


def _write(path: Path, body: Mapping[str, Any]) -> None:
    write_atomic(path, json.dumps(body, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
