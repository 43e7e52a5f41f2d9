"""Folders kept between builds: sealed by the content of their files, trusted only while whole.

It must never take a file's date or size for its content, and imports nothing heavy: a build
that finds nothing changed pays for this module and little else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..fingerprint import digest

SEAL = "seal.json"


def contents(folder: Path, apart: Sequence[str] = ()) -> dict[str, str]:
    """Path below ``folder`` → SHA-256, for every file but the seal.

    Args:
        folder: to be read through.
        apart: names directly below it that are left out.
    """
    return {
        path.relative_to(folder).as_posix(): digest(path.read_bytes())
        for path in _files(folder, {SEAL, *apart})
    }


def _files(folder: Path, apart: set[str]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in apart:
            continue
        if path.is_dir():
            yield from _files(path, set())
        elif path.is_file():
            yield path


def seal(folder: Path, note: Mapping[str, Any]) -> None:
    """Seal a folder: what it holds now, and what it was made from.

    Args:
        folder: finished.
        note: plain data that :func:`unbroken` hands back.
    """
    body = {"note": dict(note), "files": contents(folder)}
    (folder / SEAL).write_text(json.dumps(body, indent=1), encoding="utf-8")


def unbroken(folder: Path) -> dict[str, Any] | None:
    """The note of a folder's seal, or ``None`` where any file differs from it."""
    held = read_object(folder / SEAL)
    whole = held.get("files") == contents(folder) if held else False
    note = held.get("note")
    return note if whole and isinstance(note, dict) else None


def read_object(path: Path) -> dict[str, Any]:
    """A JSON object from a file; empty where there is none or it is damaged."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}
