"""LICENSES.txt: what the site carries that others made, with their notices and terms.

It lists what is really in the site, by the table in ``publish/licences``; a file or a part of
Vega's bundle that the table does not know is an error. It must never guess a licence, and no
version is written down in it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from textwrap import fill
from typing import Any

from ...errors import BuildError
from ..draw.runtime import write_atomic

#: Name of the list in the site's top folder.
NAME = "LICENSES.txt"
_TABLE = Path(__file__).parents[1] / "licences" / "carried.toml"
_ASSETS = Path(__file__).parents[1] / "assets"
_RUNTIME = re.compile(r"assets/vega-[\d.]+-[\w.]+\.js")
_OWN_TERMS = re.compile(r"(?:licen[cs]e|copying|notice)[\w.-]*", re.IGNORECASE)
_RULE = "=" * 80
_WHERE = "rotation_lib/publish/licences/carried.toml"


@dataclass(frozen=True)
class Notice:
    """One thing that the site carries.

    Attributes:
        name: with its version, where it tells one; several parts that share a notice are listed.
        licence: by its short name.
        files: addresses from the site's top folder.
        copyright: lines that must be repeated.
        terms: names of texts that stand once, at the end.
        text: its own whole licence, where its distribution brings one.
    """

    name: str
    licence: str
    files: tuple[str, ...]
    copyright: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    text: str = ""


def write_notices(html: Path, parts: Iterable[tuple[str, str]]) -> None:
    """Write the list into a site that is otherwise complete.

    Args:
        html: the site's folder.
        parts: name and version of each part of Vega's bundle.

    Raises:
        BuildError: for a file or a part of which no licence is known.
    """
    found = sorted(p.relative_to(html).as_posix() for p in html.rglob("*") if p.is_file())
    write_atomic(html / NAME, listed(notices(html, found, parts)))


def notices(html: Path, files: Sequence[str], parts: Iterable[tuple[str, str]]) -> list[Notice]:
    """What a site carries, in the order of the table.

    Args:
        html: the site's folder, for files that tell a version.
        files: addresses of all its files.
        parts: name and version of each part of Vega's bundle.

    Raises:
        BuildError: as :func:`write_notices`.
    """
    table = _table()
    known = [pattern for entry in table["carried"] for pattern in entry["files"]]
    own = {f"_static/{path.name}" for path in _ASSETS.iterdir()}
    patterns = [*table["ours"], *known, _RUNTIME.pattern]
    for file in files:
        if file not in own and not any(re.fullmatch(p, file) for p in patterns):
            raise BuildError(
                f"the site carries {file}, of which no licence is known; add it to {_WHERE}."
            )
    made = [_carried(entry, html, files) for entry in table["carried"]]
    runtime = tuple(file for file in files if _RUNTIME.fullmatch(file))
    bundled = _bundled(parts, runtime) if runtime else []
    return [*(notice for notice in made if notice.files), *bundled]


def listed(found: Sequence[Notice]) -> str:
    """The list as text."""
    head = (
        "What this site carries that others made, with their notices and the terms on which they",
        "let it be passed on. Data are credited where they are shown.",
    )
    terms = sorted({name for notice in found for name in notice.terms})
    texts = [f"{_RULE}\n{name}\n{_RULE}\n\n{_terms(name)}" for name in terms]
    return "\n".join([*head, "", *("\n".join(_said(notice)) for notice in found), *texts])


def _said(notice: Notice) -> Iterator[str]:
    yield f"{_RULE}\n{fill(notice.name, len(_RULE))}\n{_RULE}\n"
    yield f"Licence: {notice.licence}"
    yield fill(
        f"In: {', '.join(notice.files)}", len(_RULE), break_long_words=False, break_on_hyphens=False
    )
    if notice.terms:
        yield f"Terms: {', '.join(notice.terms)}, at the end of this file"
    yield ""
    if notice.copyright:
        yield "\n".join((*notice.copyright, ""))
    if notice.text:
        yield f"{notice.text}\n"


def _carried(entry: Mapping[str, Any], html: Path, files: Sequence[str]) -> Notice:
    held = tuple(f for f in files if any(re.fullmatch(p, f) for p in entry["files"]))
    if not held:
        return Notice(entry["name"], entry["licence"], ())
    said = {what: _said_by(entry, what, html) for what in ("version", "copyright")}
    source = entry.get("distribution", "")
    version = said["version"] or (distribution(source).version if source else "")
    return Notice(
        f"{entry['name']} {version}".strip(),
        entry["licence"],
        held,
        (said["copyright"],) if said["copyright"] else tuple(entry.get("copyright", ())),
        tuple(entry.get("terms", ())),
        _own_text(source) if source else "",
    )


def _bundled(parts: Iterable[tuple[str, str]], files: tuple[str, ...]) -> list[Notice]:
    """One notice for all parts of the bundle that share theirs."""
    named: dict[int, list[str]] = {}
    entries = _table()["bundled"]
    for name, version in sorted(parts):
        at = next((i for i, e in enumerate(entries) if re.fullmatch(e["names"], name)), None)
        if at is None:
            raise BuildError(
                f"Vega's bundle carries {name} {version}, of which no licence is known; "
                f"add it to {_WHERE}."
            )
        named.setdefault(at, []).append(f"{name} {version}")
    return [
        Notice(
            ", ".join(names),
            entries[at]["licence"],
            files,
            tuple(entries[at].get("copyright", ())),
            tuple(entries[at]["terms"]),
        )
        for at, names in sorted(named.items())
    ]


def _said_by(entry: Mapping[str, Any], what: str, html: Path) -> str:
    """What a file of the site says of itself; empty for what none is asked."""
    asked = entry.get("said", {})
    if what not in asked:
        return ""
    hit = re.search(asked[what], (html / asked["file"]).read_text(encoding="utf-8"))
    if not hit:
        raise BuildError(
            f"{asked['file']} no longer tells the {what} of {entry['name']}; correct {_WHERE}."
        )
    return str(hit[1])


def _own_text(name: str) -> str:
    """All licence files of an installed distribution."""
    held = distribution(name)
    paths = sorted(
        (p for p in held.files or () if ".dist-info" in str(p) and _OWN_TERMS.fullmatch(p.name)),
        key=str,
    )
    if not paths:
        raise BuildError(f"{name} is installed without its licence; name its terms in {_WHERE}.")
    texts = (Path(str(p.locate())).read_text(encoding="utf-8").strip() for p in paths)
    return "\n\n".join(texts) + "\n"


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))


def _terms(name: str) -> str:
    return (_TABLE.parent / f"{name}.txt").read_text(encoding="utf-8")
