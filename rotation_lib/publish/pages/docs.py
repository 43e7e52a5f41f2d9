"""The part of the book that says how it is made: Markdown files of the project as pages.

The files are read where they lie, so that a reader of the repository and a reader of the site
see the same text. Such a page shows no result, loads no chart, and is never a chapter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from os.path import normpath, relpath
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from ...errors import BuildError
from ...project import PACKAGE
from .reference import reference

#: Folder of these pages in the site.
FOLDER = "docs"
_CHAPTER = re.compile(r"chapters/(\w+)")
#: Code, which stays as it is; a drawing on a line of its own; a link, whose text may hold code.
_PIECE = re.compile(
    r"(?P<code>^(?:```|~~~).*?^(?:```|~~~)$)"
    r"|^!\[(?P<alt>[^\]]+)\]\((?P<file>[^()\s]+)\)$"
    r"|(?<!!)\[(?P<text>[^\[\]]+)\]\((?P<to>[^()\s]+)\)"
    r"|`[^`\n]+`",
    re.MULTILINE | re.DOTALL,
)
#: Empty lines that close a block of code: the file it belongs into asks for them, a page does not.
_ENDLESS = re.compile(r"\n{2,}(?=(?:```|~~~)\Z)")
_REFERENCE = re.compile(r"^<!-- reference: ([\w.]+) -->$", re.MULTILINE)


@dataclass(frozen=True)
class Contents:
    """What ``_toc.yml`` lists.

    Attributes:
        chapters: names of the chapters in reading order; the first is the front page.
        caption: of the part that holds the other pages.
        documents: the other pages, as paths from the project without their ending.
    """

    chapters: tuple[str, ...]
    caption: str = ""
    documents: tuple[str, ...] = ()


def settings(project: Path) -> str:
    """The settings of a project's book, without what a plain build by Jupyter Book says of itself.

    Args:
        project: folder with ``_config.yml``.
    """
    held = yaml.safe_load((project / "_config.yml").read_text(encoding="utf-8"))
    sphinx = held.get("sphinx", {})
    extensions = sphinx.get("config", {}).get("extensions", [])
    for name in sphinx.pop("local_extensions", ()):
        extensions.remove(name)
    return str(yaml.safe_dump(held, sort_keys=False, allow_unicode=True))


def read_contents(project: Path) -> Contents:
    """The table of contents of a project.

    Args:
        project: folder with ``_toc.yml``, whose root is a chapter.
    """
    toc = yaml.safe_load((project / "_toc.yml").read_text(encoding="utf-8"))
    parts: list[dict[str, Any]] = toc.get("parts") or [{"chapters": toc.get("chapters", [])}]
    files = [toc["root"], *(entry["file"] for part in parts for entry in part["chapters"])]
    chapters = tuple(hit[1] for f in files if (hit := _CHAPTER.fullmatch(f)))
    documents = tuple(f for f in files if not _CHAPTER.fullmatch(f))
    captions = (
        str(part.get("caption", ""))
        for part in parts
        if any(entry["file"] in documents for entry in part["chapters"])
    )
    return Contents(chapters, next(captions, ""), documents)


def page_name(document: str) -> str:
    """Name of a page in the site: ``"docs/scale"`` gives "scale", ``"data/README"`` gives "data"."""
    path = Path(document)
    return (path.parent.name if path.name == "README" else path.name).lower()


def pages(
    contents: Contents, project: Path, addresses: Mapping[str, str], foot: str = ""
) -> dict[str, str]:
    """Name of each page → its Markdown, ready for the book.

    Args:
        contents: of the project.
        project: folder that the documents lie in.
        addresses: chapter → its address from the site's top folder, for those present.
        foot: HTML block that closes each page.

    Raises:
        BuildError: for a page without a title, a link to no file, or an unknown picture.
    """
    linked = {f"{d}.md": f"{page_name(d)}.html" for d in contents.documents}
    linked |= {f"chapters/{n}.ipynb": f"../{a}" for n, a in addresses.items()}
    made = {}
    for document in contents.documents:
        path = project / f"{document}.md"
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise BuildError(
                f"{document}.md is listed in _toc.yml but cannot be read: {error.strerror}."
            ) from None
        if not text.startswith("# "):
            raise BuildError(f"{document}.md does not begin with a title; add '# …'.")
        text = _with_links(text, path, project, linked)
        text = _REFERENCE.sub(lambda hit: reference(hit[1], PACKAGE.parent), text)
        name = page_name(document)
        made[name] = f"{text.rstrip()}\n\n{foot}\n" if foot else text
    return made


def stage(book: Path, made: Mapping[str, str]) -> list[dict[str, str]]:
    """Write the pages into a book; their entries for its table of contents."""
    folder = book / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return [{"file": f"{FOLDER}/{name}"} for name in made]


def listed(
    chapters: Sequence[str], caption: str, documents: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """The staged book's table of contents, chapters first.

    Args:
        chapters: places of all chapters but the first, which is the root.
        caption: over the documents.
        documents: their entries, as :func:`stage` gives them.
    """
    parts: list[dict[str, Any]] = []
    if chapters:
        parts.append({"chapters": [{"file": place} for place in chapters]})
    if documents:
        parts.append({"caption": caption, "chapters": list(documents)})
    toc: dict[str, Any] = {"format": "jb-book", "root": "index"}
    return toc | {"parts": parts} if parts else toc


def _with_links(text: str, at: Path, project: Path, linked: Mapping[str, str]) -> str:
    """Links to pages of the book lead there; those to other files of the project become text."""

    def changed(hit: re.Match[str]) -> str:
        if hit["code"]:
            return _ENDLESS.sub("\n", hit["code"])
        if hit["file"]:
            return _picture(hit, at, project)
        return _link(hit, at, project, linked) if hit["to"] else hit[0]

    return _PIECE.sub(changed, text)


def _link(hit: re.Match[str], at: Path, project: Path, linked: Mapping[str, str]) -> str:
    to, _, part = hit["to"].partition("#")
    if "://" in to:
        return hit[0]
    place = _place(to, at, project) if to else at.relative_to(project).as_posix()
    if place not in linked:
        return hit["text"]
    address = f"{linked[place] if to else ''}{'#' if part else ''}{part}"
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", hit["text"])
    return f'<a href="{address}">{text}</a>'


def _place(to: str, at: Path, project: Path) -> str:
    """Path from the project of the file that a link names."""
    place = normpath(relpath(at.parent / to, project)).replace("\\", "/")
    if place.startswith("..") or not (project / place).exists():
        raise BuildError(f"{at.name}: the link {to!r} leads to no file of the project; correct it.")
    return place


def _picture(hit: re.Match[str], at: Path, project: Path) -> str:
    """A drawing set into the page, where it follows the page's colours."""
    if not hit["file"].endswith(".svg"):
        raise BuildError(
            f"{at.name}: {hit['file']} is no SVG; pages like this one show only those."
        )
    svg = (project / _place(hit["file"], at, project)).read_text(encoding="utf-8")
    svg = re.sub(r"^<\?xml.*?\?>\s*", "", svg).replace("\n", "")
    return (
        '<div class="table-wrap" tabindex="0" role="region" '
        f'aria-label="{escape(hit["alt"])}">{svg}</div>'
    )
