"""Where editions lie below a site's top folder, and what is recorded of each.

    index.html, chapters/, …       the newest edition, or an ordinary build made since
    as-of/YYYY-MM-DD/              one folder an edition: a whole site of its own
    editions.html, editions.json   all editions, for people and for machines
    editions.js                    the same for the switcher on every page, also on old ones
    feed.xml                       Atom

It must never change an edition that is kept. Pages of old editions read ``editions.js``: fields
may be added to it, but none renamed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import BuildError
from ..publish.owned import KEPT, LOST

RECORD = "edition.json"
CHANGES = "changes.json"
CHANGES_PAGE = "changes.html"
FOLDER, LIST_PAGE, LIST, SCRIPT, FEED = KEPT
#: Files of the top folder that belong to all editions.
SHARED = (LIST_PAGE, LIST, SCRIPT, FEED)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Edition:
    """One edition, as its own record has it.

    Attributes:
        date: the day it speaks of: ``as_of`` where it was set, else the last session.
        data_through: last session.
        pages: addresses of its pages from its own top folder.
        verdicts: claims by verdict.
        rows: series → year → (rows, digest) of what it could see; see :mod:`.rows`.
        since: the edition before it; empty for the first.
        summary: what changed since then, in a sentence or two.
        files: names below its folder, but for its record; empty in editions that list none.
    """

    date: str
    data_through: str
    pages: tuple[str, ...]
    verdicts: Mapping[str, int]
    rows: Mapping[str, Mapping[str, tuple[int, str]]] = field(default_factory=dict)
    since: str = ""
    summary: str = ""
    files: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Of its folder, from the site's top folder, with a final slash."""
        return f"{FOLDER}/{self.date}/"

    def record(self) -> dict[str, Any]:
        """As plain data."""
        return {"schema": 1, **asdict(self)}


def edition_date(findings: Mapping[str, Any]) -> str:
    """The day a report speaks of, from its ``findings.json``.

    Raises:
        BuildError: if it names none.
    """
    day = str(findings.get("as_of") or findings.get("data_through") or "")
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        raise BuildError(
            f"the report names no day it speaks of ({day!r}); build all chapters to keep it."
        ) from None


def folder_of(site: Path, day: str) -> Path:
    """Folder of an edition below the site's top folder."""
    return site / FOLDER / day


def kept_editions(site: Path) -> list[Edition]:
    """All editions below a site's top folder, newest first.

    Raises:
        BuildError: if the record of one cannot be read.
    """
    return [read_edition(folder_of(site, day)) for day in kept_dates(site)]


def kept_dates(site: Path) -> tuple[str, ...]:
    """Dates of all editions below a site's top folder, newest first."""
    folders = (p for p in (site / FOLDER).glob("*") if p.is_dir() and _DAY.fullmatch(p.name))
    return tuple(sorted((p.name for p in folders), reverse=True))


def read_edition(folder: Path) -> Edition:
    """The record of one edition.

    Raises:
        BuildError: if it cannot be read.
    """
    held = read_json(folder / RECORD)
    try:
        rows = {
            s: {y: (int(n), str(d)) for y, (n, d) in b.items()} for s, b in held["rows"].items()
        }
        return Edition(
            date=held["date"],
            data_through=held["data_through"],
            pages=tuple(held["pages"]),
            verdicts=held["verdicts"],
            rows=rows,
            since=held["since"],
            summary=held["summary"],
            files=tuple(held.get("files", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BuildError(f"{_shown(folder / RECORD)} is damaged; {_ADVICE}") from None


_ADVICE = "restore the edition's folder, or remove it and build the edition again."


def read_json(path: Path) -> dict[str, Any]:
    """A record of an edition.

    Raises:
        BuildError: if it is missing or no JSON object.
    """
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BuildError(f"{_shown(path)} cannot be read; {_ADVICE}") from None
    if not isinstance(held, dict):
        raise BuildError(f"{_shown(path)} holds no record; {_ADVICE}")
    return held


def _shown(path: Path) -> str:
    return "/".join(path.parts[-3:])


def as_json(record: Mapping[str, Any]) -> str:
    """Plain data as JSON text; NaN is refused."""
    return json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def pages_of(folder: Path) -> tuple[str, ...]:
    """Addresses of a site's pages from its top folder, without editions kept below it.

    The page for addresses that lead nowhere is none of them: it has no address of its own.
    """
    found = (p.relative_to(folder) for p in folder.rglob("*.html"))
    return tuple(
        sorted(
            p.as_posix()
            for p in found
            if p.parts[0] not in ("_static", "downloads", FOLDER)
            and p.as_posix() not in (LIST_PAGE, LOST)
        )
    )
